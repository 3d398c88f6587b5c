//! `brand.*` and `category.*` events: products show the present names of their brand and categories.

use kernel::Error;
use messaging::Event;
use messaging::Work;

use crate::Catalog;
use crate::names::Link;

/// One step of a pass over the products of a brand or category that was renamed, or whose event is replayed. The name is
/// read and not taken from the event, which may be late or repeated.
///
/// # Errors
/// `BadRequest` when the cursor cannot be read · when the table does not answer or others keep writing.
pub async fn on_renamed(catalog: &Catalog, link: &Link, event: &Event) -> Result<Work, Error> {
    catalog.rename_on_products(link, &event.cursor).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::{Availability, Names, Product, Sku, Status};
    use crate::testing::{brand, category, cup, rename, show_names};
    use dynamo::{Item, from_item};
    use kernel::input::Input;
    use kernel::usage::Meter;
    use serde_json::{Value, json};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use testing::{Cloud, Fault, as_function};
    use tokio::sync::Notify;
    use web::jsonapi::Resource;

    struct Shop {
        cloud: Cloud,
        catalog: Catalog,
        brand: Link,
        cups: Link,
        /// Of the brand, in two categories.
        product: Product,
    }

    fn id(link: &Link) -> String {
        let (Link::Brand(id) | Link::Category(id)) = link;
        id.clone()
    }

    async fn shop() -> Shop {
        let cloud = Cloud::start().await;
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        let (brand_id, mugs) = (brand(&catalog, "Loza").await, category(&catalog, "Mugs").await);
        let cups = category(&catalog, "Cups").await;
        let category_ids = vec![mugs, cups.clone()];
        let product = Product { brand_id: Some(brand_id.clone()), category_ids, ..cup(Status::Active) };
        catalog.create(product.clone(), "").await.unwrap();
        Shop { cloud, catalog, brand: Link::Brand(brand_id), cups: Link::Category(cups), product }
    }

    impl Shop {
        async fn rename(&self, link: &Link, name: &str) {
            rename(&self.catalog, link, name).await;
        }

        async fn apply(&self, link: &Link) -> usize {
            show_names(&self.catalog, link).await
        }

        /// A product of the brand with few rows.
        async fn add(&self, number: usize) -> Product {
            self.add_over(&self.catalog, number).await
        }

        async fn add_over(&self, catalog: &Catalog, number: usize) -> Product {
            let sku = Sku::parse(Input::new(json!(format!("S{number}")), "")).unwrap();
            let status = Status::NAMES[number % 3].1;
            let product = Product { sku, brand_id: Some(id(&self.brand)), ..cup(status) };
            catalog.create(product.clone(), "").await.unwrap();
            product
        }

        async fn product(&self) -> Product {
            self.catalog.get_now(&self.product.id).await.unwrap().unwrap()
        }

        /// The names that products and all their rows show, each once.
        async fn shown(&self) -> Vec<Value> {
            let items = self.cloud.items("CatalogTable").await.into_iter().filter(|item| item.contains_key("stock"));
            let mut shown: Vec<Value> = Vec::new();
            for item in items {
                let attributes = from_item::<Product>(item).unwrap().attributes();
                let names = json!([attributes["brandName"], attributes["categoryNames"]]);
                if !shown.contains(&names) {
                    shown.push(names);
                }
            }
            shown
        }

        async fn put(&self, item: Item) {
            self.cloud.client().put_item().table_name("CatalogTable").set_item(Some(item)).send().await.unwrap();
        }

        /// Stores products and rows as release 0.1.0 did.
        async fn forget_names(&self) {
            for mut item in self.cloud.items("CatalogTable").await {
                if item.remove("names").is_some() {
                    self.put(item).await;
                }
            }
        }
    }

    #[tokio::test]
    async fn a_product_and_all_its_rows_show_a_new_name_and_its_version_stays() {
        let shop = shop().await;
        assert_eq!(shop.shown().await, [json!(["Loza", ["Mugs", "Cups"]])]);
        shop.rename(&shop.brand, "Barro").await;
        shop.rename(&shop.cups, "Espresso cups").await;
        assert_eq!(shop.apply(&shop.brand).await, 1);
        assert_eq!(shop.shown().await, [json!(["Barro", ["Mugs", "Espresso cups"]])]);
        assert_eq!(shop.product().await.version, 1);
    }

    #[tokio::test]
    async fn a_category_is_renamed_with_its_products_and_those_of_other_categories_are_left_alone() {
        let shop = shop().await;
        let other = shop.add(1).await;
        shop.rename(&shop.brand, "Barro").await;
        shop.rename(&shop.cups, "Espresso cups").await;
        assert_eq!(shop.apply(&shop.cups).await, 1);
        assert_eq!(shop.product().await.names.categories, ["Mugs", "Espresso cups"]);
        let other = shop.catalog.get_now(&other.id).await.unwrap().unwrap();
        assert_eq!(other.names.brand.as_deref(), Some("Loza"));
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing() {
        let shop = shop().await;
        shop.rename(&shop.brand, "Barro").await;
        shop.rename(&shop.brand, "Arcilla").await;
        shop.apply(&shop.brand).await;
        let before = shop.product().await;
        for _ in 0..2 {
            let (_, usage) = Meter::measure(shop.apply(&shop.brand)).await;
            // Three lists; the product and its names; how many products there are.
            assert_eq!((usage.calls, usage.write_units), (3 + 2 + 1, 0.0));
        }
        assert_eq!(shop.product().await, before);
        assert_eq!(before.names.brand.as_deref(), Some("Arcilla"));
    }

    #[tokio::test]
    async fn a_step_is_repeated_from_its_cursor_and_one_that_cannot_be_read_is_refused() {
        let shop = shop().await;
        for number in 1..30 {
            shop.add(number).await;
        }
        shop.rename(&shop.brand, "Barro").await;
        let Work::MoreFrom(cursor) =
            as_function("catalog-on-event", shop.catalog.rename_on_products(&shop.brand, "")).await.unwrap()
        else {
            panic!("done")
        };
        for _ in 0..2 {
            assert_eq!(
                as_function("catalog-on-event", shop.catalog.rename_on_products(&shop.brand, &cursor)).await.unwrap(),
                Work::Done
            );
        }
        assert!(shop.shown().await.iter().all(|names| names[0] == json!("Barro")));
        assert!(as_function("catalog-on-event", shop.catalog.rename_on_products(&shop.brand, "x")).await.is_err());
    }

    #[tokio::test]
    async fn a_product_that_the_index_does_not_show_yet_is_waited_for() {
        let shop = shop().await;
        let key = format!("row#brand#{}#{}", id(&shop.brand), shop.product.id);
        let items = shop.cloud.items("CatalogTable").await;
        let mut hidden = items.into_iter().find(|item| item["pk"].as_s() == Ok(&key)).unwrap();
        let list = hidden.remove("listing").unwrap();
        shop.put(hidden.clone()).await;
        shop.rename(&shop.brand, "Barro").await;
        let work = as_function("catalog-on-event", shop.catalog.rename_on_products(&shop.brand, "")).await.unwrap();
        assert_eq!(work, Work::MoreFrom("1 0 0".to_owned()), "the second pass");
        assert!(
            as_function("catalog-on-event", shop.catalog.rename_on_products(&shop.brand, "10 0 0")).await.is_err(),
            "after ten passes it is given up"
        );
        hidden.insert("listing".to_owned(), list);
        shop.put(hidden).await;
        assert_eq!(shop.apply(&shop.brand).await, 1);
        assert_eq!(shop.product().await.names.brand.as_deref(), Some("Barro"));
    }

    #[tokio::test]
    async fn a_deleted_brand_has_no_products_to_rename() {
        let shop = shop().await;
        assert_eq!(shop.apply(&Link::Brand("deleted".to_owned())).await, 1);
    }

    /// Does something between the reads and the transaction of something else, which gets a catalog of its own: its
    /// transactions meet others until then.
    async fn interrupted<T>(shop: &Shop, work: impl AsyncFnOnce(&Catalog) -> T, by: impl Future<Output = ()>) -> T {
        let (begins, is_over) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (begun, over) = (begins.clone(), is_over.clone());
        let client = shop.cloud.client_with(move |operation, _| {
            let meets = operation == "TransactWriteItems" && !over.load(Ordering::SeqCst);
            meets.then(|| {
                begun.notify_one();
                Fault::Conflict { parts: vec![true] }
            })
        });
        let catalog = Catalog::new(client, "CatalogTable");
        let interruption = async {
            begins.notified().await;
            by.await;
            is_over.store(true, Ordering::SeqCst);
        };
        tokio::join!(work(&catalog), interruption).0
    }

    #[tokio::test]
    async fn a_product_that_is_created_during_a_rename_ends_with_the_new_name() {
        let shop = shop().await;
        let renamed = async {
            shop.rename(&shop.brand, "Barro").await;
            shop.apply(&shop.brand).await;
        };
        interrupted(&shop, async |catalog| shop.add_over(catalog, 1).await, renamed).await;
        assert!(shop.shown().await.iter().all(|names| names[0] == json!("Barro")));
    }

    #[tokio::test]
    async fn a_product_that_is_changed_during_a_rename_ends_with_the_new_name_and_its_change() {
        let shop = shop().await;
        let renamed = async {
            shop.rename(&shop.brand, "Barro").await;
            shop.apply(&shop.brand).await;
        };
        let change = |product: Product| {
            Ok(Product { status: Status::Draft, name: "Mug".to_owned(), version: product.version + 1, ..product })
        };
        let changed = async |catalog: &Catalog| catalog.update(&shop.product.id, change).await;
        interrupted(&shop, changed, renamed).await.unwrap();
        let product = shop.product().await;
        assert_eq!((product.name.as_str(), product.version), ("Mug", 2));
        assert_eq!(shop.shown().await, [json!(["Barro", ["Mugs", "Cups"]])]);
    }

    #[tokio::test]
    async fn a_product_of_release_0_1_0_that_is_changed_during_a_rename_ends_with_the_new_name() {
        let shop = shop().await;
        shop.forget_names().await;
        let renamed = async {
            shop.rename(&shop.brand, "Barro").await;
            shop.apply(&shop.brand).await;
        };
        let change = |product: Product| {
            Ok(Product { name: format!("{}!", product.name), version: product.version + 1, ..product })
        };
        let changed = async |catalog: &Catalog| catalog.update(&shop.product.id, change).await;
        interrupted(&shop, changed, renamed).await.unwrap();
        assert_eq!(shop.shown().await, [json!(["Barro", ["Mugs", "Cups"]])]);
    }

    #[tokio::test]
    async fn a_step_that_is_interrupted_by_other_changes_of_its_product_does_not_undo_them() {
        let shop = shop().await;
        shop.rename(&shop.brand, "Barro").await;
        let changed = async {
            let change = |product: Product| Ok(Product { name: "Mug".to_owned(), version: 2, ..product });
            shop.catalog.update(&shop.product.id, change).await.unwrap();
            let stock = Availability { in_stock: true, sold: false, sequence: Some("1".to_owned()) };
            shop.catalog.set_stock(&shop.product.id, &stock).await.unwrap();
        };
        interrupted(&shop, async |catalog| show_names(catalog, &shop.brand).await, changed).await;
        let product = shop.product().await;
        assert_eq!((product.name.as_str(), product.version, product.stock.in_stock), ("Mug", 2, true));
        assert_eq!(shop.shown().await, [json!(["Barro", ["Mugs", "Cups"]])]);
    }

    #[tokio::test]
    async fn a_step_that_is_interrupted_by_a_rename_back_does_not_write_the_name_that_it_read() {
        let shop = shop().await;
        shop.rename(&shop.brand, "Barro").await;
        let renamed_back = async {
            shop.rename(&shop.brand, "Loza").await;
            // The product shows that name already: this pass writes nothing.
            shop.apply(&shop.brand).await;
        };
        interrupted(&shop, async |catalog| show_names(catalog, &shop.brand).await, renamed_back).await;
        assert_eq!(shop.product().await.names.brand.as_deref(), Some("Loza"));
    }

    #[tokio::test]
    async fn products_of_release_0_1_0_have_no_names_until_their_next_write_or_a_rename() {
        let shop = shop().await;
        let all = [json!(["Loza", ["Mugs", "Cups"]])];
        let update = async || {
            let change = |product: Product| {
                Ok(Product { name: format!("{}!", product.name), version: product.version + 1, ..product })
            };
            shop.catalog.update(&shop.product.id, change).await.unwrap();
        };
        let set_stock = async || {
            let stock = Availability { in_stock: false, sold: false, sequence: Some("1".to_owned()) };
            shop.catalog.set_stock(&shop.product.id, &stock).await.unwrap();
        };
        let sweep = async || assert_eq!(shop.apply(&shop.cups).await, 1);
        for write in 0..3 {
            shop.forget_names().await;
            assert_eq!(shop.shown().await, [json!([null, []])]);
            assert_eq!(shop.product().await.names, Names::default());
            match write {
                0 => update().await,
                1 => set_stock().await,
                _ => sweep().await,
            }
            assert_eq!(shop.shown().await, all, "{write}");
        }
        shop.forget_names().await;
        shop.catalog.remove(&crate::testing::stock(&shop.cloud), &shop.product.id, |_| Ok(())).await.unwrap();
        assert!(shop.shown().await.is_empty());
    }

    #[tokio::test]
    async fn a_product_in_other_categories_shows_their_names_in_their_order() {
        let shop = shop().await;
        let jugs = category(&shop.catalog, "Jugs").await;
        let (change, usage) = Meter::measure(shop.catalog.update(&shop.product.id, |product| {
            let category_ids = vec![jugs.clone(), product.category_ids[0].clone()];
            Ok(Product { category_ids, version: product.version + 1, ..product })
        }))
        .await;
        assert_eq!((change.unwrap().names.categories.concat().as_str(), usage.calls), ("JugsMugs", 3));
        assert_eq!(shop.shown().await, [json!(["Loza", ["Jugs", "Mugs"]])]);
        let plain = |product: Product| {
            Ok(Product { brand_id: None, category_ids: vec![], version: product.version + 1, ..product })
        };
        let (_, usage) = Meter::measure(shop.catalog.update(&shop.product.id, plain)).await;
        assert_eq!((shop.shown().await, usage.calls), (vec![json!([null, []])], 2));
    }
}
