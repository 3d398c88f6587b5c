//! Inventory: how much there is of every product, to the piece. Owns the table `InventoryTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`stock`] | stock items, their levels; shortages |
//! | [`movement`] | movements, what staff may book |
//! | [`adjustment`] | booking a receipt or an adjustment |
//! | [`catalog`] | the way to ask catalog for a product: time-outs, retries, circuit breaker |
//! | [`events`] | what it publishes |
//! | [`inbox`] | what it does with events of other services |
//! | [`store`] | the table, and this table's part of a purchase |

pub mod adjustment;
pub mod catalog;
pub mod events;
pub mod inbox;
pub mod movement;
pub mod stock;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use catalog::Catalog;
pub use store::Stock;
