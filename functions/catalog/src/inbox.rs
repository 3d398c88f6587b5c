//! What catalog does with the events in its inbox. `handlers/catalog_on_event.rs` says which of them comes here.

pub mod names;
pub mod reviews;
pub mod stock;
