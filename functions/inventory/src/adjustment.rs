//! An adjustment: catalog says what the product is now, the stock item and the movement are written.

use shared::Error;
use shared::idempotency::Outcome;

use crate::stock::Movement;
use crate::{Catalog, Stock};

/// Books a movement, and takes the product's snapshot by the way.
///
/// # Errors
/// `NotFound` for a product that neither catalog nor inventory knows · `Conflict`
/// (`insufficient_stock`) · `Unavailable` when catalog or the table does not answer.
pub async fn book(
    stock: &Stock,
    catalog: &Catalog,
    movement: Movement,
    fingerprint: &str,
) -> Result<Outcome<Movement>, Error> {
    let product = match catalog.product(&movement.product_id).await {
        Ok(Some(product)) => product,
        // Deleted from the catalogue: what is left can still be counted, and is no longer on offer.
        Ok(None) => match stock.get(&movement.product_id).await? {
            Some(item) => item.product.gone(),
            None => return Err(Error::not_found("There is no product with this id.")),
        },
        // Silent: what was booked before can still be told.
        Err(error) => return stock.repeated(&movement, fingerprint).await?.ok_or(error),
    };
    stock.adjust(movement, &product, fingerprint).await
}
