//! A product's rating: the summary of its published reviews.

use kernel::clock::Timestamp;
use kernel::histogram::Histogram;
use serde::{Deserialize, Serialize};

/// The summary of a product's published reviews. Five counts are stored; count and average follow from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    pub product_id: String,
    #[serde(default)]
    stars1: u64,
    #[serde(default)]
    stars2: u64,
    #[serde(default)]
    stars3: u64,
    #[serde(default)]
    stars4: u64,
    #[serde(default)]
    stars5: u64,
    /// How many reviews there are, hidden ones included.
    #[serde(default, rename = "kept")]
    pub reviews: u64,
    /// Whether the product was deleted: then nobody reviews it any more.
    #[serde(default, rename = "gone")]
    pub product_deleted: bool,
    /// Whether the product is a draft: then only staff see its rating and reviews.
    #[serde(default)]
    pub draft: bool,
    /// The sequence of the newest event of the product.
    #[serde(default)]
    pub product_sequence: Option<String>,
    pub updated_at: Timestamp,
    /// Counts changes of what is shown: 0 before the first.
    pub version: u64,
}

/// What reviews knows of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductState {
    /// Everybody may see it.
    Public,
    /// Only staff may see it.
    Draft,
    Deleted,
}

impl Rating {
    /// The state of the product.
    pub fn product_state(&self) -> ProductState {
        match (self.product_deleted, self.draft) {
            (true, _) => ProductState::Deleted,
            (false, true) => ProductState::Draft,
            (false, false) => ProductState::Public,
        }
    }

    /// How often each number of stars was given.
    pub fn histogram(&self) -> Histogram {
        Histogram([self.stars1, self.stars2, self.stars3, self.stars4, self.stars5])
    }
}
