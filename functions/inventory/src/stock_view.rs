//! What answers show of a stock item.

use serde_json::{Value, json};
use web::jsonapi::{Relationship, Resource};

use crate::stock::StockItem;

impl Resource for StockItem {
    const TYPE: &'static str = "stock-items";

    fn id(&self) -> &str {
        &self.product_id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/inventory/{}", self.product_id))
    }

    fn attributes(&self) -> Value {
        json!({"available": self.available, "lowStockAt": self.low_stock_at, "updatedAt": self.updated_at})
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![product(&self.product_id)]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

/// The product that something is of.
pub(crate) fn product(id: &str) -> Relationship {
    Relationship::one("product", "products", Some(id), Some(format!("/products/{id}")))
}
