//! For the tests of every crate: the embedded DynamoDB with the template's tables, requests from
//! `events/`, access tokens, and faults between a store and its database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod call;
mod cloud;
mod faults;
mod tokens;

pub use call::{Answer, Call};
pub use cloud::{Cloud, template};
pub use faults::Fault;
pub use tokens::Tokens;

/// An amount of dollars, in cents.
///
/// # Panics
/// Never: `USD` is a currency code.
pub fn usd(amount: i64) -> crate::money::Money {
    crate::money::Money { amount, currency: "USD".parse().unwrap() }
}
