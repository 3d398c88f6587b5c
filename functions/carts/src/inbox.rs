//! What carts does with the events in its inbox. `handlers/carts_on_event.rs` says which of them comes here.

pub mod categories;
pub mod products;
pub mod sales;
pub mod users;
