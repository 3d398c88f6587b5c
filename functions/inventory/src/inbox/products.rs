//! `product.*` events: stock items keep a snapshot of their product.

use kernel::Error;
use kernel::clock::Timestamp;
use messaging::Event;

use crate::Stock;
use crate::snapshot::Snapshot;

/// `product.*`: stores the newest snapshot of the product.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_product_event(stock: &Stock, event: &Event, now: Timestamp) -> Result<(), Error> {
    let snapshot = Snapshot::of_event(event.event_type, event.data()?, &event.sequence);
    stock.put_snapshot(&event.subject, &snapshot, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock;
    use kernel::usage::Meter;
    use messaging::Event;
    use testing::Cloud;

    fn product_event() -> Event {
        testing::sample_event("inventory-on-event", "product.")
    }

    async fn apply(stock: &Stock, event: &Event) {
        on_product_event(stock, event, clock::now()).await.unwrap();
    }

    #[tokio::test]
    async fn the_event_of_a_product_makes_it_sellable_and_costs_one_write_unit() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let (_, usage) = Meter::measure(apply(&stock, &product_event())).await;
        assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        let item = stock.get(&product_event().subject).await.unwrap().unwrap();
        assert!(item.available == 0 && item.product.is_some_and(|product| product.is_on_offer()));
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let (mut later, earlier) = (product_event(), product_event());
        later.sequence.replace_range(25.., "9");
        later.data["name"] = "Mug".into();
        for event in [&earlier, &later, &earlier, &later] {
            apply(&stock, event).await;
        }
        let item = stock.get(&earlier.subject).await.unwrap().unwrap();
        assert_eq!(item.product.map(|product| product.name), Some("Mug".to_owned()));
    }

    #[tokio::test]
    async fn a_deleted_product_is_no_longer_on_offer_whatever_comes_late() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let mut deleted = product_event();
        deleted.event_type = "product.deleted".parse().unwrap();
        deleted.sequence.replace_range(25.., "9");
        for event in [&deleted, &product_event()] {
            apply(&stock, event).await;
        }
        let item = stock.get(&deleted.subject).await.unwrap().unwrap();
        assert!(!item.product.unwrap().is_on_offer());
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_and_writes_nothing() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let mut event = product_event();
        event.data["price"] = "cheap".into();
        assert!(on_product_event(&stock, &event, clock::now()).await.is_err());
        assert!(cloud.items("InventoryTable").await.is_empty());
    }
}
