//! What inventory publishes.

use contracts::EventType;
use kernel::{Error, sequence};
use messaging::{Change, Message, To};

use crate::stock::{Level, StockItem};
use crate::store::STOCK;

/// What a change of the table says: how much there is of a product now. Nothing when only what is known of the
/// product changed.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn messages(change: &Change<'_>) -> Result<Vec<Message>, Error> {
    // Movements, and places in lists. The stream's filter leaves them out; who reads the whole table has them.
    if change.key("sk").is_ok_and(|key| key != STOCK) {
        return Ok(Vec::new());
    }
    let Some(new) = change.new_item::<StockItem>()? else { return Ok(Vec::new()) };
    // A product that was deleted and created again knows nothing of its stock: as if that was republished.
    let old = change.old()?.filter(|old: &StockItem| !is_of_another_product(old, &new));
    let Some(event_type) = event_type(old.as_ref(), &new) else { return Ok(Vec::new()) };
    let StockItem { available, low_stock_at, sold, .. } = new;
    let data = contracts::inventory::Stock { available, in_stock: available > 0, low_stock_at, sold };
    let event = change.event(event_type, &new.product_id, &data)?;
    Ok(vec![Message { to: To::Topic, event }])
}

/// Whether the product of a stock item was deleted and created again under the same id.
fn is_of_another_product(old: &StockItem, new: &StockItem) -> bool {
    match (&old.product, &new.product) {
        (Some(old), Some(new)) => sequence::made(&old.sequence) != sequence::made(&new.sequence),
        _ => false,
    }
}

/// One event a change, named for what matters most to others: how much there is, whether it was ever sold.
fn event_type(old: Option<&StockItem>, new: &StockItem) -> Option<EventType> {
    let Some(old) = old else {
        // A new stock item, or a change that is published again: then the present state is published.
        return Some(match (new.level(), new.version) {
            (Level::Out, 1) => EventType::StockCreated,
            (Level::Out, _) => EventType::StockDepleted,
            (Level::Low, _) => EventType::StockLow,
            (Level::Enough, _) => EventType::StockReplenished,
        });
    };
    match (old.level(), new.level()) {
        (old, Level::Out) if old > Level::Out => Some(EventType::StockDepleted),
        (Level::Enough, Level::Low) => Some(EventType::StockLow),
        (old, new) if new > old => Some(EventType::StockReplenished),
        _ if new.sold && !old.sold => Some(EventType::StockFirstSold),
        _ if new.available != old.available || new.low_stock_at != old.low_stock_at => Some(EventType::StockChanged),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Snapshot;
    use crate::testing::cup;
    use kernel::clock;

    fn item(available: i64, sold: bool, version: u64) -> StockItem {
        let (product_id, product, low_stock_at) = ("p".to_owned(), Some(cup(1)), None);
        StockItem { product_id, available, product, sold, low_stock_at, updated_at: clock::now(), version }
    }

    #[test]
    fn a_change_of_stock_is_one_event_named_for_what_matters_most() {
        for (old, new, expected) in [
            (item(5, true, 2), item(3, true, 3), Some(EventType::StockChanged)),
            (item(5, false, 2), item(3, true, 3), Some(EventType::StockFirstSold)),
            (item(5, false, 2), item(0, true, 3), Some(EventType::StockDepleted)),
            (item(0, false, 2), item(4, false, 3), Some(EventType::StockReplenished)),
            (item(5, true, 2), item(5, true, 2), None),
        ] {
            assert_eq!(event_type(Some(&old), &new), expected);
        }
    }

    #[test]
    fn levels_are_published_when_they_change_and_by_the_shops_own_low_stock() {
        let marked = |available, mark| StockItem { low_stock_at: Some(mark), ..item(available, true, 2) };
        for (old, new, expected) in [
            (marked(6, 5), marked(5, 5), EventType::StockLow),
            (marked(5, 5), marked(4, 5), EventType::StockChanged),
            (marked(4, 5), marked(9, 5), EventType::StockReplenished),
            (marked(4, 5), marked(4, 3), EventType::StockReplenished),
            (marked(4, 3), marked(4, 9), EventType::StockLow),
            (marked(9, 3), marked(9, 4), EventType::StockChanged),
            (marked(4, 5), marked(0, 5), EventType::StockDepleted),
        ] {
            assert_eq!(event_type(Some(&old), &new), Some(expected));
        }
    }

    #[test]
    fn a_product_that_was_deleted_and_created_again_is_another_one_and_a_changed_one_is_not() {
        let of = |sequence: &str| {
            let product = Snapshot { sequence: sequence.to_owned(), ..cup(1) };
            StockItem { product: Some(product), ..item(9, false, 3) }
        };
        let deleted = of("000000000000005-0000000002");
        assert!(is_of_another_product(&deleted, &of("000000000000009-0000000001")));
        assert!(!is_of_another_product(&deleted, &of("000000000000005-0000000003")));
        assert!(!is_of_another_product(&StockItem { product: None, ..deleted.clone() }, &deleted));
    }

    #[test]
    fn what_is_new_or_republished_is_published() {
        assert_eq!(event_type(None, &item(0, false, 1)), Some(EventType::StockCreated));
        assert_eq!(event_type(None, &item(4, false, 1)), Some(EventType::StockReplenished));
        assert_eq!(event_type(None, &item(0, true, 7)), Some(EventType::StockDepleted));
    }
}
