//! The rule of a sale: an order at the prices of the moment, or why it cannot be sold.

use std::collections::HashMap;

use inventory::shortage::{Shortage, insufficient_stock};
use inventory::snapshot::Snapshot;
use kernel::Error;
use kernel::error::Fault;
use kernel::money::{Currency, Money};
use serde_json::json;

use crate::line::{SaleLine, SoldAs};
use crate::order::{Order, OrderLine};

/// What there is of a product, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub available: i64,
    pub product: Snapshot,
    /// Whether this is the snapshot that the stock item has.
    pub stored: bool,
}

/// An order that can be sold: its lines at their prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub lines: Vec<SaleLine>,
    pub total: Money,
}

/// Sells an order at the prices of the offers, by product id.
///
/// # Errors
/// `NotFound` pointing at each product that does not exist or is not on offer · `Conflict`
/// (`price_changed`) pointing at each price that has changed · `Conflict` (`insufficient_stock`)
/// naming each short product and what is left.
pub fn settle(order: &Order, offers: &HashMap<String, Offer>, currency: &Currency) -> Result<Settled, Error> {
    let offered = |line: &OrderLine| offers.get(&line.product_id).filter(|offer| offer.product.is_on_offer()).cloned();
    let (mut lines, mut unknown, mut moved, mut shortages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in &order.lines {
        let Some(Offer { available, product, .. }) = offered(line) else {
            unknown.push(Fault::at(format!("{}/productId", line.pointer), "There is no such product on offer."));
            continue;
        };
        if line.expected_unit_price.as_ref().is_some_and(|expected| *expected != product.price) {
            let detail = format!("The price is now {} {}.", product.price.amount, product.price.currency);
            let meta = json!({"productId": line.product_id, "unitPrice": product.price});
            let fault = Fault::at(format!("{}/expectedUnitPrice", line.pointer), detail);
            moved.push(Fault { meta: Some(meta), ..fault });
        }
        if available < line.quantity {
            let product_id = line.product_id.clone();
            shortages.push(Shortage { product_id, requested: line.quantity, available });
        }
        lines.push(sold(line, product));
    }
    if !unknown.is_empty() {
        return Err(Error::not_found("").with_faults(unknown));
    }
    if !moved.is_empty() {
        return Err(Error::conflict("price_changed", "Price changed", "").with_faults(moved));
    }
    if !shortages.is_empty() {
        return Err(insufficient_stock(&shortages));
    }
    // Prices and quantities are bounded so that a total can be counted (`kernel::money`).
    let total = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.total()?));
    let total = total.ok_or_else(|| Error::internal("a total past what can be counted"))?;
    Ok(Settled { lines, total: Money { amount: total, currency: currency.clone() } })
}

fn sold(line: &OrderLine, product: Snapshot) -> SaleLine {
    let sold = SoldAs { sku: product.sku, name: product.name, unit_price: product.price.amount };
    let (product_id, quantity) = (line.product_id.clone(), line.quantity);
    SaleLine { product_id, quantity, expected_unit_price: None, sold: Some(sold) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::snapshot::ProductStatus;
    use inventory::testing::cup;
    use testing::usd;

    fn line(product_id: &str, quantity: i64) -> OrderLine {
        let pointer = format!("/lines/{product_id}");
        OrderLine { product_id: product_id.to_owned(), quantity, expected_unit_price: None, pointer }
    }

    fn sell(lines: Vec<OrderLine>, offers: &[(&str, i64, Snapshot)]) -> Result<Settled, Error> {
        let offers = offers.iter().map(|(id, available, product)| {
            ((*id).to_owned(), Offer { available: *available, product: product.clone(), stored: true })
        });
        settle(&Order { lines }, &offers.collect(), &usd(0).currency)
    }

    #[test]
    fn totals_are_the_sums_of_their_lines() {
        let dear = Snapshot { price: usd(99_999_999_999), ..cup(1) };
        let sale = sell(vec![line("a", 3), line("b", 1_000)], &[("a", 3, cup(1)), ("b", 1_000, dear)]).unwrap();
        assert_eq!(sale.lines[0].total(), Some(3_750));
        assert_eq!(sale.total, usd(99_999_999_999_000 + 3_750));
    }

    #[test]
    fn every_short_product_is_named_with_what_is_left() {
        let refused = sell(
            vec![line("a", 3), line("b", 1), line("c", 9)],
            &[("a", 2, cup(1)), ("b", 1, cup(1)), ("c", 0, cup(1))],
        );
        let refused = refused.unwrap_err();
        assert_eq!(refused.code, "insufficient_stock");
        let expected = json!({"shortages": [{"productId": "a", "requested": 3, "available": 2}, {"productId": "c", "requested": 9, "available": 0}]});
        assert_eq!(refused.faults[0].meta, Some(expected));
    }

    #[test]
    fn a_changed_price_is_reported_before_a_shortage() {
        let line = OrderLine { expected_unit_price: Some(usd(1_000)), ..line("a", 3) };
        let refused = sell(vec![line], &[("a", 0, cup(1))]).unwrap_err();
        assert_eq!((refused.code, refused.faults.len()), ("price_changed", 1));
    }

    #[test]
    fn what_is_unknown_or_not_on_offer_is_not_found() {
        let archived = Snapshot { status: ProductStatus::Archived, ..cup(1) };
        let refused = sell(vec![line("a", 1), line("b", 1)], &[("b", 1, archived)]).unwrap_err();
        assert_eq!((refused.code, refused.faults.len()), ("not_found", 2));
    }
}
