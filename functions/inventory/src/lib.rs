//! Inventory: how much there is of every product, to the piece. Owns the table `InventoryTable`. That stock never goes below
//! zero is a condition of the write (`Stock::take` in [`store`]).
//!
//! Four floors, each of which imports from those below it only. Handlers (`src/handlers/`), one for each function, are the
//! top one.
//!
//! ## Use cases
//!
//! | File | Contents |
//! | --- | --- |
//! | [`api`] | the HTTP API: operations, who may call them, types, answers |
//! | [`adjust_stock`] | booking a receipt or an adjustment |
//! | [`stock_view`], [`movement_view`] | what answers show of stock items and stock movements |
//!
//! ## Stores, events and clients
//!
//! | File | Contents |
//! | --- | --- |
//! | [`store`] | the table, and this table's part of a purchase |
//! | [`migrations`] | how the items of earlier releases become those of this one |
//! | [`catalog`] | the way to ask catalog for a product: time-outs, retries, circuit breaker |
//! | [`events`] | what it publishes |
//! | [`inbox`] | what it does with events |
//!
//! ## Rules and values
//!
//! | File | Contents |
//! | --- | --- |
//! | [`stock`] | stock items and their levels |
//! | [`snapshot`] | the snapshot of a product that a stock item has |
//! | [`movement`] | stock movements, what staff may book |
//! | [`shortage`] | products of which there is less than asked for |

pub mod adjust_stock;
pub mod api;
pub mod catalog;
pub mod events;
pub mod inbox;
pub mod migrations;
pub mod movement;
pub mod movement_view;
pub mod shortage;
pub mod snapshot;
pub mod stock;
pub mod stock_view;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use catalog::Catalog;
pub use store::Stock;
