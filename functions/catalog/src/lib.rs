//! Catalog: what the shop offers. Owns the table `CatalogTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`product`] | products: what a request may say of one, what answers show |
//! | [`store`] | the table |

pub mod product;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use store::Products;
