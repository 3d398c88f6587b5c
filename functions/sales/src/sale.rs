//! Sales: their life, and what answers show. A sale keeps a snapshot of what was sold; later changes of a
//! product do not touch it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::Error;
use shared::auth::Caller;
use shared::clock::Timestamp;
use shared::events;
use shared::http::{Request, Response};
use shared::idempotency::Outcome;
use shared::jsonapi::{self, Body, Relationship, Resource};
use shared::money::{Currency, Money};

use crate::line::SaleLine;
use crate::number::number;
use crate::order::{Line, Order};
use crate::rejection::Rejection;
use crate::settle::Settled;
use crate::status::Status;

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
            cancelled_by: None,
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

    /// This sale, in the state that somebody who may read it wants. Staff move sales; buyers call theirs off.
    ///
    /// # Errors
    /// `Forbidden` when buyers want anything but to cancel · `Conflict` (`invalid_transition`) naming what may
    /// follow.
    pub fn moved(self, to: Status, caller: &Caller, now: Timestamp) -> Result<Self, Error> {
        if !caller.is_staff() && to != Status::Cancelled {
            return Err(Error::forbidden("Buyers cancel their sales; the rest is for the shop's staff."));
        }
        if !self.status.next().contains(&to) {
            return Err(invalid_transition(self.status, &format!("cannot become {}", to.name())));
        }
        let cancelled_by = (to == Status::Cancelled).then(|| caller.id.clone());
        Ok(Self { status: to, cancelled_by, updated_at: now, version: self.version + 1, ..self })
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

    /// What it was when it was confirmed, if it has gone on since then. When that was is not kept: one that was decided
    /// later is told as of when it was made.
    pub fn as_confirmed(&self) -> Option<Self> {
        let went_on = self.total.is_some() && self.status != Status::Confirmed;
        let version = if self.held { 2 } else { 1 };
        let (status, updated_at) = (Status::Confirmed, self.created_at);
        went_on.then(|| Self { status, cancelled_by: None, updated_at, version, ..self.clone() })
    }

    /// Its place among the changes of the sales under its id, as its events have it.
    pub fn sequence(&self) -> String {
        events::sequence(Some(self.created_at), self.version)
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

impl Resource for Sale {
    const TYPE: &'static str = "sales";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/sales/{}", self.id))
    }

    fn attributes(&self) -> Value {
        let currency = self.total.as_ref().map(|total| &total.currency);
        let lines: Vec<Value> = self.lines.iter().map(|line| line.shown(currency)).collect();
        json!({
            "number": self.number,
            "status": self.status,
            "lines": lines,
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
}
