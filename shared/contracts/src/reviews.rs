//! What reviews says: reviews by ids, stars and status, without their words; and the ratings of products.

use kernel::histogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EventData, EventType, shapes};

/// A review after the change. When it was deleted: its last version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct Review {
    pub product_id: String,
    /// None when the author's account was deleted.
    pub author_id: Option<String>,
    #[schemars(range(min = 1, max = 5))]
    pub rating: u8,
    pub status: ReviewStatus,
}

/// Whether others see a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReviewStatus {
    Published,
    Hidden,
}

impl EventData for Review {
    const TYPES: &'static [EventType] = &[EventType::ReviewCreated, EventType::ReviewUpdated, EventType::ReviewDeleted];
}

/// The rating of a product: the summary of its published reviews.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct Rating {
    /// Rounded to two decimals. None without reviews.
    pub average: Option<f64>,
    #[schemars(range(min = 0))]
    pub count: u64,
    /// How many reviews gave each number of stars.
    #[schemars(schema_with = "shapes::histogram")]
    pub histogram: Histogram,
}

impl EventData for Rating {
    const TYPES: &'static [EventType] = &[EventType::ReviewRated];
}

impl From<Histogram> for Rating {
    fn from(histogram: Histogram) -> Self {
        Self { average: histogram.mean(), count: histogram.count(), histogram }
    }
}
