//! `stock.*` events: products get their place in the list of stock when their level changes.

use serde::Deserialize;
use shared::Error;
use shared::events::Event;

use crate::Stock;
use crate::stock::Level;

/// What a `stock.*` event says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Amount {
    available: i64,
    low_stock_at: Option<i64>,
}

/// `stock.created`, `.depleted`, `.low`, `.replenished`: the product's place in the list of stock. A list of stock
/// items themselves would be written at every sale; this is when the level changes.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_stock_event(stock: &Stock, event: &Event) -> Result<(), Error> {
    let Amount { available, low_stock_at } = event.data()?;
    stock.place(&event.subject, Level::of(available, low_stock_at), &event.sequence).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::events::{Event, sequence};
    use shared::store::Meter;
    use shared::testing::{self, Cloud};

    #[tokio::test]
    async fn the_last_change_decides_the_place_whatever_order_they_come_in() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let sample = testing::sample_event("inventory-on-event", "stock.");
        let told = |available: i64, version| {
            let data = json!({"available": available, "lowStockAt": 5});
            Event::new("inventory", "stock.low", &sample.subject, sequence(None, version), sample.time, data)
        };
        for (event, place) in [(told(9, 2), "2#"), (told(0, 4), "0#"), (told(3, 3), "0#"), (told(0, 4), "0#")] {
            let (result, usage) = Meter::measure(on_stock_event(&stock, &event)).await;
            assert!(result.is_ok() && usage.calls == 1);
            let rows = cloud.items("InventoryTable").await;
            assert!(rows.len() == 1 && rows[0]["levelPosition"].as_s().is_ok_and(|at| at.starts_with(place)));
        }
    }
}
