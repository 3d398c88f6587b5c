//! `product.*` events: carts show products as they are now.

use inventory::inbox::products::product;
use serde::Deserialize;
use shared::Error;
use shared::events::Event;

use crate::Carts;
use crate::product::Product;

/// What a `product.*` event says of a product, beside what inventory keeps.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Categories {
    #[serde(default)]
    category_ids: Vec<String>,
}

/// `product.*`: carts show what catalog tells last.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_product_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    let (snapshot, Categories { category_ids }) = (product(event)?, event.data()?);
    carts.learn(&event.subject, &Product { snapshot, category_ids }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Shop;
    use shared::events::Event;
    use shared::store::{self, Meter};
    use shared::testing;

    fn told() -> Event {
        testing::sample_event("carts-on-event", "product.")
    }

    #[tokio::test]
    async fn a_price_change_is_one_write_however_many_carts_hold_the_product() {
        let shop = Shop::with(0).await;
        let (heard, usage) = Meter::measure(on_product_event(&shop.carts(), &told())).await;
        assert!(heard.is_ok());
        assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        let product = shop.carts().product(&told().subject).await.unwrap().unwrap();
        assert!(product.snapshot.is_on_offer());
        assert_eq!(serde_json::json!(product.category_ids), told().data["categoryIds"]);
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing_and_what_is_deleted_stays_so() {
        let shop = Shop::with(0).await;
        let mut deleted = told();
        deleted.topic = "product.deleted".to_owned();
        deleted.sequence.replace_range(25.., "9");
        for event in [&told(), &deleted, &told(), &deleted] {
            on_product_event(&shop.carts(), event).await.unwrap();
        }
        assert_eq!(shop.carts().product(&deleted.subject).await.unwrap().unwrap().snapshot.status, "deleted");
    }

    #[tokio::test]
    async fn a_row_of_release_0_1_0_is_read_without_categories_and_takes_those_of_the_same_change_once_replayed() {
        let (shop, event) = (Shop::with(0).await, told());
        let mut row = store::to_item(&product(&event).unwrap()).unwrap();
        row.insert("pk".to_owned(), store::text(format!("product#{}", event.subject)));
        shop.cloud().client().put_item().table_name("CartsTable").set_item(Some(row)).send().await.unwrap();
        let before = shop.carts().product(&event.subject).await.unwrap().unwrap();
        assert_eq!((&before.snapshot.name, before.category_ids.len()), (&"Coffee cup".to_owned(), 0));
        on_product_event(&shop.carts(), &event).await.unwrap();
        let filled = shop.carts().product(&event.subject).await.unwrap().unwrap();
        assert_eq!((filled.snapshot, filled.category_ids.len()), (before.snapshot, 1));
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_and_kept_nowhere() {
        let shop = Shop::with(0).await;
        let mut event = told();
        event.data["price"] = "cheap".into();
        assert!(on_product_event(&shop.carts(), &event).await.is_err());
        assert!(shop.cloud().items("CartsTable").await.is_empty());
    }
}
