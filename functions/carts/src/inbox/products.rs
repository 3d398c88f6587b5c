//! `product.*` events: carts show products as they are now.

use contracts::EventType;
use contracts::catalog::ProductStatus;
use inventory::snapshot::Snapshot;
use kernel::Error;
use messaging::Event;

use crate::Carts;
use crate::product::Product;

/// `product.*`: stores the newest snapshot of the product.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_product_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    let product: contracts::catalog::Product = event.data()?;
    let category_ids = product.category_ids.clone();
    let was_draft = event.event_type == EventType::ProductDeleted && product.status == ProductStatus::Draft;
    let snapshot = Snapshot::of_event(event.event_type, product, &event.sequence);
    carts.put_product(&event.subject, &Product { snapshot, category_ids, was_draft }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Shop;
    use inventory::snapshot::ProductStatus;
    use kernel::usage::Meter;
    use messaging::Event;

    fn product_event() -> Event {
        testing::sample_event("carts-on-event", "product.")
    }

    #[tokio::test]
    async fn a_price_change_is_one_write_however_many_carts_hold_the_product() {
        let shop = Shop::with(0).await;
        let (applied, usage) = Meter::measure(on_product_event(&shop.carts(), &product_event())).await;
        assert!(applied.is_ok());
        assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        let product = shop.carts().product(&product_event().subject).await.unwrap().unwrap();
        assert!(product.snapshot.is_on_offer());
        assert_eq!(serde_json::json!(product.category_ids), product_event().data["categoryIds"]);
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing_and_what_is_deleted_stays_so() {
        let shop = Shop::with(0).await;
        let mut deleted = product_event();
        deleted.event_type = "product.deleted".parse().unwrap();
        deleted.sequence.replace_range(25.., "9");
        for event in [&product_event(), &deleted, &product_event(), &deleted] {
            on_product_event(&shop.carts(), event).await.unwrap();
        }
        assert_eq!(
            shop.carts().product(&deleted.subject).await.unwrap().unwrap().snapshot.status,
            ProductStatus::Deleted
        );
    }

    #[tokio::test]
    async fn a_row_of_release_0_1_0_is_read_without_categories_and_takes_those_of_the_same_change_once_replayed() {
        let (shop, event) = (Shop::with(0).await, product_event());
        let snapshot = Snapshot::of_event(event.event_type, event.data().unwrap(), &event.sequence);
        let mut row = dynamo::to_item(&snapshot).unwrap();
        row.insert("pk".to_owned(), dynamo::text(format!("product#{}", event.subject)));
        shop.cloud().client().put_item().table_name("CartsTable").set_item(Some(row)).send().await.unwrap();
        let before = shop.carts().product(&event.subject).await.unwrap().unwrap();
        assert_eq!((&before.snapshot.name, before.category_ids.len()), (&"Coffee cup".to_owned(), 0));
        on_product_event(&shop.carts(), &event).await.unwrap();
        let filled = shop.carts().product(&event.subject).await.unwrap().unwrap();
        assert_eq!((filled.snapshot, filled.category_ids.len()), (before.snapshot, 1));
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_and_writes_nothing() {
        let shop = Shop::with(0).await;
        let mut event = product_event();
        event.data["price"] = "cheap".into();
        assert!(on_product_event(&shop.carts(), &event).await.is_err());
        assert!(shop.cloud().items("CartsTable").await.is_empty());
    }

    #[tokio::test]
    async fn a_draft_that_is_deleted_stays_one_that_only_staff_may_see() {
        let (shop, mut event) = (Shop::with(0).await, product_event());
        event.data["status"] = serde_json::json!("draft");
        event.event_type = EventType::ProductDeleted;
        on_product_event(&shop.carts(), &event).await.unwrap();
        let product = shop.carts().product(&event.subject).await.unwrap().unwrap();
        assert_eq!(
            (product.snapshot.status == inventory::snapshot::ProductStatus::Deleted, product.is_public()),
            (true, false)
        );
    }
}
