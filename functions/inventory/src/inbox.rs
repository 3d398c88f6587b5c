//! What inventory does with the events in its inbox. `handlers/inventory_on_event.rs` says which of them comes here.

pub mod products;
pub mod sales;
pub mod stock;
