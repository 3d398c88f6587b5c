//! A product's rating: what its published reviews come to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::clock::Timestamp;
use shared::histogram::Histogram;
use shared::jsonapi::{Relationship, Resource};

use crate::review::product;

/// What the published reviews of a product come to. Five counts are kept; count and average follow from them.
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
    #[serde(default)]
    pub kept: u64,
    /// Whether the product is gone: then nobody reviews it any more.
    #[serde(default)]
    pub gone: bool,
    /// The place of what was told last of the product among catalog's changes of it.
    #[serde(default)]
    pub product_sequence: Option<String>,
    pub updated_at: Timestamp,
    /// Counts changes of what is shown: 0 before the first.
    pub version: u64,
}

impl Rating {
    /// How often each number of stars was given.
    pub fn histogram(&self) -> Histogram {
        Histogram([self.stars1, self.stars2, self.stars3, self.stars4, self.stars5])
    }

    /// What is shown of it, and told.
    pub fn shown(&self) -> Value {
        let histogram = self.histogram();
        json!({"average": histogram.mean(), "count": histogram.count(), "histogram": histogram})
    }
}

impl Resource for Rating {
    const TYPE: &'static str = "ratings";

    fn id(&self) -> &str {
        &self.product_id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/products/{}/rating", self.product_id))
    }

    fn attributes(&self) -> Value {
        self.shown()
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![product(&self.product_id)]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}
