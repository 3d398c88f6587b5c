//! Audit: whether the books of stock and sales balance. Owns no table, writes nothing.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`rules`] | what has to hold, and how it is told where it does not |
//! | [`look`] | looking at a segment of the tables, and again at what differs |

pub mod look;
pub mod rules;

pub use look::Audit;
