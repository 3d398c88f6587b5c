//! Catalog: what the shop offers. Owns the table `CatalogTable`.
//!
//! Four floors, each of which imports from those below it only. Handlers (`src/handlers/`), one for each function, are the
//! top one.
//!
//! ## Use cases
//!
//! | File | Contents |
//! | --- | --- |
//! | [`api`] | the HTTP API: operations, who may call them, types, answers |
//! | [`product_view`], [`brand_view`], [`category_view`] | what answers show |
//!
//! ## Stores, events and clients
//!
//! | File | Contents |
//! | --- | --- |
//! | [`store`] | the table |
//! | [`migrations`] | how the items of earlier releases become those of this one |
//! | [`listing`] | in which lists a product is, and at which position; which list a query asks for |
//! | [`events`] | what it publishes, and the product requests it answers |
//! | [`inbox`] | what it does with events, those of brands and categories and those of other services |
//!
//! ## Rules and values
//!
//! | File | Contents |
//! | --- | --- |
//! | [`product`], [`sku`], [`status`] | products: what a request may say of one |
//! | [`names`] | the names of brands and categories that products show |
//! | [`published`] | what inventory and reviews say of a product |
//! | [`brand`], [`category`] | brands and categories, likewise |
//! | [`tree`] | the shape of the tree of categories, and what it may become |
//! | [`text`] | words as people search for them |

pub mod api;
pub mod brand;
pub mod brand_view;
pub mod category;
pub mod category_view;
pub mod events;
pub mod inbox;
pub mod listing;
pub mod migrations;
pub mod names;
pub mod product;
pub mod product_view;
pub mod published;
pub mod sku;
pub mod status;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod tree;

pub use store::Catalog;
