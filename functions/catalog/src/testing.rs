//! Products, brands and categories for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use serde_json::json;
use shared::jsonapi::{Body, Input};
use shared::{clock, ids};

use crate::Catalog;
use crate::brand::Brand;
use crate::category::Category;
use crate::product::{Availability, Product, Rated, Sku, Status};

/// A cup for 12.50 dollars, with an id and a SKU of its own.
///
/// # Panics
/// Never: its parts are sound.
pub fn cup(status: Status) -> Product {
    let (id, now) = (ids::new(), clock::now());
    Product {
        name: "Cup".to_owned(),
        sku: Sku::parse(Input::new(json!(id), "")).unwrap(),
        price: shared::testing::usd(1250),
        description: None,
        status,
        tags: Vec::new(),
        image_url: None,
        brand_id: None,
        category_ids: Vec::new(),
        stock: Availability::default(),
        rated: Rated::default(),
        created_at: now,
        updated_at: now,
        version: 1,
        id,
    }
}

/// Keeps a brand of a name. Its id.
///
/// # Panics
/// When it is refused.
pub async fn brand(catalog: &Catalog, name: &str) -> String {
    let brand = Brand::parse(named("brands", name), ids::new(), clock::now()).unwrap();
    let id = brand.id.clone();
    catalog.create_brand(brand, "").await.unwrap();
    id
}

/// Keeps a category of a name, a root. Its id.
///
/// # Panics
/// When it is refused.
pub async fn category(catalog: &Catalog, name: &str) -> String {
    let category = Category::parse(named("categories", name), ids::new(), clock::now()).unwrap();
    let id = category.id.clone();
    catalog.create_category(category, "").await.unwrap();
    id
}

fn named(kind: &str, name: &str) -> Body {
    let document = json!({"data": {"type": kind, "attributes": {"name": name}}}).to_string();
    Body::new_resource(document.as_bytes(), kind).unwrap()
}
