//! A product for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use serde_json::json;
use shared::jsonapi::Input;
use shared::{clock, ids};

use crate::product::{Product, Sku, Status};

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
        created_at: now,
        updated_at: now,
        version: 1,
        id,
    }
}
