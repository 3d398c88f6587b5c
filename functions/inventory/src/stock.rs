//! Stock items: how much there is of a product. Stock never goes below zero, and every change of it leaves a
//! [movement](crate::movement).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::Error;
use shared::clock::Timestamp;
use shared::jsonapi::{Body, Relationship, Resource};
use shared::money::Money;

/// The highest mark that a shop may be warned at, in pieces.
const MAX_LOW_STOCK_AT: i64 = 1_000_000;

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

/// How much there is, for those who reorder. In this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Out,
    /// No more than where the shop wants to be warned.
    Low,
    Enough,
}

impl Level {
    /// The levels by their names in the API.
    pub const NAMES: [(&str, Self); 3] = [("out", Self::Out), ("low", Self::Low), ("enough", Self::Enough)];

    /// The level of so many pieces where the shop wants to be warned at a mark, if at any.
    pub fn of(available: i64, low_stock_at: Option<i64>) -> Self {
        match low_stock_at {
            _ if available <= 0 => Self::Out,
            Some(mark) if available <= mark => Self::Low,
            _ => Self::Enough,
        }
    }
}

impl StockItem {
    /// How much there is, in a word.
    pub fn level(&self) -> Level {
        Level::of(self.available, self.low_stock_at)
    }
}

/// Reads where the shop wants to be warned: outside `None` when it was not sent, inside `None` for nowhere.
///
/// # Errors
/// 422 with a fault for every member that cannot be accepted.
pub fn parse_changes(body: Body) -> Result<Option<Option<i64>>, Error> {
    let mut fields = body.attributes()?.read_only(&["available", "updatedAt"]);
    let sent = fields.clearable("lowStockAt", |mark| mark.integer(0..=MAX_LOW_STOCK_AT));
    Ok(fields.finish(|| Some(sent))?)
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

/// The product that something is of.
pub(crate) fn product(id: &str) -> Relationship {
    Relationship::one("product", "products", Some(id), Some(format!("/products/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_is_out_low_or_enough_by_the_mark_of_the_shop() {
        for (available, mark, level) in [
            (0, None, Level::Out),
            (0, Some(5), Level::Out),
            (5, Some(5), Level::Low),
            (6, Some(5), Level::Enough),
            (1, Some(0), Level::Enough),
            (1, None, Level::Enough),
        ] {
            assert_eq!(Level::of(available, mark), level, "{available} of {mark:?}");
        }
    }
}
