//! Stock items and movements. Stock never goes below zero, and every change of it leaves a movement.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::clock::Timestamp;
use shared::jsonapi::{Body, Relationship, Resource};
use shared::money::Money;
use shared::{Error, ids};

/// The most pieces that one movement may bring or take.
const MAX_QUANTITY: i64 = 1_000_000;

/// What inventory keeps of a product: enough to sell it without asking catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub name: String,
    pub sku: String,
    pub price: Money,
    pub status: String,
    /// Its place among catalog's changes of the product: of two, the later text is the newer
    /// ([`shared::events::sequence`]).
    pub sequence: String,
}

impl Snapshot {
    /// Whether the product may be bought.
    pub fn is_on_offer(&self) -> bool {
        self.status == "active"
    }
}

/// How much there is of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockItem {
    pub product_id: String,
    pub available: i64,
    /// Missing until catalog has told of the product: pieces can be booked before.
    pub product: Option<Snapshot>,
    /// Whether any was ever sold.
    #[serde(default)]
    pub sold: bool,
    pub low_stock_at: Option<i64>,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Resource for StockItem {
    const TYPE: &'static str = "stock-items";

    fn id(&self) -> &str {
        &self.product_id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/inventory/{}", self.product_id))
    }

    fn attributes(&self) -> Value {
        json!({"available": self.available, "lowStockAt": self.low_stock_at, "updatedAt": self.updated_at})
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![product(&self.product_id)]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

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

impl Movement {
    /// The movement of pieces of a product that were sold. Its id follows from both: told again, it is the same.
    pub fn sale(
        sale_id: &str,
        number: &str,
        customer_id: &str,
        at: Timestamp,
        product_id: &str,
        quantity: i64,
    ) -> Self {
        Self {
            id: ids::derived(&["movements/sale", sale_id, product_id]),
            product_id: product_id.to_owned(),
            kind: Kind::Sale,
            quantity: -quantity,
            reason: format!("Sale {number}"),
            reference: Some(number.to_owned()),
            created_by: customer_id.to_owned(),
            created_at: at,
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

impl Resource for Movement {
    const TYPE: &'static str = "stock-movements";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({
            "kind": self.kind,
            "quantity": self.quantity,
            "reason": self.reason,
            "reference": self.reference,
            "createdAt": self.created_at,
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![product(&self.product_id)]
    }
}

/// A product of which there is less than asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shortage {
    pub product_id: String,
    pub requested: i64,
    pub available: i64,
}

/// 409: there is less than asked for, naming each product and what is left of it.
pub fn insufficient_stock(shortages: &[Shortage]) -> Error {
    let error = Error::conflict("insufficient_stock", "Not enough stock", "There is less in stock than asked for.");
    error.with_meta(json!({"shortages": shortages}))
}

fn product(id: &str) -> Relationship {
    Relationship::one("product", "products", Some(id), Some(format!("/products/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::clock;

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
