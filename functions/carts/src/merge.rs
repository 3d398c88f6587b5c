//! A guest signs in: the guest's cart goes into the customer's, all of it or nothing, and once.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::clock::Timestamp;
use shared::idempotency::Outcome;
use shared::{Error, store};

use crate::Carts;
use crate::cart::{Cart, MAX_PRODUCTS, MAX_QUANTITY};
use crate::owner::{self, Owner};
use crate::store::{ATTEMPTS, Both, Guest, Merged};

/// What became of the products of a guest's cart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Added, all pieces of them.
    pub merged: Vec<Moved>,
    /// Added as far as there was room: `quantity` are those that were.
    pub capped: Vec<Moved>,
    /// Not added: the cart has as many products as it may have.
    pub left_out: Vec<Moved>,
}

/// A product of a guest's cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    pub product_id: String,
    pub quantity: i64,
}

impl Report {
    /// As answers tell it.
    pub fn meta(&self) -> Value {
        json!({"merged": self.merged, "capped": self.capped, "leftOut": self.left_out})
    }
}

/// A cart with another's products in it, as far as there is room, and what became of each.
pub fn merged(mut cart: Cart, guest: &Cart, now: Timestamp) -> (Cart, Report) {
    let mut report = Report::default();
    for (product_id, quantity) in &guest.lines {
        let moved = |quantity| Moved { product_id: product_id.clone(), quantity };
        if !cart.lines.contains_key(product_id) && cart.lines.len() >= MAX_PRODUCTS {
            report.left_out.push(moved(*quantity));
            continue;
        }
        let in_it = cart.lines.entry(product_id.clone()).or_insert(0);
        let added = (*quantity).min(MAX_QUANTITY - *in_it);
        *in_it += added;
        if added < *quantity { report.capped.push(moved(added)) } else { report.merged.push(moved(added)) }
    }
    (cart.changed(now), report)
}

/// Merges a guest's cart into a customer's: one batch read, one transaction. Repeated, it merges nothing and tells
/// the same.
///
/// # Errors
/// `NotFound` for a guest's cart that is gone, or was merged into another customer's · `Unavailable` when others
/// keep writing, or DynamoDB does not answer.
pub async fn merge(
    carts: &Carts,
    user_id: &str,
    guest: &Owner,
    now: Timestamp,
) -> Result<(Cart, Outcome<Report>), Error> {
    let customer = Owner::Customer(user_id.to_owned());
    for attempt in 0..ATTEMPTS {
        store::back_off(attempt).await;
        let Both { customer: cart, guest: found } = carts.both(&customer, guest, now).await?;
        let from = match found {
            Guest::Cart(from) => from,
            Guest::Merged(before) if before.merged_into == user_id => {
                return Ok((cart, Outcome::Replayed(before.report)));
            }
            Guest::Merged(_) | Guest::Gone => return Err(owner::unknown()),
        };
        let (cart, report) = merged(cart, &from, now);
        let left = Merged { merged_into: user_id.to_owned(), report: report.clone() };
        if carts.merge((&customer, &cart), (guest, from.version), &left, now).await?.is_ok() {
            return Ok((cart, Outcome::Made(report)));
        }
    }
    Err(Error::unavailable("the carts kept changing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::clock;

    fn cart(lines: &[(&str, i64)]) -> Cart {
        let lines = lines.iter().map(|(id, quantity)| ((*id).to_owned(), *quantity)).collect();
        Cart { lines, ..Cart::none(clock::now()) }
    }

    fn moved(product_id: &str, quantity: i64) -> Moved {
        Moved { product_id: product_id.to_owned(), quantity }
    }

    #[test]
    fn quantities_are_added_and_what_was_capped_is_told() {
        let (cart, report) =
            merged(cart(&[("a", 2), ("b", 990)]), &cart(&[("a", 3), ("b", 20), ("c", 1)]), clock::now());
        assert_eq!(cart.lines, self::cart(&[("a", 5), ("b", 1_000), ("c", 1)]).lines);
        assert_eq!((report.merged, report.capped), (vec![moved("a", 3), moved("c", 1)], vec![moved("b", 10)]));
    }

    #[test]
    fn products_past_the_limit_are_left_out_and_told() {
        let names: Vec<String> = (0..49).map(|index| format!("p{index:02}")).collect();
        let nearly_full = cart(&names.iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>());
        let (cart, report) = merged(nearly_full, &cart(&[("p00", 1), ("x", 1), ("y", 4)]), clock::now());
        assert_eq!((cart.lines.len(), cart.lines["p00"]), (50, 2));
        assert_eq!((report.left_out, report.merged.len()), (vec![moved("y", 4)], 2));
    }
}
