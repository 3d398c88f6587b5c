//! Sales: an order at the prices of the moment. A sale keeps a snapshot of what was sold; later
//! changes of a product do not touch it.

use std::collections::HashMap;

use inventory::stock::{Shortage, Snapshot, insufficient_stock};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::Error;
use shared::auth::Caller;
use shared::clock::Timestamp;
use shared::error::Fault;
use shared::jsonapi::{Relationship, Resource};
use shared::money::{Currency, Money};

use crate::order::{Line, Order};

/// Where a sale is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    Confirmed,
}

/// One product of a sale, as it was when it was sold. What can be derived is not stored: a sale of
/// many lines is paid for by its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SaleLine {
    pub product_id: String,
    pub sku: String,
    pub name: String,
    /// In minor units of the sale's currency.
    pub unit_price: i64,
    pub quantity: i64,
}

impl SaleLine {
    /// In minor units; `None` past what can be counted.
    fn total(&self) -> Option<i64> {
        self.unit_price.checked_mul(self.quantity)
    }
}

/// What was sold to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sale {
    pub id: String,
    pub number: String,
    pub customer_id: String,
    pub status: Status,
    pub lines: Vec<SaleLine>,
    pub total: Money,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Sale {
    /// Buyers read their own sales, staff all.
    pub fn may_be_read_by(&self, caller: &Caller) -> bool {
        caller.is_staff() || caller.id == self.customer_id
    }
}

/// What there is of a product, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub available: i64,
    pub product: Snapshot,
}

/// Sells an order to a customer at the prices of the offers, by product id.
///
/// # Errors
/// `NotFound` pointing at each product that does not exist or is not on offer · `Conflict`
/// (`price_changed`) pointing at each price that no longer holds · `Conflict` (`insufficient_stock`)
/// naming each short product and what is left.
pub fn settle(
    order: &Order,
    offers: &HashMap<String, Offer>,
    currency: &Currency,
    id: &str,
    customer_id: &str,
    now: Timestamp,
) -> Result<Sale, Error> {
    let offered = |line: &Line| offers.get(&line.product_id).filter(|offer| offer.product.is_on_offer()).cloned();
    let (mut lines, mut unknown, mut moved, mut shortages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in &order.lines {
        let Some(Offer { available, product }) = offered(line) else {
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
    // Prices and quantities are bounded so that a total can be counted (`shared::money`).
    let total = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.total()?));
    let total = total.ok_or_else(|| Error::internal("a total past what can be counted"))?;
    Ok(Sale {
        id: id.to_owned(),
        number: number(id, now),
        customer_id: customer_id.to_owned(),
        status: Status::Confirmed,
        lines,
        total: Money { amount: total, currency: currency.clone() },
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

fn sold(line: &Line, product: Snapshot) -> SaleLine {
    SaleLine {
        product_id: line.product_id.clone(),
        sku: product.sku,
        name: product.name,
        unit_price: product.price.amount,
        quantity: line.quantity,
    }
}

/// A number that people can read to each other: the day of the sale and 40 bits of its id in
/// Crockford's Base32, which has no I, L, O and U. No counter, so nothing that all sales wait for;
/// of a million sales on one day, two have the same number with a chance of about one in three, and
/// the id tells them apart.
fn number(id: &str, now: Timestamp) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = id.bytes().filter_map(|byte| char::from(byte).to_digit(16)).rev().take(10);
    let mut bits = bits.fold(0_u64, |bits, digit| bits << 4 | u64::from(digit));
    let mut code = String::with_capacity(8);
    for _ in 0..8 {
        code.push(char::from(ALPHABET[usize::try_from(bits % 32).unwrap_or_default()]));
        bits /= 32;
    }
    let day: String = now.to_string().chars().take(10).filter(char::is_ascii_digit).collect();
    format!("{day}-{code}")
}

impl Resource for Sale {
    const TYPE: &'static str = "sales";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/sales/{}", self.id))
    }

    fn attributes(&self) -> Value {
        let money = |amount: Option<i64>| json!({"amount": amount, "currency": self.total.currency});
        let line = |line: &SaleLine| {
            json!({
                "productId": line.product_id,
                "sku": line.sku,
                "name": line.name,
                "unitPrice": money(Some(line.unit_price)),
                "quantity": line.quantity,
                "lineTotal": money(line.total()),
            })
        };
        json!({
            "number": self.number,
            "status": self.status,
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
            "total": self.total,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![Relationship::one("customer", "users", Some(&self.customer_id), None)]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::testing::cup;
    use shared::testing::usd;

    fn line(product_id: &str, quantity: i64) -> Line {
        let pointer = format!("/lines/{product_id}");
        Line { product_id: product_id.to_owned(), quantity, expected_unit_price: None, pointer }
    }

    fn sell(lines: Vec<Line>, offers: &[(&str, i64, Snapshot)]) -> Result<Sale, Error> {
        let offers = offers.iter().map(|(id, available, product)| {
            ((*id).to_owned(), Offer { available: *available, product: product.clone() })
        });
        let currency = "USD".parse().unwrap();
        settle(&Order { lines }, &offers.collect(), &currency, "0a1b2c3d", "ana", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn totals_are_the_sums_of_their_lines() {
        let dear = Snapshot { price: usd(99_999_999_999), ..cup(1) };
        let sale = sell(vec![line("a", 3), line("b", 1_000)], &[("a", 3, cup(1)), ("b", 1_000, dear)]).unwrap();
        assert_eq!(sale.attributes()["lines"][0]["lineTotal"], json!(usd(3_750)));
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
    fn a_price_that_no_longer_holds_is_told_before_a_shortage() {
        let line = Line { expected_unit_price: Some(usd(1_000)), ..line("a", 3) };
        let refused = sell(vec![line], &[("a", 0, cup(1))]).unwrap_err();
        assert_eq!((refused.code, refused.faults.len()), ("price_changed", 1));
    }

    #[test]
    fn what_is_unknown_or_not_on_offer_is_not_found() {
        let archived = Snapshot { status: "archived".to_owned(), ..cup(1) };
        let refused = sell(vec![line("a", 1), line("b", 1)], &[("b", 1, archived)]).unwrap_err();
        assert_eq!((refused.code, refused.faults.len()), ("not_found", 2));
    }

    #[test]
    fn a_number_has_the_day_and_eight_readable_letters() {
        let number = number("0193551e-7c00-8000-8000-0123456789ab", Timestamp::UNIX_EPOCH);
        assert_eq!(number.len(), 17);
        assert!(number.starts_with("19700101-") && !number[9..].contains(['I', 'L', 'O', 'U']));
    }
}
