//! Sales: what was sold to whom, at what price. Owns the table `SalesTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`order`] | what a buyer asks for |
//! | [`settle`] | the rule of a sale: an order at the prices of the moment, or why not |
//! | [`sale`], [`line`], [`status`], [`rejection`], [`number`] | a sale and its life, what answers show |
//! | [`listing`] | which sales a list shows |
//! | [`customers`] | who bought, asked of identity |
//! | [`purchase`] | the purchase: one read, one transaction, a final answer |
//! | [`completion`] | pending sales, decided later over the queues |
//! | [`transition`] | shipped, delivered, cancelled |
//! | [`events`] | what it tells and asks the other services |
//! | [`store`] | the table |

pub mod completion;
pub mod customers;
pub mod events;
pub mod line;
pub mod listing;
pub mod number;
pub mod order;
pub mod purchase;
pub mod rejection;
pub mod sale;
pub mod settle;
pub mod status;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transition;

pub use completion::Completion;
pub use customers::Customers;
pub use purchase::Purchases;
pub use store::Sales;
pub use transition::Transitions;
