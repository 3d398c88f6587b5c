//! `stock.*` events: products get their place in the list of stock when their level changes.

use kernel::Error;
use messaging::Event;

use crate::Stock;
use crate::stock::Level;

/// `stock.created`, `.depleted`, `.low`, `.replenished`: the product's place in the list of stock. A list of stock
/// items themselves would be written at every sale; this is when the level changes.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_stock_event(stock: &Stock, event: &Event) -> Result<(), Error> {
    let contracts::inventory::Stock { available, low_stock_at, .. } = event.data()?;
    stock.put_list_position(&event.subject, Level::of(available, low_stock_at), &event.sequence).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::sequence::sequence;
    use kernel::usage::Meter;
    use serde_json::json;
    use testing::Cloud;

    #[tokio::test]
    async fn the_last_change_decides_the_place_whatever_order_they_come_in() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let sample = testing::sample_event("inventory-on-event", "stock.");
        let stock_event = |available: i64, version| {
            let data = json!({"available": available, "inStock": true, "lowStockAt": 5, "sold": false});
            testing::event("stock.low", &sample.subject, &sequence(None, version), sample.time, &data)
        };
        for (event, place) in
            [(stock_event(9, 2), "2#"), (stock_event(0, 4), "0#"), (stock_event(3, 3), "0#"), (stock_event(0, 4), "0#")]
        {
            let (result, usage) = Meter::measure(on_stock_event(&stock, &event)).await;
            assert!(result.is_ok() && usage.calls == 1);
            let rows = cloud.items("InventoryTable").await;
            assert!(rows.len() == 1 && rows[0]["levelPosition"].as_s().is_ok_and(|at| at.starts_with(place)));
        }
    }
}
