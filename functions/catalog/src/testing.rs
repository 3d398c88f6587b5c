//! Products, brands and categories for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use inventory::Stock;
use kernel::input::{Body, Input};
use kernel::{clock, ids};
use messaging::Work;
use serde_json::json;
use testing::Cloud;

use crate::Catalog;
use crate::brand::Brand;
use crate::category::Category;
use crate::inbox::names::on_renamed;
use crate::names::Link;
use crate::product::{Availability, Names, Product, Rated, Sku, Status};

/// A cup for 12.50 dollars, with an id and a SKU of its own.
///
/// # Panics
/// Never: its parts are sound.
pub fn cup(status: Status) -> Product {
    let (id, now) = (ids::new(), clock::now());
    Product {
        name: "Cup".to_owned(),
        sku: Sku::parse(Input::new(json!(id), "")).unwrap(),
        price: testing::usd(1250),
        description: None,
        status,
        tags: Vec::new(),
        image_url: None,
        brand_id: None,
        category_ids: Vec::new(),
        names: Names::default(),
        stock: Availability::default(),
        rated: Rated::default(),
        created_at: now,
        updated_at: now,
        version: 1,
        id,
    }
}

/// The stock of a shop on an embedded database.
pub fn stock(cloud: &Cloud) -> Stock {
    Stock::new(cloud.client(), "InventoryTable")
}

/// Writes a brand of a name. Its id.
///
/// # Panics
/// When it is refused.
pub async fn brand(catalog: &Catalog, name: &str) -> String {
    let brand = Brand::parse(named("brands", name), ids::new(), clock::now()).unwrap();
    let id = brand.id.clone();
    catalog.create_brand(brand, "").await.unwrap();
    id
}

/// Writes a category of a name, a root. Its id.
///
/// # Panics
/// When it is refused.
pub async fn category(catalog: &Catalog, name: &str) -> String {
    let category = Category::parse(named("categories", name), ids::new(), clock::now()).unwrap();
    let id = category.id.clone();
    catalog.create_category(category, "").await.unwrap();
    id
}

/// Renames a brand or a category, whose slug stays.
///
/// # Panics
/// When it is refused.
pub async fn rename(catalog: &Catalog, link: &Link, name: &str) {
    let name = || name.to_owned();
    match link {
        Link::Brand(id) => {
            let change = |brand: Brand| Ok(Brand { name: name(), version: brand.version + 1, ..brand });
            drop(catalog.update_brand(id, change).await.unwrap());
        }
        Link::Category(id) => {
            let change = |category: Category| Ok(Category { name: name(), version: category.version + 1, ..category });
            drop(catalog.update_category(id, change).await.unwrap());
        }
    }
}

/// Handles the event that a brand or a category was updated, and the events that the inbox sends to itself for that.
/// How many these are together.
///
/// # Panics
/// When a step fails or there is no end.
pub async fn show_names(catalog: &Catalog, link: &Link) -> usize {
    let topic = if matches!(link, Link::Brand(_)) { "brand." } else { "category." };
    let mut event = testing::sample_event("catalog-on-event", topic);
    for steps in 1..1_000 {
        event.cursor = match on_renamed(catalog, link, &event).await.unwrap() {
            Work::Done => return steps,
            Work::More => String::new(),
            Work::MoreFrom(cursor) => cursor,
        }
    }
    panic!("a pass without an end");
}

fn named(kind: &str, name: &str) -> Body {
    let document = json!({"data": {"type": kind, "attributes": {"name": name}}}).to_string();
    Body::new_resource(document.as_bytes(), kind).unwrap()
}
