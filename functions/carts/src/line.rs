//! What requests ask for: so many pieces of a product, a checkout at a total.

use kernel::Error;
use kernel::input::Body;
use kernel::money::{Currency, Money};

use crate::cart::MAX_QUANTITY;

/// What answers show of an item and requests may not say.
const READ_ONLY: [&str; 5] = ["name", "categoryNames", "unitPrice", "lineTotal", "unavailable"];

/// Pieces of a product, to be added to a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedItem {
    pub product_id: String,
    pub quantity: i64,
}

impl RequestedItem {
    /// Reads what is to be added.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&READ_ONLY);
        let product_id = fields.required("productId", |id| id.line(1..=64));
        let quantity = fields.required("quantity", |quantity| quantity.integer(1..=MAX_QUANTITY));
        Ok(fields.finish(|| Some(Self { product_id: product_id?, quantity: quantity? }))?)
    }
}

/// Reads how many pieces there are to be of a product that is in the cart.
///
/// # Errors
/// 422 with a fault for every member that cannot be accepted.
pub fn parse_changes(body: Body) -> Result<i64, Error> {
    let mut fields = body.attributes()?.read_only(&["productId"]).read_only(&READ_ONLY);
    let quantity = fields.required("quantity", |quantity| quantity.integer(1..=MAX_QUANTITY));
    Ok(fields.finish(|| quantity)?)
}

/// Reads the document of a checkout: the total that the buyer saw, if it says one. The cart has the lines.
///
/// # Errors
/// 422 with a fault for every member that cannot be accepted.
pub fn parse_checkout(body: Body, shop: &Currency) -> Result<Option<Money>, Error> {
    let read_only = ["number", "status", "lines", "total", "rejection", "createdAt", "updatedAt"];
    let mut fields = body.attributes()?.read_only(&read_only);
    let expected = fields.optional("expectedTotal", |total| Money::total(total, shop));
    Ok(fields.finish(|| Some(expected))?)
}
