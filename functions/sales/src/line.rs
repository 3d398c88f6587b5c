//! The lines of a sale: one for each product.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::ids;
use shared::jsonapi::{Relationship, Resource};
use shared::money::{Currency, Money};

use crate::sale::Sale;

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

    /// What answers show of it. Amounts are in the sale's currency.
    pub fn shown(&self, currency: Option<&Currency>) -> Value {
        let money = |amount: Option<i64>| Some(Money { amount: amount?, currency: currency?.clone() });
        let sold = self.sold.as_ref();
        json!({
            "productId": self.product_id,
            "sku": sold.map(|sold| &sold.sku),
            "name": sold.map(|sold| &sold.name),
            "unitPrice": money(sold.map(|sold| sold.unit_price)),
            "quantity": self.quantity,
            "lineTotal": money(self.total()),
        })
    }
}

/// A line by itself, as a resource.
pub struct Line {
    id: String,
    product_id: String,
    shown: Value,
}

/// The lines of a sale, in its order.
pub fn lines(sale: &Sale) -> Vec<Line> {
    let currency = sale.total.as_ref().map(|total| &total.currency);
    let line =
        |line: &SaleLine| Line { id: id(sale, line), product_id: line.product_id.clone(), shown: line.shown(currency) };
    sale.lines.iter().map(line).collect()
}

/// The id of a line: a product is in one line of a sale.
fn id(sale: &Sale, line: &SaleLine) -> String {
    ids::derived(&["sale-lines", &sale.id, &line.product_id])
}

impl Resource for Line {
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
        let path = format!("/products/{}", self.product_id);
        vec![Relationship::one("product", "products", Some(&self.product_id), Some(path))]
    }
}

/// A sale as answers show it: with its lines among the attributes, or (`include=lines`) as resources of their own.
/// Never both: no resource has an attribute and a relationship of one name (JSON:API 1.1, "Fields").
pub struct Shown {
    pub sale: Sale,
    pub lines_apart: bool,
}

impl Resource for Shown {
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
            relationships.push(Relationship::many("lines", Line::TYPE, &ids, path));
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
        let within = Shown { sale: sale.clone(), lines_apart: false };
        assert_eq!((within.attributes(), within.relationships().len()), (sale.attributes(), 1));
        let apart = Shown { sale: sale.clone(), lines_apart: true };
        assert_eq!((&apart.attributes()["lines"], apart.relationships().len()), (&Value::Null, 2));
        assert_eq!(lines(&sale)[0].attributes(), sale.attributes()["lines"][0]);
    }
}
