//! What answers show of a stock movement.

use serde_json::{Value, json};
use web::jsonapi::{Relationship, Resource};

use crate::movement::Movement;
use crate::stock_view::product;

impl Resource for Movement {
    const TYPE: &'static str = "stock-movements";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({
            "kind": self.kind,
            "quantity": self.quantity,
            "reason": self.reason,
            "reference": self.reference,
            "createdAt": self.created_at,
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        let by = Relationship::one("createdBy", "users", Some(&self.created_by), None);
        vec![product(&self.product_id), by]
    }
}
