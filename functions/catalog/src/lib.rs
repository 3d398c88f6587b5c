//! Catalog: what the shop offers. Owns the table `CatalogTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`product`], [`sku`] | products: what a request may say of one, what answers show |
//! | [`names`] | the names of brands and categories that products show |
//! | [`told`] | what inventory and reviews tell of a product |
//! | [`brand`], [`category`] | brands and categories, likewise |
//! | [`tree`] | the shape of the tree of categories, and what it may become |
//! | [`listing`] | in which lists a product is, and at which position; which list a query asks for |
//! | [`text`] | words as people search for them |
//! | [`events`] | what it publishes, and the product requests it answers |
//! | [`inbox`] | what it does with events, those of brands and categories and those of other services |
//! | [`store`] | the table |

pub mod brand;
pub mod category;
pub mod events;
pub mod inbox;
pub mod listing;
pub mod names;
pub mod product;
pub mod sku;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod told;
pub mod tree;

pub use store::Catalog;
