//! `product.*` events: stock items keep a snapshot of their product.

use serde::Deserialize;
use shared::Error;
use shared::clock::Timestamp;
use shared::events::Event;
use shared::money::Money;

use crate::Stock;
use crate::stock::Snapshot;

/// What a `product.*` event says of a product.
#[derive(Deserialize)]
struct Product {
    name: String,
    sku: String,
    price: Money,
    status: String,
}

/// The product as a `product.*` event tells it.
///
/// # Errors
/// `BadRequest` when the event cannot be read.
pub fn product(event: &Event) -> Result<Snapshot, Error> {
    let Product { name, sku, price, status } = event.data()?;
    let status = if event.topic == "product.deleted" { "deleted".to_owned() } else { status };
    Ok(Snapshot { name, sku, price, status, sequence: event.sequence.clone() })
}

/// `product.*`: what is sold is what catalog tells last.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_product_event(stock: &Stock, event: &Event, now: Timestamp) -> Result<(), Error> {
    stock.learn(&event.subject, &product(event)?, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::clock;
    use shared::events::Event;
    use shared::store::Meter;
    use shared::testing::{self, Cloud};

    fn told() -> Event {
        testing::sample_event("inventory-on-event", "product.")
    }

    async fn hear(stock: &Stock, event: &Event) {
        on_product_event(stock, event, clock::now()).await.unwrap();
    }

    #[tokio::test]
    async fn a_product_that_was_told_of_can_be_sold_without_asking_and_costs_one_write_unit() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let (_, usage) = Meter::measure(hear(&stock, &told())).await;
        assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        let item = stock.get(&told().subject).await.unwrap().unwrap();
        assert!(item.available == 0 && item.product.is_some_and(|product| product.is_on_offer()));
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let (mut later, earlier) = (told(), told());
        later.sequence.replace_range(25.., "9");
        later.data["name"] = "Mug".into();
        for event in [&earlier, &later, &earlier, &later] {
            hear(&stock, event).await;
        }
        let item = stock.get(&earlier.subject).await.unwrap().unwrap();
        assert_eq!(item.product.map(|product| product.name), Some("Mug".to_owned()));
    }

    #[tokio::test]
    async fn a_deleted_product_is_no_longer_on_offer_whatever_comes_late() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let mut deleted = told();
        deleted.topic = "product.deleted".to_owned();
        deleted.sequence.replace_range(25.., "9");
        for event in [&deleted, &told()] {
            hear(&stock, event).await;
        }
        let item = stock.get(&deleted.subject).await.unwrap().unwrap();
        assert!(!item.product.unwrap().is_on_offer());
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_and_kept_nowhere() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let mut event = told();
        event.data["price"] = "cheap".into();
        assert!(on_product_event(&stock, &event, clock::now()).await.is_err());
        assert!(cloud.items("InventoryTable").await.is_empty());
    }
}
