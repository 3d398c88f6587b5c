//! A guest signs in: the guest's cart is added to the customer's, all of it or nothing, and once.

use dynamo::Attempts;
use kernel::Error;
use kernel::clock::Timestamp;
use kernel::replay::Outcome;

use crate::Carts;
use crate::cart::Cart;
use crate::merged::{MergeReport, merged};
use crate::owner::{self, Owner};
use crate::store::{Both, Guest, Merged};

/// Merges a guest's cart into a customer's: one batch read, one transaction. Repeated, it merges nothing and returns
/// the same.
///
/// # Errors
/// `NotFound` for a guest's cart that has expired or was deleted, or was merged into another customer's · `Unavailable` when others
/// keep writing, or DynamoDB does not answer.
pub async fn merge(
    carts: &Carts,
    user_id: &str,
    guest: &Owner,
    now: Timestamp,
) -> Result<(Cart, Outcome<MergeReport>), Error> {
    let customer = Owner::Customer(user_id.to_owned());
    let mut attempts = Attempts::of("the carts");
    loop {
        attempts.next().await?;
        let Both { customer: cart, guest: found } = carts.both(&customer, guest, now).await?;
        let from = match found {
            Guest::Cart(from) => from,
            Guest::Merged(before) if before.merged_into == user_id => {
                return Ok((cart, Outcome::Replayed(before.report)));
            }
            Guest::Merged(_) | Guest::Absent => return Err(owner::unknown()),
        };
        let (cart, report) = merged(cart, &from, now);
        let left = Merged { merged_into: user_id.to_owned(), report: report.clone() };
        if carts.merge((&customer, &cart), (guest, from.version), &left, now).await?.is_done() {
            return Ok((cart, Outcome::Made(report)));
        }
    }
}
