//! What answers show of a sale and of its lines.

use kernel::money::{Currency, Money};
use kernel::replay::Outcome;
use kernel::{Error, ids};
use serde_json::{Value, json};
use web::http::{Request, Response};
use web::jsonapi::{Relationship, Resource};
use web::{idempotency, jsonapi};

use crate::line::SaleLine;
use crate::sale::Sale;

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
        let lines: Vec<Value> = self.lines.iter().map(|line| shown(line, currency)).collect();
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

/// 201 with a sale that was decided at once, 202 with one that was to be decided later; the same again when the
/// request is repeated.
///
/// # Errors
/// 422 when the key was used before for another body.
pub fn answer(outcome: &Outcome<Sale>, request: &Request) -> Result<Response, Error> {
    idempotency::answer(outcome, |sale| match sale.answered_pending {
        true => jsonapi::accepted(sale, request),
        false => jsonapi::created(sale, request),
    })
}

/// A line by itself, as a resource.
pub struct ShownLine {
    id: String,
    product_id: String,
    shown: Value,
}

/// What answers show of a line. Amounts are in the sale's currency.
fn shown(line: &SaleLine, currency: Option<&Currency>) -> Value {
    let money = |amount: Option<i64>| Some(Money { amount: amount?, currency: currency?.clone() });
    let sold = line.sold.as_ref();
    json!({
        "productId": line.product_id,
        "sku": sold.map(|sold| &sold.sku),
        "name": sold.map(|sold| &sold.name),
        "unitPrice": money(sold.map(|sold| sold.unit_price)),
        "quantity": line.quantity,
        "lineTotal": money(line.total()),
    })
}

/// The lines of a sale, in its order.
pub fn lines(sale: &Sale) -> Vec<ShownLine> {
    let currency = sale.total.as_ref().map(|total| &total.currency);
    let line = |line: &SaleLine| ShownLine {
        id: id(sale, line),
        product_id: line.product_id.clone(),
        shown: shown(line, currency),
    };
    sale.lines.iter().map(line).collect()
}

/// The id of a line: a product is in one line of a sale.
fn id(sale: &Sale, line: &SaleLine) -> String {
    ids::derived(&["sale-lines", &sale.id, &line.product_id])
}

impl Resource for ShownLine {
    const TYPE: &'static str = "sale-lines";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        self.shown.clone()
    }

    fn relationships(&self) -> Vec<Relationship> {
        // An order is accepted before its products are looked for. What is no id is no product's, and no part of a URL.
        let path = ids::is_id(&self.product_id).then(|| format!("/products/{}", self.product_id));
        vec![Relationship::one("product", "products", Some(&self.product_id), path)]
    }
}

/// A sale as answers show it: with its lines among the attributes, or (`include=lines`) as resources of their own.
/// Never both: no resource has an attribute and a relationship of one name (JSON:API 1.1, "Fields").
pub struct SaleView {
    pub sale: Sale,
    pub lines_apart: bool,
}

impl Resource for SaleView {
    const TYPE: &'static str = Sale::TYPE;

    fn id(&self) -> &str {
        self.sale.id()
    }

    fn path(&self) -> Option<String> {
        self.sale.path()
    }

    fn attributes(&self) -> Value {
        let mut attributes = self.sale.attributes();
        if let Some(attributes) = attributes.as_object_mut().filter(|_| self.lines_apart) {
            attributes.remove("lines");
        }
        attributes
    }

    fn relationships(&self) -> Vec<Relationship> {
        let mut relationships = self.sale.relationships();
        if self.lines_apart {
            let ids: Vec<String> = self.sale.lines.iter().map(|line| id(&self.sale, line)).collect();
            let path = format!("/sales/{}/lines", self.sale.id);
            relationships.push(Relationship::many("lines", ShownLine::TYPE, &ids, path));
        }
        relationships
    }

    fn version(&self) -> Option<u64> {
        self.sale.version()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Shop;

    #[tokio::test]
    async fn lines_apart_are_related_and_no_longer_an_attribute() {
        let shop = Shop::with(&[3]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let within = SaleView { sale: sale.clone(), lines_apart: false };
        assert_eq!((within.attributes(), within.relationships().len()), (sale.attributes(), 1));
        let apart = SaleView { sale: sale.clone(), lines_apart: true };
        assert_eq!((&apart.attributes()["lines"], apart.relationships().len()), (&Value::Null, 2));
        assert_eq!(lines(&sale)[0].attributes(), sale.attributes()["lines"][0]);
    }
}
