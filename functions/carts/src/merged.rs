//! The rule of merging: a guest's products go into a customer's cart as far as there is room.

use kernel::clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cart::{Cart, MAX_PRODUCTS, MAX_QUANTITY};

/// What became of the products of a guest's cart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeReport {
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

impl MergeReport {
    /// As answers show it.
    pub fn meta(&self) -> Value {
        json!({"merged": self.merged, "capped": self.capped, "leftOut": self.left_out})
    }
}

/// A cart with another's products in it, as far as there is room, and what became of each.
pub fn merged(mut cart: Cart, guest: &Cart, now: Timestamp) -> (Cart, MergeReport) {
    let mut report = MergeReport::default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock;

    fn cart(lines: &[(&str, i64)]) -> Cart {
        let lines = lines.iter().map(|(id, quantity)| ((*id).to_owned(), *quantity)).collect();
        Cart { lines, ..Cart::none(clock::now()) }
    }

    fn moved(product_id: &str, quantity: i64) -> Moved {
        Moved { product_id: product_id.to_owned(), quantity }
    }

    #[test]
    fn quantities_are_added_and_the_answer_names_what_was_capped() {
        let (cart, report) =
            merged(cart(&[("a", 2), ("b", 990)]), &cart(&[("a", 3), ("b", 20), ("c", 1)]), clock::now());
        assert_eq!(cart.lines, self::cart(&[("a", 5), ("b", 1_000), ("c", 1)]).lines);
        assert_eq!((report.merged, report.capped), (vec![moved("a", 3), moved("c", 1)], vec![moved("b", 10)]));
    }

    #[test]
    fn products_past_the_limit_are_left_out_and_named() {
        let names: Vec<String> = (0..49).map(|index| format!("p{index:02}")).collect();
        let nearly_full = cart(&names.iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>());
        let (cart, report) = merged(nearly_full, &cart(&[("p00", 1), ("x", 1), ("y", 4)]), clock::now());
        assert_eq!((cart.lines.len(), cart.lines["p00"]), (50, 2));
        assert_eq!((report.left_out, report.merged.len()), (vec![moved("y", 4)], 2));
    }
}
