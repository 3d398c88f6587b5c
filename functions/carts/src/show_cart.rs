//! Reads what an answer shows of a cart: its products, and their categories where items are in the answer.

use kernel::Error;
use kernel::money::Currency;

use crate::Carts;
use crate::cart::Cart;
use crate::cart_view::{Item, Shown};
use crate::owner::Owner;

/// A cart as it is shown: one batch read of its products, and one of their categories when `includes_items`. No read for
/// an empty cart, and none of categories for products that have none.
///
/// # Errors
/// As [`Shown::new`] · when the table does not answer, or not whole.
pub async fn show_cart(
    carts: &Carts,
    owner: &Owner,
    cart: Cart,
    includes_items: bool,
    shop: &Currency,
) -> Result<Shown, Error> {
    let products = carts.products(cart.lines.keys()).await?;
    let names = match includes_items {
        true => Some(carts.category_names(products.values()).await?),
        false => None,
    };
    Shown::new(owner, cart, products, names, shop)
}

/// A product of a cart as it is shown: one read of it, and one batch read of its categories if it has any.
///
/// # Errors
/// When the table does not answer, or not whole.
pub async fn show_item(carts: &Carts, cart: &Cart, product_id: &str) -> Result<Item, Error> {
    let product = carts.product(product_id).await?;
    let names = carts.category_names(&product).await?;
    Ok(Item::of(cart, product_id, product, &names))
}
