//! Sales: what was sold to whom, at what price. Owns the table `SalesTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`order`] | what a buyer asks for |
//! | [`sale`] | what was sold: prices, totals, numbers, what answers show |
//! | [`purchase`] | the purchase: one read, one transaction, a final answer |
//! | [`store`] | the table |

pub mod order;
pub mod purchase;
pub mod sale;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use purchase::Purchases;
pub use store::Sales;
