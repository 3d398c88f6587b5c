//! What answers show of a brand.

use serde_json::{Value, json};
use web::jsonapi::Resource;

use crate::brand::Brand;

impl Resource for Brand {
    const TYPE: &'static str = "brands";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/brands/{}", self.id))
    }

    fn attributes(&self) -> Value {
        json!({
            "name": self.name,
            "slug": self.slug,
            "description": self.description,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        })
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}
