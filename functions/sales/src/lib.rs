//! Sales: what was sold to whom, at what price. Owns the tables `SalesTable` and `OpenSalesTable`.
//!
//! Four floors, each of which imports from those below it only. Handlers (`src/handlers/`), one for each function, are the
//! top one.
//!
//! ## Use cases
//!
//! | File | Contents |
//! | --- | --- |
//! | [`api`] | the HTTP API: operations, who may call them, types, answers |
//! | [`buy`] | the purchase: one read, one transaction, a final answer |
//! | [`decide_sale`] | pending sales, decided later over the queues |
//! | [`change_status`] | shipped, delivered, cancelled |
//! | [`sale_view`] | what answers show of a sale and its lines |
//!
//! ## Stores, events and clients
//!
//! | File | Contents |
//! | --- | --- |
//! | [`store`] | the tables |
//! | [`migrations`] | how the items of earlier releases become those of this one |
//! | [`events`] | what it publishes and asks the other services |
//! | [`offers`] | what inventory offers, and its part of the transaction |
//! | [`customers`] | who bought, asked of identity |
//!
//! ## Rules and values
//!
//! | File | Contents |
//! | --- | --- |
//! | [`order`] | what a buyer asks for |
//! | [`settle`] | the rule of a sale: an order at the prices of the moment, or why not |
//! | [`open_sales`] | what one customer may have open |
//! | [`sale`], [`line`], [`status`], [`rejection`], [`number`] | a sale and its life |
//! | [`listing`] | which sales a list shows |

pub mod api;
pub mod buy;
pub mod change_status;
pub mod customers;
pub mod decide_sale;
pub mod events;
pub mod line;
pub mod listing;
pub mod migrations;
pub mod number;
pub mod offers;
pub mod open_sales;
pub mod order;
pub mod rejection;
pub mod sale;
pub mod sale_view;
pub mod settle;
pub mod status;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use buy::Buy;
pub use change_status::ChangeStatus;
pub use customers::Customers;
pub use decide_sale::DecideSale;
pub use store::{OpenSalesTable, Sales};
