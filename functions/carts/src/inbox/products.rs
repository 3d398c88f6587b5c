//! `product.*` events: carts show products as they are now.

use inventory::inbox::products::product;
use shared::Error;
use shared::events::Event;

use crate::Carts;

/// `product.*`: carts show what catalog tells last.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_product_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    carts.learn(&event.subject, &product(event)?).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Shop;
    use shared::events::Event;
    use shared::store::Meter;
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
        assert!(shop.carts().product(&told().subject).await.unwrap().unwrap().is_on_offer());
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
        assert_eq!(shop.carts().product(&deleted.subject).await.unwrap().unwrap().status, "deleted");
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
