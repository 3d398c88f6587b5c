//! What inventory publishes.

use serde_json::json;
use shared::Error;
use shared::events::{Change, Message, To};

use crate::stock::{Level, StockItem};

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
