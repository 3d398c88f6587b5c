//! The queue `InventoryStockEventsQueue`: products get their place in the list of stock when `stock.*` events tell
//! that the level changed.

use inventory::{Stock, events};
use shared::{StartupError, queue};

pub async fn start() -> Result<(), StartupError> {
    let stock = &Stock::from_env().await?;
    queue::run(|event| async move { events::on_stock_event(stock, &event).await }).await
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
        let sample = testing::queue_events("inventory-on-stock-event").remove(0);
        let told = |available: i64, version| {
            let data = json!({"available": available, "lowStockAt": 5});
            Event::new("inventory", "stock.low", &sample.subject, sequence(None, version), sample.time, data)
        };
        for (event, place) in [(told(9, 2), "2#"), (told(0, 4), "0#"), (told(3, 3), "0#"), (told(0, 4), "0#")] {
            let (result, usage) = Meter::measure(events::on_stock_event(&stock, &event)).await;
            assert!(result.is_ok() && usage.calls == 1);
            let rows = cloud.items("InventoryTable").await;
            assert!(rows.len() == 1 && rows[0]["levelPosition"].as_s().is_ok_and(|at| at.starts_with(place)));
        }
    }
}
