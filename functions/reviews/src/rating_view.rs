//! What answers show of a rating.

use contracts::reviews as contract;
use serde_json::{Value, json};
use web::jsonapi::{Relationship, Resource};

use crate::rating::Rating;
use crate::review_view::product;

impl Resource for Rating {
    const TYPE: &'static str = "ratings";

    fn id(&self) -> &str {
        &self.product_id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/products/{}/rating", self.product_id))
    }

    fn attributes(&self) -> Value {
        json!(contract::Rating::from(self.histogram()))
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![product(&self.product_id)]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}
