//! Movements: every change of stock leaves one, and the sum of a product's movements is its stock.

use kernel::clock::Timestamp;
use kernel::input::Body;
use kernel::{Error, ids};
use serde::{Deserialize, Serialize};

/// What the audit log shows of a movement. The reason is free text, and stands with the movement.
pub const AUDITED: [&str; 4] = ["kind", "quantity", "reference", "product"];

/// The most pieces that one movement may bring or take.
const MAX_QUANTITY: i64 = 1_000_000;

/// Why stock changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Goods came in.
    Receipt,
    /// A count or a breakage set the books right.
    Adjustment,
    /// Pieces were sold.
    Sale,
    /// A sale was cancelled: its pieces are back.
    Cancellation,
}

/// One change of stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Movement {
    pub id: String,
    pub product_id: String,
    pub kind: Kind,
    /// Signed, never 0.
    pub quantity: i64,
    pub reason: String,
    pub reference: Option<String>,
    /// The user who did it.
    pub created_by: String,
    pub created_at: Timestamp,
}

/// The sale that a movement follows from.
pub struct SoldIn<'a> {
    pub id: &'a str,
    /// When the sale was made, in the words of its events' `sequence`: one that was deleted and made again under the
    /// same id is another.
    pub made: &'a str,
    pub number: &'a str,
    /// Who bought, or cancelled.
    pub by: &'a str,
    pub at: Timestamp,
}

impl Movement {
    /// The movement of pieces of a product that were sold, or came back when the sale was cancelled. Its id follows
    /// from sale, kind and product: a repeated event gives the same id.
    pub fn of_sale(sale: &SoldIn<'_>, kind: Kind, product_id: &str, quantity: i64) -> Self {
        let (collection, quantity, what) = match kind {
            Kind::Cancellation => ("movements/cancellation", quantity, "Cancellation of sale"),
            _ => ("movements/sale", -quantity, "Sale"),
        };
        Self {
            id: ids::derived(&[collection, sale.id, sale.made, product_id]),
            product_id: product_id.to_owned(),
            kind,
            quantity,
            reason: format!("{what} {}", sale.number),
            reference: Some(sale.number.to_owned()),
            created_by: sale.by.to_owned(),
            created_at: sale.at,
        }
    }

    /// Reads the movement that a member of staff asks for.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, id: String, product_id: String, by: String, now: Timestamp) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&["createdAt"]);
        let kinds = [("receipt", Kind::Receipt), ("adjustment", Kind::Adjustment)];
        let kind = fields.required("kind", |kind| kind.one_of(&kinds));
        let quantity = fields.required("quantity", |quantity| {
            let zero = quantity.fault("must not be 0");
            let negative = quantity.fault("must be positive: a receipt brings goods in");
            match quantity.integer(-MAX_QUANTITY..=MAX_QUANTITY)? {
                0 => Err(zero),
                ..0 if kind == Some(Kind::Receipt) => Err(negative),
                quantity => Ok(quantity),
            }
        });
        let reason = fields.required("reason", |reason| reason.line(1..=500));
        let reference =
            fields.clearable("reference", |reference| reference.line(1..=100)).map(Option::unwrap_or_default);
        let movement = fields.finish(|| {
            let reference = reference.filter(|reference| !reference.is_empty());
            let (kind, quantity, reason) = (kind?, quantity?, reason?);
            Some(Self { id, product_id, kind, quantity, reason, reference, created_by: by, created_at: now })
        });
        Ok(movement?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock;
    use serde_json::Value;
    use serde_json::json;

    fn parse(attributes: &Value) -> Result<Movement, usize> {
        let document = json!({"data": {"type": "stock-movements", "attributes": attributes}}).to_string();
        Body::new_resource(document.as_bytes(), "stock-movements")
            .and_then(|body| Movement::parse(body, "m".to_owned(), "p".to_owned(), "eva".to_owned(), clock::now()))
            .map_err(|error| error.faults.len())
    }

    #[test]
    fn a_receipt_brings_and_an_adjustment_may_take() {
        assert!(parse(&json!({"kind": "receipt", "quantity": 10, "reason": "delivery"})).is_ok());
        assert!(parse(&json!({"kind": "adjustment", "quantity": -2, "reason": "broken", "reference": null})).is_ok());
        assert_eq!(parse(&json!({"kind": "receipt", "quantity": -1, "reason": "x"})), Err(1));
    }

    #[test]
    fn quantities_are_whole_bounded_and_not_zero() {
        for quantity in
            [json!(0), json!(1.5), json!("3"), json!(1_000_001), json!(9_007_199_254_740_993_i64), json!(null)]
        {
            assert_eq!(
                parse(&json!({"kind": "adjustment", "quantity": quantity, "reason": "x"})),
                Err(1),
                "{quantity}"
            );
        }
    }

    #[test]
    fn sales_and_cancellations_are_not_made_by_hand() {
        for kind in ["sale", "cancellation"] {
            assert_eq!(parse(&json!({"kind": kind, "quantity": 1, "reason": "x"})), Err(1));
        }
        assert_eq!(parse(&json!({})), Err(3));
    }
}
