//! Sales: what was sold to whom, at what price. Owns the table `SalesTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`order`] | what a buyer asks for |
//! | [`settle`] | the rule of a sale: an order at the prices of the moment, or why not |
//! | [`sale`], [`rejection`] | a sale and its life, numbers, what answers show |
//! | [`purchase`] | the purchase: one read, one transaction, a final answer |
//! | [`completion`] | pending sales, decided later over the queues |
//! | [`events`] | what it tells and asks the other services |
//! | [`store`] | the table |

pub mod completion;
pub mod events;
pub mod order;
pub mod purchase;
pub mod rejection;
pub mod sale;
pub mod settle;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use completion::Completion;
pub use purchase::Purchases;
pub use store::Sales;
