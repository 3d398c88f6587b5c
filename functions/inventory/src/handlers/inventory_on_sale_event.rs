//! The queue `InventorySaleEventsQueue`: `sale.confirmed` and `sale.cancelled` events become the movements
//! of what was sold and what came back.

use inventory::{Stock, events};
use shared::{StartupError, queue};

pub async fn start() -> Result<(), StartupError> {
    let stock = &Stock::from_env().await?;
    queue::run(|event| async move { events::on_sale_event(stock, &event).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::store::Meter;
    use shared::testing::{self, Cloud};

    #[tokio::test]
    async fn a_sale_leaves_one_movement_for_each_line_however_often_it_is_told() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let event = testing::queue_events("inventory-on-sale-event").remove(0);
        let lines = event.data["lines"].as_array().unwrap();
        // Each with its row of the index, which is not written again for the same.
        for units in [2.0, 1.0] {
            let (told, usage) = Meter::measure(events::on_sale_event(&stock, &event)).await;
            assert!(told.is_ok());
            assert_eq!((usage.calls, usage.write_units), (1, lines.iter().map(|_| units).sum()));
        }
        let kept = cloud.items("InventoryTable").await;
        assert_eq!(kept.len(), lines.len());
        let sold = |item: &shared::store::Item| item["quantity"].as_n().unwrap().parse::<i64>().unwrap();
        let expected: i64 = lines.iter().map(|line| line["quantity"].as_i64().unwrap()).sum();
        assert_eq!(kept.iter().map(sold).sum::<i64>(), -expected);
    }
}
