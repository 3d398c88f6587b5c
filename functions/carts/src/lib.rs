//! Carts: what customers and guests mean to buy. Owns the table `CartsTable`.
//!
//! Four floors, each of which imports from those below it only. Handlers (`src/handlers/`), one for each function, are the
//! top one.
//!
//! ## Use cases
//!
//! | File | Contents |
//! | --- | --- |
//! | [`api`] | the HTTP API: operations, who may call them, types, answers |
//! | [`add_to_cart`] | putting something into a cart, also a product that carts has no snapshot of yet |
//! | [`check_out`] | a cart becomes a pending sale, once |
//! | [`merge_carts`] | adds a guest's cart to a customer's, once |
//! | [`request_owner`] | whose cart a request speaks for |
//! | [`show_cart`], [`cart_view`] | what answers show: items at the prices of the moment, the total |
//!
//! ## Stores, events and clients
//!
//! | File | Contents |
//! | --- | --- |
//! | [`store`] | the table |
//! | [`migrations`] | how the items of earlier releases become those of this one |
//! | [`inbox`] | what it does with events of other services |
//!
//! ## Rules and values
//!
//! | File | Contents |
//! | --- | --- |
//! | [`owner`] | whose cart it is: a customer's, or that of a guest with a token |
//! | [`cart`] | the cart: lines, limits, the sale it was checked out as, what a decided sale leaves of it |
//! | [`merged`] | what fits of a guest's cart into a customer's |
//! | [`line`] | what requests ask for |
//! | [`product`] | snapshots of products and categories |

pub mod add_to_cart;
pub mod api;
pub mod cart;
pub mod cart_view;
pub mod check_out;
pub mod inbox;
pub mod line;
pub mod merge_carts;
pub mod merged;
pub mod migrations;
pub mod owner;
pub mod product;
pub mod request_owner;
pub mod show_cart;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use add_to_cart::AddToCart;
pub use check_out::CheckOut;
pub use store::Carts;
