//! The snapshots of products and categories that carts has, from catalog's events.

use std::collections::HashMap;

use inventory::snapshot::{ProductStatus, Snapshot};
use serde::{Deserialize, Serialize};

/// A product, and which categories it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    #[serde(flatten)]
    pub snapshot: Snapshot,
    /// In the product's order. Rows of release 0.1.0 lack it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<String>,
    /// Of a deleted product: whether it was a draft, whose name and price nobody but staff may see.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_draft: bool,
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// `None` once it is deleted: its row stays as a tombstone, so that a late event does not bring it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its place among catalog's changes of the category ([`kernel::sequence`]).
    pub sequence: String,
}

/// The names of categories by id.
pub type CategoryNames = HashMap<String, String>;

impl Product {
    /// Whether everybody may see it: not a draft, and none when it was deleted.
    pub fn is_public(&self) -> bool {
        !self.was_draft && self.snapshot.status != ProductStatus::Draft
    }

    /// The names of its categories in its order. Those that are deleted or not known yet are left out.
    pub fn category_names(&self, names: &CategoryNames) -> Vec<String> {
        self.category_ids.iter().filter_map(|id| names.get(id).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::testing::cup;

    #[test]
    fn categories_are_named_in_the_products_order_and_unknown_ones_are_left_out() {
        let category_ids = ["c", "unknown", "a"].map(str::to_owned).to_vec();
        let product = Product { snapshot: cup(1), category_ids, was_draft: false };
        let names = [("a", "Apples"), ("b", "Bowls"), ("c", "Cups")];
        let names = names.map(|(id, name)| (id.to_owned(), name.to_owned())).into();
        assert_eq!(product.category_names(&names), ["Cups", "Apples"]);
    }
}
