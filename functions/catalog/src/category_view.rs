//! What answers show of a category.

use serde_json::{Value, json};
use web::jsonapi::{Relationship, Resource};

use crate::category::Placed;

impl Resource for Placed {
    const TYPE: &'static str = "categories";

    fn id(&self) -> &str {
        &self.category.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/categories/{}", self.category.id))
    }

    fn attributes(&self) -> Value {
        json!({
            "name": self.category.name,
            "slug": self.category.slug,
            "path": self.path,
            "description": self.category.description,
            "createdAt": self.category.created_at,
            "updatedAt": self.category.updated_at,
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        let parent = self.category.parent_id.as_deref();
        vec![Relationship::one("parent", Self::TYPE, parent, parent.map(|id| format!("/categories/{id}")))]
    }

    fn version(&self) -> Option<u64> {
        Some(self.category.version)
    }
}
