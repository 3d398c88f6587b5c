//! Audit: whether the books of stock and sales balance. Owns no table, writes nothing.
//!
//! Four floors, each of which imports from those below it only. Handlers (`src/handlers/`), one for each function, are the
//! top one.
//!
//! ## Use cases
//!
//! | File | Contents |
//! | --- | --- |
//! | [`look`] | looking at a segment of the tables, and again at what differs |
//!
//! ## Rules and values
//!
//! | File | Contents |
//! | --- | --- |
//! | [`rules`] | the rules, and the messages where one is broken |

pub mod look;
pub mod rules;

pub use look::Audit;
