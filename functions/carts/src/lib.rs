//! Carts: what customers and guests mean to buy. Owns the table `CartsTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`owner`] | whose cart it is: a customer's, or that of a guest with a token |
//! | [`cart`] | the cart and its rules: lines, limits, what a decided sale leaves of it |
//! | [`product`] | what is known of products and categories |
//! | [`awaited`] | the sale that a cart was checked out as, and what becomes of it |
//! | [`shown`] | what answers show: items at the prices of the moment, the total |
//! | [`show`] | reads what answers show |
//! | [`line`] | what requests ask for |
//! | [`adding`] | putting something into a cart, also a product that carts was not told of yet |
//! | [`checkout`] | a cart becomes a pending sale, once |
//! | [`merge`] | a guest's cart goes into a customer's, once |
//! | [`inbox`] | what it does with events of other services |
//! | [`store`] | the table |

pub mod adding;
pub mod awaited;
pub mod cart;
pub mod checkout;
pub mod inbox;
pub mod line;
pub mod merge;
pub mod owner;
pub mod product;
pub mod show;
pub mod shown;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use adding::Adding;
pub use checkout::Checkouts;
pub use store::Carts;
