//! `sale.confirmed` and `sale.cancelled` events: the stock movements of what was sold and of what came back.

use serde::Deserialize;
use shared::Error;
use shared::events::Event;
use shared::money::Money;

use crate::Stock;
use crate::movement::{Kind, Movement, SoldIn};

/// What a `sale.*` event says of a sale.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sale {
    number: String,
    customer_id: String,
    /// Who cancelled it.
    cancelled_by: Option<String>,
    /// Whether it was ever confirmed: only then there is one.
    total: Option<Money>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    product_id: String,
    quantity: i64,
}

/// `sale.confirmed`, `sale.cancelled`: the movements of what was sold, and of what came back. The sale took the
/// pieces itself, and its cancellation brought them back; this is the ledger.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_sale_event(stock: &Stock, event: &Event) -> Result<(), Error> {
    let sale: Sale = event.data()?;
    let kind = if event.topic == "sale.cancelled" { Kind::Cancellation } else { Kind::Sale };
    // Nothing was taken for a sale that was called off while it was pending.
    if kind == Kind::Cancellation && sale.total.is_none() {
        return Ok(());
    }
    let by = sale.cancelled_by.as_ref().unwrap_or(&sale.customer_id);
    let sold_in = SoldIn { id: &event.subject, made: event.made(), number: &sale.number, by, at: event.time };
    let movement = |line: &Line| Movement::of_sale(&sold_in, kind, &line.product_id, line.quantity);
    let movements: Vec<Movement> = sale.lines.iter().map(movement).collect();
    stock.keep(&movements).await
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
        let event = testing::sample_event("inventory-on-event", "sale.");
        let lines = event.data["lines"].as_array().unwrap();
        // Each with its row of the index, which is not written again for the same.
        for units in [2.0, 1.0] {
            let (told, usage) = Meter::measure(on_sale_event(&stock, &event)).await;
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
