//! An adjustment: the stock item and the movement are written. When inventory does not know the product,
//! catalog says what it is.

use kernel::replay::Outcome;
use kernel::{Error, correlation, log};

use crate::movement::Movement;
use crate::store::{Adjusted, Known};
use crate::{Catalog, Stock};

/// Books a movement. Catalog is asked only for a product of which inventory has no snapshot, and when it does not answer
/// the movement is booked all the same: goods that came in are there. The product's events follow later.
///
/// # Errors
/// `NotFound` for a product that neither catalog nor inventory knows · `Conflict`
/// (`insufficient_stock`) · `Unavailable` when the table does not answer.
pub async fn adjust(
    stock: &Stock,
    catalog: &Catalog,
    movement: Movement,
    fingerprint: &str,
) -> Result<Outcome<Movement>, Error> {
    let (movement, booked_before) = match stock.adjust(movement, Known::Here, fingerprint).await? {
        Adjusted::Done(outcome) => return Ok(outcome),
        Adjusted::Unknown { movement, item } => (movement, item.is_some()),
    };
    let found = catalog.product(&movement.product_id).await;
    let known = match &found {
        Ok(Some(product)) => Known::As(product),
        Ok(None) if booked_before => Known::Nowhere,
        Ok(None) => return Err(Error::not_found("There is no product with this id.")),
        Err(error) => {
            tracing::warn!(cause = error.cause(), correlation_id = correlation::current(), "booked unseen by catalog");
            log::count("StockBookedWithoutCatalog");
            Known::Nowhere
        }
    };
    match stock.adjust(movement, known, fingerprint).await? {
        Adjusted::Done(outcome) => Ok(outcome),
        Adjusted::Unknown { .. } => Err(Error::internal("a movement was refused for a reason it does not have")),
    }
}
