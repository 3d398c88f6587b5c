//! For the tests of every crate: the embedded DynamoDB with the template's tables, requests from
//! `events/`, access tokens, and faults between a store and its database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use kernel::caller::{Caller, Role};

mod call;
mod cloud;
pub mod cost;
mod dice;
mod faults;
mod messages;
mod post;
mod recorded;
pub mod roles;
mod stand_in;
mod template;
mod tokens;

pub use call::{Answer, BASE_URL, Call};
pub use cloud::Cloud;
pub use dice::Dice;
pub use faults::{Break, Fault, Strike, break_every_call};
pub use messages::{event, publish, published, queue_events, queue_messages, sample_event, stream_records};
pub use post::Post;
pub use recorded::load as load_recorded;
pub use roles::as_function;
pub use stand_in::{StandIn, internal};
pub use template::template;
pub use tokens::{Tokens, audit_log};

/// The full figure under `make proof` (`PROOF=full`), else the small one.
pub fn figure(small: usize, full: usize) -> usize {
    if std::env::var("PROOF").is_ok_and(|proof| proof == "full") { full } else { small }
}

/// Prints a property's row of the table of `make proof`.
pub fn row(property: &str, asked: &str, reached: &str, started: Instant) {
    println!("| {property} | {asked} | {reached} | {:.1} s |", started.elapsed().as_secs_f64());
}

/// A signed-in customer.
pub fn customer(id: &str) -> Caller {
    Caller { id: id.to_owned(), role: Role::Customer, credentials_version: 1, session_id: "s".to_owned() }
}

/// An amount of dollars, in cents.
///
/// # Panics
/// Never: `USD` is a currency code.
pub fn usd(amount: i64) -> kernel::money::Money {
    kernel::money::Money { amount, currency: "USD".parse().unwrap() }
}
