//! Sales and their states. A sale has a snapshot of what was sold; later changes of a
//! product do not touch it.

use kernel::Error;
use kernel::caller::Caller;
use kernel::clock::Timestamp;
use kernel::input::Body;
use kernel::money::{Currency, Money};
use kernel::sequence;
use serde::{Deserialize, Serialize};

use crate::line::SaleLine;
use crate::number::number;
use crate::order::{Order, OrderLine};
use crate::rejection::rejection;
use crate::settle::Settled;
use crate::status::Status;
use contracts::sales::Rejection;

/// What the audit log shows of a change.
pub const AUDITED: [&str; 3] = ["number", "status", "total"];

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
    /// The user who cancelled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<String>,
    /// Whether it was answered 202, before it was decided. A repeated request is answered so, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not", rename = "held")]
    pub answered_pending: bool,
    /// Whether its pieces count among what its customer has open ([`crate::open_sales`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Sale {
    /// A sale that is decided at once.
    pub fn sold(id: &str, customer_id: &str, settled: Settled, now: Timestamp) -> Self {
        let pending = Self::new(id, customer_id, settled.lines, now);
        Self {
            status: Status::Confirmed,
            total: Some(settled.total),
            answered_pending: false,
            counted: true,
            ..pending
        }
    }

    /// A sale to be decided later.
    pub fn pending(id: &str, customer_id: &str, order: &Order, now: Timestamp) -> Self {
        let line = |line: &OrderLine| SaleLine {
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
            number: number(now),
            customer_id: customer_id.to_owned(),
            status: Status::Pending,
            lines,
            total: None,
            rejection: None,
            cancelled_by: None,
            answered_pending: true,
            counted: false,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// This pending sale, sold.
    #[must_use]
    pub fn confirmed(self, settled: Settled, now: Timestamp) -> Self {
        let (lines, total) = (settled.lines, Some(settled.total));
        Self {
            status: Status::Confirmed,
            lines,
            total,
            counted: true,
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }

    /// This pending sale, refused.
    #[must_use]
    pub fn rejected(self, refusal: Error, now: Timestamp) -> Self {
        let rejection = Some(rejection(refusal));
        Self { status: Status::Rejected, rejection, updated_at: now, version: self.version + 1, ..self }
    }

    /// This sale, in the state that somebody who may read it wants. Staff move sales; buyers call theirs off.
    ///
    /// # Errors
    /// `Forbidden` when buyers want anything but to cancel · `Conflict` (`invalid_transition`) naming what may
    /// follow.
    pub fn moved(self, to: Status, caller: &Caller, now: Timestamp) -> Result<Self, Error> {
        if !caller.is_staff() && to != Status::Cancelled {
            return Err(Error::forbidden(
                "You can cancel your sales. Only the shop's staff can change them otherwise.",
            ));
        }
        if !self.status.next().contains(&to) {
            return Err(invalid_transition(self.status, &format!("cannot become {}", to.name())));
        }
        let cancelled_by = (to == Status::Cancelled).then(|| caller.id.clone());
        Ok(Self { status: to, cancelled_by, counted: false, updated_at: now, version: self.version + 1, ..self })
    }

    /// Whether it may be deleted: only what was not sold, or not in the end.
    ///
    /// # Errors
    /// `Conflict` (`invalid_transition`) for any other.
    pub fn check_deletable(&self) -> Result<(), Error> {
        match self.status.is_void() {
            true => Ok(()),
            false => Err(invalid_transition(self.status, "is not deleted: only rejected and cancelled ones are")),
        }
    }

    /// The sale as it was when it was confirmed, if it was moved on since. The time of that is not stored: one that was decided
    /// later has the time when it was created.
    pub fn as_confirmed(&self) -> Option<Self> {
        let went_on = self.total.is_some() && self.status != Status::Confirmed;
        let version = if self.answered_pending { 2 } else { 1 };
        let (status, updated_at) = (Status::Confirmed, self.created_at);
        went_on.then(|| Self { status, cancelled_by: None, updated_at, version, ..self.clone() })
    }

    /// Its place among the changes of the sales under its id, as its events have it.
    pub fn sequence(&self) -> String {
        sequence::sequence(Some(self.created_at), self.version)
    }

    /// What a pending sale asks for.
    pub fn order(&self, currency: &Currency) -> Order {
        let price = |amount| Money { amount, currency: currency.clone() };
        let line = |(index, line): (usize, &SaleLine)| OrderLine {
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

fn invalid_transition(status: Status, what: &str) -> Error {
    let next: Vec<&str> = status.next().iter().map(|next| next.name()).collect();
    let next = if next.is_empty() { "nothing".to_owned() } else { next.join(" or ") };
    let detail = format!("A sale that is {} {what}. What may follow: {next}.", status.name());
    Error::conflict("invalid_transition", "Not in this state", detail)
}

/// Reads the state that a request wants a sale in.
///
/// # Errors
/// 422 with a fault for every member that cannot be accepted.
pub fn parse_changes(body: Body) -> Result<Status, Error> {
    let read_only = ["number", "lines", "total", "rejection", "createdAt", "updatedAt"];
    let mut fields = body.attributes()?.read_only(&read_only);
    let status = fields.required("status", |status| status.one_of(&Status::NAMES));
    Ok(fields.finish(|| status)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::{Offer, settle};
    use inventory::testing::cup;
    use serde_json::Value;
    use serde_json::json;
    use testing::usd;
    use web::jsonapi::Resource;

    fn order() -> Order {
        let (product_id, pointer) = ("a".to_owned(), "/data/attributes/lines/0".to_owned());
        Order { lines: vec![OrderLine { product_id, quantity: 3, expected_unit_price: Some(usd(1_250)), pointer }] }
    }

    fn settled() -> Settled {
        let offer = Offer { available: 3, product: cup(1), stored: true };
        settle(&order(), &[("a".to_owned(), offer)].into(), &usd(0).currency).unwrap()
    }

    #[test]
    fn a_pending_sale_asks_for_the_very_order_it_was_made_of() {
        let pending = Sale::pending("id", "ana", &order(), Timestamp::UNIX_EPOCH);
        let stored: Sale = dynamo::from_item(dynamo::to_item(&pending).unwrap()).unwrap();
        assert_eq!((stored.order(&usd(0).currency), &stored), (order(), &pending));
        let attributes = pending.attributes();
        assert_eq!((&attributes["total"], &attributes["lines"][0]["unitPrice"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn a_confirmed_sale_reads_the_same_before_and_after_storage() {
        let pending = Sale::pending("id", "ana", &order(), Timestamp::UNIX_EPOCH);
        let confirmed = pending.confirmed(settled(), Timestamp::UNIX_EPOCH);
        let stored: Sale = dynamo::from_item(dynamo::to_item(&confirmed).unwrap()).unwrap();
        assert_eq!((stored.status, stored.version, &stored), (Status::Confirmed, 2, &confirmed));
        assert_eq!(confirmed.attributes()["lines"][0]["lineTotal"], json!(usd(3_750)));
    }

    #[test]
    fn a_rejected_sale_says_why() {
        let refusal = inventory::shortage::insufficient_stock(&[]);
        let pending = Sale::pending("id", "ana", &order(), Timestamp::UNIX_EPOCH);
        let rejection = &pending.rejected(refusal, Timestamp::UNIX_EPOCH).attributes()["rejection"];
        assert_eq!(
            (&rejection["code"], &rejection["reasons"][0]["meta"]),
            (&json!("insufficient_stock"), &json!({"shortages": []}))
        );
    }
}
