//! Products of which there is less than asked for.

use kernel::Error;
use serde::Serialize;
use serde_json::json;

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
