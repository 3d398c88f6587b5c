//! Describing an HTTP API in tables, and the OpenAPI document that follows from them. A service describes its own in its
//! `src/api.rs`; `edge` puts them together.
//!
//! | Module | Contents |
//! | --- | --- |
//! | [`api`] | what a service says of its API |
//! | [`operation`] | an operation: who may call, what it takes, what it answers |
//! | [`types`], [`parts`] | types of resources and request documents; kinds of values |
//! | [`codes`], [`shared_codes`] | what goes wrong |
//! | [`parameters`] | parameters and headers that operations share |
//! | [`known`] | what operations may name |
//! | [`document`], `compact` | the document of all services, and how it is made small |

pub mod api;
mod built;
pub mod codes;
mod compact;
pub mod document;
pub mod known;
pub mod operation;
pub mod parameters;
pub mod parts;
pub mod shared_codes;
pub mod types;
pub mod who;

pub use api::Api;
pub use operation::{Operation, operation};
pub use who::Who;
