//! What answers show of a review.

use serde_json::{Value, json};
use web::jsonapi::{Relationship, Resource};

use crate::review::Review;

impl Resource for Review {
    const TYPE: &'static str = "reviews";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/reviews/{}", self.id))
    }

    fn attributes(&self) -> Value {
        json!({
            "rating": self.rating,
            "title": self.title,
            "body": self.body,
            "status": self.status,
            "verifiedPurchase": self.verified_purchase,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        let author = Relationship::one("author", "users", self.author_id.as_deref(), None);
        vec![product(&self.product_id), author]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }

    fn entity_tag(&self) -> Option<String> {
        Some(self.tag())
    }
}

/// The product that something is about.
pub(crate) fn product(id: &str) -> Relationship {
    Relationship::one("product", "products", Some(id), Some(format!("/products/{id}")))
}
