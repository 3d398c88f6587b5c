//! What inventory tells the other services, and what it learns from them.

use serde::Deserialize;
use serde_json::json;
use shared::Error;
use shared::clock::Timestamp;
use shared::events::{Change, Event, Message, To};
use shared::money::Money;

use crate::Stock;
use crate::movement::{Kind, Movement, SoldIn};
use crate::stock::{Level, Snapshot, StockItem};

/// What a change of the table says: how much there is of a product now. Nothing when only what is known of the
/// product changed.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn messages(change: &Change<'_>) -> Result<Vec<Message>, Error> {
    let Some(new) = change.new_item::<StockItem>()? else { return Ok(Vec::new()) };
    let Some(topic) = topic(change.old()?.as_ref(), &new) else { return Ok(Vec::new()) };
    let StockItem { available, low_stock_at, sold, .. } = new;
    let data = json!({"available": available, "inStock": available > 0, "lowStockAt": low_stock_at, "sold": sold});
    let event = change.event("inventory", topic, &new.product_id, data)?;
    Ok(vec![Message { to: To::Topic, event }])
}

/// One event a change, named for what matters most to others: how much there is, whether it was ever sold.
fn topic(old: Option<&StockItem>, new: &StockItem) -> Option<&'static str> {
    let Some(old) = old else {
        // The first that is known of a product, or a change that is published again: then all have to hear what is.
        return Some(match (new.level(), new.version) {
            (Level::Out, 1) => "stock.created",
            (Level::Out, _) => "stock.depleted",
            (Level::Low, _) => "stock.low",
            (Level::Enough, _) => "stock.replenished",
        });
    };
    match (old.level(), new.level()) {
        (old, Level::Out) if old > Level::Out => Some("stock.depleted"),
        (Level::Enough, Level::Low) => Some("stock.low"),
        (old, new) if new > old => Some("stock.replenished"),
        _ if new.sold && !old.sold => Some("stock.first-sold"),
        _ if new.available != old.available || new.low_stock_at != old.low_stock_at => Some("stock.changed"),
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
    fn levels_are_told_when_they_change_and_by_what_the_shop_wants_to_be_warned_at() {
        let marked = |available, mark| StockItem { low_stock_at: Some(mark), ..item(available, true, 2) };
        for (old, new, expected) in [
            (marked(6, 5), marked(5, 5), "stock.low"),
            (marked(5, 5), marked(4, 5), "stock.changed"),
            (marked(4, 5), marked(9, 5), "stock.replenished"),
            (marked(4, 5), marked(4, 3), "stock.replenished"),
            (marked(4, 3), marked(4, 9), "stock.low"),
            (marked(9, 3), marked(9, 4), "stock.changed"),
            (marked(4, 5), marked(0, 5), "stock.depleted"),
        ] {
            assert_eq!(topic(Some(&old), &new), Some(expected));
        }
    }

    #[test]
    fn what_is_first_known_or_published_again_is_told() {
        assert_eq!(topic(None, &item(0, false, 1)), Some("stock.created"));
        assert_eq!(topic(None, &item(4, false, 1)), Some("stock.replenished"));
        assert_eq!(topic(None, &item(0, true, 7)), Some("stock.depleted"));
    }
}
