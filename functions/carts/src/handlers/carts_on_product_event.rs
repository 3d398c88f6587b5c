//! The queue `CartsProductEventsQueue`: carts show what `product.*` events tell of their products.

use carts::{Carts, events};
use shared::{StartupError, queue};

pub async fn start() -> Result<(), StartupError> {
    let carts = &Carts::from_env().await?;
    queue::run(|event| async move { events::on_product_event(carts, &event).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::testing::Shop;
    use shared::events::Event;
    use shared::store::Meter;
    use shared::testing;

    fn told() -> Event {
        testing::queue_events("carts-on-product-event").remove(0)
    }

    #[tokio::test]
    async fn a_price_change_is_one_write_however_many_carts_hold_the_product() {
        let shop = Shop::with(0).await;
        let (heard, usage) = Meter::measure(events::on_product_event(&shop.carts(), &told())).await;
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
            events::on_product_event(&shop.carts(), event).await.unwrap();
        }
        assert_eq!(shop.carts().product(&deleted.subject).await.unwrap().unwrap().status, "deleted");
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_and_kept_nowhere() {
        let shop = Shop::with(0).await;
        let mut event = told();
        event.data["price"] = "cheap".into();
        assert!(events::on_product_event(&shop.carts(), &event).await.is_err());
        assert!(shop.cloud().items("CartsTable").await.is_empty());
    }
}
