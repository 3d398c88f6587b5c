//! `sale.confirmed` and `sale.cancelled` events: the stock movements of what was sold and of what came back.

use contracts::EventType;
use contracts::sales::{Sale, SaleLine};
use kernel::Error;
use messaging::Event;

use crate::Stock;
use crate::movement::{Kind, Movement, SoldIn};

/// `sale.confirmed`, `sale.cancelled`: the movements of what was sold, and of what came back. The sale took the
/// pieces itself, and its cancellation brought them back; this writes the movements.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_sale_event(stock: &Stock, event: &Event) -> Result<(), Error> {
    let sale: Sale = event.data()?;
    let kind = if event.event_type == EventType::SaleCancelled { Kind::Cancellation } else { Kind::Sale };
    // Nothing was taken for a sale that was called off while it was pending.
    if kind == Kind::Cancellation && sale.total.is_none() {
        return Ok(());
    }
    let by = sale.cancelled_by.as_ref().unwrap_or(&sale.customer_id);
    let sold_in = SoldIn { id: &event.subject, made: event.made(), number: &sale.number, by, at: event.time };
    let movement = |line: &SaleLine| Movement::of_sale(&sold_in, kind, &line.product_id, line.quantity);
    let movements: Vec<Movement> = sale.lines.iter().map(movement).collect();
    stock.put_movements(&movements).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::usage::Meter;
    use testing::Cloud;

    #[tokio::test]
    async fn a_sale_leaves_one_movement_for_each_line_however_often_its_event_comes() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let event = testing::sample_event("inventory-on-event", "sale.");
        let lines = event.data["lines"].as_array().unwrap();
        // Each with its row of the index, which is not written again for the same.
        for units in [2.0, 1.0] {
            let (result, usage) = Meter::measure(on_sale_event(&stock, &event)).await;
            assert!(result.is_ok());
            assert_eq!((usage.calls, usage.write_units), (1, lines.iter().map(|_| units).sum()));
        }
        let written = cloud.items("InventoryTable").await;
        assert_eq!(written.len(), lines.len());
        let sold = |item: &dynamo::Item| item["quantity"].as_n().unwrap().parse::<i64>().unwrap();
        let expected: i64 = lines.iter().map(|line| line["quantity"].as_i64().unwrap()).sum();
        assert_eq!(written.iter().map(sold).sum::<i64>(), -expected);
    }
}
