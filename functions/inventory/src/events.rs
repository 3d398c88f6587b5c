//! What inventory tells the other services, and what it learns from them.

use serde::Deserialize;
use serde_json::json;
use shared::Error;
use shared::clock::Timestamp;
use shared::events::{Change, Event, Message, To};
use shared::money::Money;

use crate::Stock;
use crate::stock::{Movement, Snapshot, StockItem};

/// What a change of the table says: how much there is of a product now. Nothing when only what is known of the
/// product changed.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn messages(change: &Change<'_>) -> Result<Vec<Message>, Error> {
    let Some(new) = change.new_item::<StockItem>()? else { return Ok(Vec::new()) };
    let Some(topic) = topic(change.old()?.as_ref(), &new) else { return Ok(Vec::new()) };
    let data = json!({"available": new.available, "inStock": new.available > 0, "sold": new.sold});
    let event = change.event("inventory", topic, &new.product_id, data)?;
    Ok(vec![Message { to: To::Topic, event }])
}

/// One event a change, named for what matters most to others: whether there is any, whether it was ever sold.
fn topic(old: Option<&StockItem>, new: &StockItem) -> Option<&'static str> {
    let in_stock = new.available > 0;
    let Some(old) = old else {
        // A first movement, or a change that is published again: then all have to hear what is.
        return match (in_stock, new.version) {
            (true, _) => Some("stock.replenished"),
            (false, 1) => None,
            (false, _) => Some("stock.depleted"),
        };
    };
    match (old.available > 0, in_stock) {
        (true, false) => Some("stock.depleted"),
        (false, true) => Some("stock.replenished"),
        _ if new.sold && !old.sold => Some("stock.first-sold"),
        _ if new.available != old.available => Some("stock.changed"),
        _ => None,
    }
}

/// What a `product.*` event says of a product.
#[derive(Deserialize)]
struct Product {
    name: String,
    sku: String,
    price: Money,
    status: String,
}

/// `product.*`: what is sold is what catalog tells last.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_product_event(stock: &Stock, event: &Event, now: Timestamp) -> Result<(), Error> {
    let Product { name, sku, price, status } = event.data()?;
    let status = if event.topic == "product.deleted" { "deleted".to_owned() } else { status };
    let product = Snapshot { name, sku, price, status, sequence: event.sequence.clone() };
    stock.learn(&event.subject, &product, now).await
}

/// What a `sale.*` event says of a sale.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sale {
    number: String,
    customer_id: String,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    product_id: String,
    quantity: i64,
}

/// `sale.confirmed`: the movements of what was sold. The sale took the pieces itself; this is the ledger.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_sale_event(stock: &Stock, event: &Event) -> Result<(), Error> {
    let sale: Sale = event.data()?;
    let movement = |line: &Line| {
        Movement::sale(&event.subject, &sale.number, &sale.customer_id, event.time, &line.product_id, line.quantity)
    };
    let movements: Vec<Movement> = sale.lines.iter().map(movement).collect();
    stock.keep(&movements).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cup;
    use shared::clock;

    fn item(available: i64, sold: bool, version: u64) -> StockItem {
        let (product_id, product, low_stock_at) = ("p".to_owned(), Some(cup(1)), None);
        StockItem { product_id, available, product, sold, low_stock_at, updated_at: clock::now(), version }
    }

    #[test]
    fn a_change_of_stock_is_one_event_named_for_what_matters_most() {
        for (old, new, expected) in [
            (item(5, true, 2), item(3, true, 3), Some("stock.changed")),
            (item(5, false, 2), item(3, true, 3), Some("stock.first-sold")),
            (item(5, false, 2), item(0, true, 3), Some("stock.depleted")),
            (item(0, false, 2), item(4, false, 3), Some("stock.replenished")),
            (item(5, true, 2), item(5, true, 2), None),
        ] {
            assert_eq!(topic(Some(&old), &new), expected);
        }
    }

    #[test]
    fn a_product_without_pieces_is_no_news_and_one_published_again_is() {
        assert_eq!(topic(None, &item(0, false, 1)), None);
        assert_eq!(topic(None, &item(4, false, 1)), Some("stock.replenished"));
        assert_eq!(topic(None, &item(0, true, 7)), Some("stock.depleted"));
    }
}
