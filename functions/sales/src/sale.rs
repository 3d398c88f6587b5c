//! Sales: their life, and what answers show. A sale keeps a snapshot of what was sold; later changes of a
//! product do not touch it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::Error;
use shared::auth::Caller;
use shared::clock::Timestamp;
use shared::http::{Request, Response};
use shared::idempotency::Outcome;
use shared::jsonapi::{self, Relationship, Resource};
use shared::money::{Currency, Money};

use crate::order::{Line, Order};
use crate::rejection::Rejection;
use crate::settle::Settled;

/// Where a sale is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Accepted, and not yet decided: nothing is sold.
    Pending,
    /// Sold: the pieces are taken, the prices are fixed.
    Confirmed,
    /// Not sold, and why stands with it.
    Rejected,
}

impl Status {
    /// The name in the API and in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
        }
    }
}

/// One product of a sale. What can be derived is not stored: a sale of many lines is paid for by its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SaleLine {
    pub product_id: String,
    pub quantity: i64,
    /// The price the buyer saw, in minor units of the shop's currency, while the sale is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_unit_price: Option<i64>,
    /// The product as it was when it was sold.
    #[serde(flatten)]
    pub sold: Option<SoldAs>,
}

/// What a product was when it was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SoldAs {
    pub sku: String,
    pub name: String,
    /// In minor units of the sale's currency.
    pub unit_price: i64,
}

impl SaleLine {
    /// In minor units; `None` while there is no price, and past what can be counted.
    pub fn total(&self) -> Option<i64> {
        self.sold.as_ref()?.unit_price.checked_mul(self.quantity)
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// Whether it was answered 202, before it was decided. A repeated request is answered so, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Sale {
    /// A sale that is decided at once.
    pub fn sold(id: &str, customer_id: &str, settled: Settled, now: Timestamp) -> Self {
        let pending = Self::new(id, customer_id, settled.lines, now);
        Self { status: Status::Confirmed, total: Some(settled.total), held: false, ..pending }
    }

    /// A sale to be decided later.
    pub fn pending(id: &str, customer_id: &str, order: &Order, now: Timestamp) -> Self {
        let line = |line: &Line| SaleLine {
            product_id: line.product_id.clone(),
            quantity: line.quantity,
            expected_unit_price: line.expected_unit_price.as_ref().map(|price| price.amount),
            sold: None,
        };
        Self::new(id, customer_id, order.lines.iter().map(line).collect(), now)
    }

    fn new(id: &str, customer_id: &str, lines: Vec<SaleLine>, now: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            number: number(id, now),
            customer_id: customer_id.to_owned(),
            status: Status::Pending,
            lines,
            total: None,
            rejection: None,
            held: true,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// This pending sale, sold.
    #[must_use]
    pub fn confirmed(self, settled: Settled, now: Timestamp) -> Self {
        let (lines, total) = (settled.lines, Some(settled.total));
        Self { status: Status::Confirmed, lines, total, updated_at: now, version: self.version + 1, ..self }
    }

    /// This pending sale, refused.
    #[must_use]
    pub fn rejected(self, refusal: Error, now: Timestamp) -> Self {
        let rejection = Some(Rejection::of(refusal));
        Self { status: Status::Rejected, rejection, updated_at: now, version: self.version + 1, ..self }
    }

    /// What a pending sale asks for.
    pub fn order(&self, currency: &Currency) -> Order {
        let price = |amount| Money { amount, currency: currency.clone() };
        let line = |(index, line): (usize, &SaleLine)| Line {
            product_id: line.product_id.clone(),
            quantity: line.quantity,
            expected_unit_price: line.expected_unit_price.map(price),
            pointer: format!("/data/attributes/lines/{index}"),
        };
        Order { lines: self.lines.iter().enumerate().map(line).collect() }
    }

    /// Buyers read their own sales, staff all.
    pub fn may_be_read_by(&self, caller: &Caller) -> bool {
        caller.is_staff() || caller.id == self.customer_id
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
        let money = |amount: Option<i64>| {
            let currency = self.total.as_ref().map(|total| &total.currency)?;
            Some(json!({"amount": amount?, "currency": currency}))
        };
        let line = |line: &SaleLine| {
            let sold = line.sold.as_ref();
            json!({
                "productId": line.product_id,
                "sku": sold.map(|sold| &sold.sku),
                "name": sold.map(|sold| &sold.name),
                "unitPrice": money(sold.map(|sold| sold.unit_price)),
                "quantity": line.quantity,
                "lineTotal": money(line.total()),
            })
        };
        json!({
            "number": self.number,
            "status": self.status,
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
            "total": self.total,
            "rejection": self.rejection,
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

/// 201 with a sale that was decided at once, 202 with one that was to be decided later; the same again when the
/// request is repeated.
///
/// # Errors
/// 422 when the key was used before for another body.
pub fn answer(outcome: &Outcome<Sale>, request: &Request) -> Result<Response, Error> {
    outcome.answer_as(request, |sale, request| match sale.held {
        true => jsonapi::accepted(sale, request),
        false => jsonapi::created(sale, request),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::{Offer, settle};
    use inventory::testing::cup;
    use shared::store;
    use shared::testing::usd;

    fn order() -> Order {
        let (product_id, pointer) = ("a".to_owned(), "/data/attributes/lines/0".to_owned());
        Order { lines: vec![Line { product_id, quantity: 3, expected_unit_price: Some(usd(1_250)), pointer }] }
    }

    fn settled() -> Settled {
        let offer = Offer { available: 3, product: cup(1), kept: true };
        settle(&order(), &[("a".to_owned(), offer)].into(), &usd(0).currency).unwrap()
    }

    #[test]
    fn a_pending_sale_asks_for_the_very_order_it_was_made_of() {
        let pending = Sale::pending("id", "ana", &order(), Timestamp::UNIX_EPOCH);
        let stored: Sale = store::from_item(store::to_item(&pending).unwrap()).unwrap();
        assert_eq!((stored.order(&usd(0).currency), &stored), (order(), &pending));
        let attributes = pending.attributes();
        assert_eq!((&attributes["total"], &attributes["lines"][0]["unitPrice"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn a_confirmed_sale_reads_the_same_before_and_after_storage() {
        let pending = Sale::pending("id", "ana", &order(), Timestamp::UNIX_EPOCH);
        let confirmed = pending.confirmed(settled(), Timestamp::UNIX_EPOCH);
        let stored: Sale = store::from_item(store::to_item(&confirmed).unwrap()).unwrap();
        assert_eq!((stored.status, stored.version, &stored), (Status::Confirmed, 2, &confirmed));
        assert_eq!(confirmed.attributes()["lines"][0]["lineTotal"], json!(usd(3_750)));
    }

    #[test]
    fn a_rejected_sale_says_why() {
        let refusal = inventory::stock::insufficient_stock(&[]);
        let pending = Sale::pending("id", "ana", &order(), Timestamp::UNIX_EPOCH);
        let rejection = &pending.rejected(refusal, Timestamp::UNIX_EPOCH).attributes()["rejection"];
        assert_eq!(
            (&rejection["code"], &rejection["reasons"][0]["meta"]),
            (&json!("insufficient_stock"), &json!({"shortages": []}))
        );
    }

    #[test]
    fn a_number_has_the_day_and_eight_readable_letters() {
        let number = number("0193551e-7c00-8000-8000-0123456789ab", Timestamp::UNIX_EPOCH);
        assert_eq!(number.len(), 17);
        assert!(number.starts_with("19700101-") && !number[9..].contains(['I', 'L', 'O', 'U']));
    }
}
