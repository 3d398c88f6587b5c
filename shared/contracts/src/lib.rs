//! What services say to each other: every type of event and message, and its data as a struct that publisher and
//! listeners share. The schemas in `docs/asyncapi.yaml` are generated from here (`make generate`).
//!
//! Readers ignore members that they do not know, so a publisher may add one. A member that is removed, renamed or given
//! another meaning breaks listeners of events that were recorded before: add a new one instead.
//!
//! | Module | Whose events |
//! | --- | --- |
//! | [`catalog`] | `product.*`, `brand.*`, `category.*`, `products.answered` |
//! | [`inventory`] | `stock.*` |
//! | [`sales`] | `sale.*`, `products.requested` |
//! | [`reviews`] | `review.*` |
//! | [`identity`] | `user.*` |

pub mod catalog;
mod event_type;
pub mod identity;
pub mod inventory;
pub mod reviews;
pub mod sales;
pub mod schema;
mod shapes;

pub use event_type::{EventData, EventType};
