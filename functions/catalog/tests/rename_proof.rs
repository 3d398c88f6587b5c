//! A rename shows on all products of a brand, in steps of twenty, also while products come and change. `PROOF=full`
//! runs it on 800 products (`make proof`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use catalog::Catalog;
use catalog::names::Link;
use catalog::product::{Product, Sku, Status};
use catalog::testing::{brand, cup, rename, show_names};
use dynamo::{Item, batch_write, from_item, number};
use kernel::ids;
use kernel::input::Input;
use serde_json::json;
use testing::{Cloud, figure, row};

struct Shop {
    cloud: Cloud,
    catalog: Catalog,
    brand: Link,
    brand_id: String,
}

impl Shop {
    async fn start() -> Self {
        let cloud = Cloud::start().await;
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        let brand_id = brand(&catalog, "Loza").await;
        Self { cloud, catalog, brand: Link::Brand(brand_id.clone()), brand_id }
    }

    async fn add(&self, number: usize) -> Product {
        let sku = Sku::parse(Input::new(json!(format!("S{number}")), "")).unwrap();
        let product = Product { sku, brand_id: Some(self.brand_id.clone()), ..cup(Status::NAMES[number % 3].1) };
        self.catalog.create(product.clone(), "").await.unwrap();
        product
    }

    /// Copies products of the brand until it has so many; without SKUs and words.
    async fn copy_until(&self, count: usize, products: &[Product]) {
        let items = self.cloud.items("CatalogTable").await;
        let is_copied = |item: &&Item, product: &Product| {
            let key = item["pk"].as_s().unwrap();
            key.ends_with(&product.id) && !key.starts_with("word#")
        };
        let mut writes = Vec::new();
        for product in products.iter().cycle().take(count - products.len()) {
            let copy = ids::new();
            let copied = |value: &AttributeValue| match value {
                AttributeValue::S(text) => AttributeValue::S(text.replace(&product.id, &copy)),
                other => other.clone(),
            };
            for item in items.iter().filter(|item| is_copied(item, product)) {
                let item: Item = item.iter().map(|(name, value)| (name.clone(), copied(value))).collect();
                let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
                writes.push(WriteRequest::builder().put_request(put).build());
            }
        }
        let key = AttributeValue::S(format!("brand#{}", self.brand_id));
        let mut brand = items.into_iter().find(|item| item["pk"] == key).unwrap();
        brand.insert("products".to_owned(), number(count));
        writes.push(
            WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(brand)).build().unwrap()).build(),
        );
        for some in writes.chunks(25) {
            batch_write(&self.cloud.client(), "CatalogTable", some.to_vec()).await.unwrap();
        }
    }

    /// How many products there are, after a look at the names of all products and rows.
    async fn all_show(&self, name: &str) -> usize {
        let items = self.cloud.items("CatalogTable").await.into_iter().filter(|item| item.contains_key("stock"));
        let is_product = |item: &Item| item["pk"].as_s().unwrap().starts_with("product#");
        let products: Vec<(bool, Product)> = items.map(|item| (is_product(&item), from_item(item).unwrap())).collect();
        assert!(products.iter().all(|(_, product)| product.names.brand.as_deref() == Some(name)));
        products.into_iter().filter(|(is_product, _)| *is_product).count()
    }
}

#[tokio::test]
async fn proof_a_rename_shows_on_all_products_of_a_brand_in_steps_of_twenty() {
    let (count, started, shop) = (figure(100, 800), Instant::now(), Shop::start().await);
    let products = [shop.add(0).await, shop.add(1).await, shop.add(2).await];
    shop.copy_until(count, &products).await;
    rename(&shop.catalog, &shop.brand, "Barro").await;
    let steps = show_names(&shop.catalog, &shop.brand).await;
    assert_eq!(steps, count / 20);
    assert_eq!(shop.all_show("Barro").await, count);
    let asked = format!("a brand of {count} products, all statuses");
    row("renames", &asked, &format!("all products and rows after {steps} steps"), started);
}

#[tokio::test]
async fn proof_products_that_come_and_change_during_renames_all_end_with_the_last_name() {
    let (count, started, shop) = (figure(30, 120), Instant::now(), Shop::start().await);
    let coming = async {
        for number in 0..count {
            let product = shop.add(number).await;
            let change = |product: Product| {
                Ok(Product { status: Status::NAMES[number / 3 % 3].1, version: product.version + 1, ..product })
            };
            shop.catalog.update(&product.id, change).await.unwrap();
        }
    };
    let renames = count / 6;
    let renaming = async {
        for number in 0..renames {
            rename(&shop.catalog, &shop.brand, &format!("Loza {number}")).await;
            show_names(&shop.catalog, &shop.brand).await;
        }
    };
    tokio::join!(coming, renaming);
    assert_eq!(shop.all_show(&format!("Loza {}", renames - 1)).await, count);
    let asked = format!("{renames} renames while {count} products come and change");
    row("renames at the same time", &asked, "all end with the last name", started);
}
