//! What answers show of a product: to the public, and to the other services.

use serde_json::{Value, json};
use web::jsonapi::{Relationship, Resource};

use crate::product::Product;

impl Resource for Product {
    const TYPE: &'static str = "products";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/products/{}", self.id))
    }

    fn attributes(&self) -> Value {
        json!({
            "name": self.name,
            "sku": self.sku,
            "price": self.price,
            "description": self.description,
            "status": self.status,
            "tags": self.tags,
            "imageUrl": self.image_url,
            "brandName": self.names.brand,
            "categoryNames": self.names.categories,
            "inStock": self.stock.in_stock,
            "rating": self.rated.shown(),
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        let brand = self.brand_id.as_deref();
        let categories = format!("/categories?filter%5Bproduct%5D={}", self.id);
        vec![
            Relationship::one("brand", "brands", brand, brand.map(|id| format!("/brands/{id}"))),
            Relationship::many("categories", "categories", &self.category_ids, categories),
        ]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

/// What the other services store of a product: enough to sell it.
pub struct Snapshot(pub Product);

impl Resource for Snapshot {
    const TYPE: &'static str = "products";

    fn id(&self) -> &str {
        &self.0.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/internal/products/{}", self.0.id))
    }

    fn attributes(&self) -> Value {
        let Product { name, sku, price, status, category_ids, .. } = &self.0;
        let sequence = self.0.sequence();
        json!({"name": name, "sku": sku, "price": price, "status": status, "categoryIds": category_ids,
            "sequence": sequence})
    }
}
