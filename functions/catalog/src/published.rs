//! What other services publish of a product: shown with it, and no part of its version.

use kernel::histogram::Histogram;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The stock of a product that inventory published last (`stock.*`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    pub in_stock: bool,
    /// Whether any was ever sold.
    pub sold: bool,
    /// The place of that event among those of this product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
}

/// The rating of a product that reviews published last (`review.rated`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rated {
    /// How often each number of stars was given; none before the first review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
    /// The place of that event among those of this product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
}

impl Rated {
    /// As answers show it.
    pub fn shown(&self) -> Value {
        let histogram = self.histogram.unwrap_or_default();
        json!({"average": histogram.mean(), "count": histogram.count(), "histogram": histogram})
    }
}
