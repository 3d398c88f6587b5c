//! `stock.*` events: products show whether they are in stock.

use contracts::inventory::Stock;
use kernel::Error;
use messaging::Event;

use crate::Catalog;
use crate::product::Availability;

/// `stock.*`: products show `inStock`, and cannot be deleted once they were sold.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer or others keep writing.
pub async fn on_stock_event(catalog: &Catalog, event: &Event) -> Result<(), Error> {
    let Stock { in_stock, sold, .. } = event.data()?;
    let stock = Availability { in_stock, sold, sequence: Some(event.sequence.clone()) };
    catalog.set_stock(&event.subject, &stock).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::{Product, Status};
    use crate::testing::cup;
    use kernel::sequence::sequence;
    use messaging::Event;
    use serde_json::json;
    use testing::Cloud;

    struct Shop {
        cloud: Cloud,
        catalog: Catalog,
        cup: Product,
    }

    async fn shop() -> Shop {
        let (cloud, cup) = (Cloud::start().await, cup(Status::Active));
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        catalog.create(cup.clone(), "").await.unwrap();
        Shop { cloud, catalog, cup }
    }

    impl Shop {
        async fn apply(&self, version: u64, in_stock: bool, sold: bool) {
            let mut event: Event = testing::sample_event("catalog-on-event", "stock.");
            event.subject.clone_from(&self.cup.id);
            event.sequence = sequence(None, version);
            event.data = json!({"available": 1, "inStock": in_stock, "sold": sold});
            on_stock_event(&self.catalog, &event).await.unwrap();
        }

        async fn product(&self) -> Product {
            self.catalog.get_now(&self.cup.id).await.unwrap().unwrap()
        }
    }

    #[tokio::test]
    async fn a_product_and_all_its_copies_show_that_there_is_some() {
        let shop = shop().await;
        shop.apply(2, true, false).await;
        assert!(shop.product().await.stock.in_stock);
        let items = shop.cloud.items("CatalogTable").await;
        let copies: Vec<_> = items.iter().filter_map(|item| item.get("stock")?.as_m().ok()).collect();
        assert!(copies.len() > 1 && copies.iter().all(|stock| stock["inStock"].as_bool() == Ok(&true)));
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing() {
        let shop = shop().await;
        for (version, in_stock) in [(3, false), (2, true), (3, false), (3, true)] {
            shop.apply(version, in_stock, true).await;
        }
        assert!(!shop.product().await.stock.in_stock);
    }

    #[tokio::test]
    async fn stock_is_no_change_of_the_product_and_a_change_of_the_product_leaves_it() {
        let shop = shop().await;
        shop.apply(2, true, true).await;
        assert_eq!(shop.product().await.version, 1);
        let rename = |product: Product| Ok(Product { name: "Mug".to_owned(), version: product.version + 1, ..product });
        shop.catalog.update(&shop.cup.id, rename).await.unwrap();
        let product = shop.product().await;
        assert!(product.stock.in_stock && product.stock.sold && product.name == "Mug");
    }

    #[tokio::test]
    async fn changes_of_stock_and_of_the_product_at_once_are_both_stored() {
        let shop = shop().await;
        let rename = |product: Product| Ok(Product { name: "Mug".to_owned(), version: product.version + 1, ..product });
        let (renamed, ()) = tokio::join!(shop.catalog.update(&shop.cup.id, rename), shop.apply(2, true, false));
        renamed.unwrap();
        let product = shop.product().await;
        assert_eq!((product.name.as_str(), product.stock.in_stock, product.version), ("Mug", true, 2));
    }

    #[tokio::test]
    async fn an_event_about_a_deleted_product_is_dropped() {
        let shop = shop().await;
        shop.catalog.remove(&crate::testing::stock(&shop.cloud), &shop.cup.id, |_| Ok(())).await.unwrap();
        shop.apply(2, true, true).await;
        assert!(shop.cloud.items("CatalogTable").await.is_empty());
    }
}
