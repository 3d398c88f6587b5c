//! P16: what the operations of the catalogue cost, by the formula from the sizes of items
//! (`testing::cost`), against what the database says it consumed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use catalog::Catalog;
use catalog::product::{Availability, Product, Rated, Status};
use catalog::testing::{brand, category, cup, stock};
use kernel::histogram::Histogram;
use kernel::usage::Meter;
use testing::as_function;
use testing::cost::{Cost, of_change, snapshot};
use testing::{Cloud, row};

/// Does something and compares what it consumed with the formula.
async fn costs<T>(cloud: &Cloud, what: &str, work: impl Future<Output = T>) -> T {
    costs_with_checks(cloud, what, 0, work).await
}

/// The same, of a transaction that also has conditions on so many items that it does not write.
async fn costs_with_checks<T>(cloud: &Cloud, what: &str, checks: u32, work: impl Future<Output = T>) -> T {
    let before = snapshot(cloud).await;
    let function = what.split([':', ',', ' ']).next().unwrap_or_default();
    let (result, usage) = Meter::measure(as_function(function, work)).await;
    let computed = of_change(&before, &snapshot(cloud).await, true).with_checks(checks);
    let measured = Cost { tables: usage.write_units - usage.index_write_units, indexes: usage.index_write_units };
    assert_eq!(measured, computed, "{what}");
    assert!(computed.tables > 0.0, "{what} wrote nothing");
    result
}

#[tokio::test]
async fn proof_p16_every_write_of_the_catalogue_costs_what_its_size_says() {
    let (started, cloud) = (Instant::now(), Cloud::start().await);
    let catalog = Catalog::new(cloud.client(), "CatalogTable");
    let stock = stock(&cloud);
    let brand_id = costs(&cloud, "create-brand", brand(&catalog, "Loza")).await;
    let mut category_ids = vec![costs(&cloud, "create-category", category(&catalog, "Cups")).await];
    category_ids.push(costs(&cloud, "create-category", category(&catalog, "Mugs")).await);
    let plain = cup(Status::Active);
    let full = Product {
        name: "Coffee cup of stoneware, blue".to_owned(),
        description: Some("x".repeat(2_000)),
        tags: vec!["kitchen".to_owned(), "gift".to_owned()],
        brand_id: Some(brand_id.clone()),
        category_ids: category_ids.clone(),
        ..cup(Status::Draft)
    };
    for product in [&plain, &full] {
        costs(&cloud, "create-product", catalog.create(product.clone(), "f")).await.unwrap();
        let renamed = |product: Product| Ok(Product { name: "Blue jug".to_owned(), version: 2, ..product });
        costs(&cloud, "update-product", catalog.update(&product.id, renamed)).await.unwrap();
        let availability = Availability { in_stock: true, sold: false, sequence: Some("1".to_owned()) };
        costs(&cloud, "catalog-on-event: stock", catalog.set_stock(&product.id, &availability)).await.unwrap();
        let rated = Rated { histogram: Some(Histogram([0, 1, 0, 0, 9])), sequence: Some("1".to_owned()) };
        costs(&cloud, "catalog-on-event: rating", catalog.set_rating(&product.id, &rated)).await.unwrap();
    }
    let slugged = |brand: catalog::brand::Brand| {
        Ok(catalog::brand::Brand { name: "Loza Uno".to_owned(), slug: "loza-uno".to_owned(), version: 2, ..brand })
    };
    costs(&cloud, "update-brand", catalog.update_brand(&brand_id, slugged)).await.unwrap();
    costs_with_checks(&cloud, "catalog-on-event: rename", 1, catalog.set_names(&full.id)).await.unwrap();
    let moved = |product: Product| {
        let category_ids = product.category_ids[1..].to_vec();
        Ok(Product { brand_id: None, category_ids, version: 3, ..product })
    };
    costs(&cloud, "update-product, other links", catalog.update(&full.id, moved)).await.unwrap();
    let back = |product: Product| {
        let (brand_id, category_ids) = (full.brand_id.clone(), full.category_ids.clone());
        Ok(Product { brand_id, category_ids, version: 4, ..product })
    };
    costs(&cloud, "update-product, other links", catalog.update(&full.id, back)).await.unwrap();
    for product in [&plain, &full] {
        costs(&cloud, "delete-product", catalog.remove(&stock, &product.id, |_| Ok(()))).await.unwrap();
    }
    costs(&cloud, "delete-brand", catalog.delete_brand(&brand_id, |_| Ok(()))).await.unwrap();
    costs(&cloud, "delete-category", catalog.delete_category(&category_ids[0], |_| Ok(()))).await.unwrap();
    row(
        "P16 cost: catalogue",
        "units by one formula from sizes, for each operation",
        "19 operations cost what the formula says",
        started,
    );
}
