//! The names of brands and categories that products show beside their links.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A brand or a category, by its id, that products belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    Brand(String),
    Category(String),
}

/// Names as they were read. What does not exist has an empty name, which nothing that exists has.
pub type NamesRead = BTreeMap<Link, String>;

/// The names of a product's brand and categories, stored with the product. A product that release 0.1.0 stored has
/// none until it is written again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// In the order of the product's categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

impl Names {
    /// Whether there are none: then nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.brand.is_none() && self.categories.is_empty()
    }
}
