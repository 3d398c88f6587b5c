//! The catalogue of the last release, as this one reads it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;

use catalog::Catalog;
use testing::{Cloud, load_recorded};

#[tokio::test]
async fn the_products_brands_and_categories_of_the_last_release_are_read() {
    let cloud = Cloud::start().await;
    load_recorded(&cloud, "0.1.0").await;
    let catalog = Catalog::new(cloud.client(), "CatalogTable");
    let items = cloud.items("CatalogTable").await;
    let ids = |kind: &str| -> BTreeSet<String> {
        let keys = items.iter().filter_map(|item| item["pk"].as_s().unwrap().strip_prefix(kind)?.strip_prefix('#'));
        keys.map(str::to_owned).collect()
    };
    let products = catalog.products(&ids("product")).await.unwrap();
    assert_eq!((products.len(), products.iter().filter(|product| product.names.brand.is_some()).count()), (39, 0));
    let brands = catalog.brands(ids("brand").iter().map(String::as_str)).await.unwrap();
    let categories = catalog.categories(ids("category").iter().map(String::as_str)).await.unwrap();
    assert_eq!((brands.len(), categories.len()), (16, 38));
    for product in &products {
        catalog.set_names(&product.id).await.unwrap();
    }
    let named = catalog.products(&ids("product")).await.unwrap();
    assert!(named.iter().all(|product| product.names.brand.is_some() == product.brand_id.is_some()));
}
