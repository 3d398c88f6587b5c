//! `review.rated` events: products show the rating of their reviews.

use contracts::reviews::Rating;
use kernel::Error;
use messaging::Event;

use crate::Catalog;
use crate::product::Rated;

/// `review.rated`: products show their rating.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer or others keep writing.
pub async fn on_review_event(catalog: &Catalog, event: &Event) -> Result<(), Error> {
    let Rating { histogram, .. } = event.data()?;
    let rated = Rated { histogram: Some(histogram), sequence: Some(event.sequence.clone()) };
    catalog.set_rating(&event.subject, &rated).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::{Availability, Product, Status};
    use crate::testing::cup;
    use kernel::histogram::Histogram;
    use kernel::sequence::sequence;
    use messaging::Event;
    use serde_json::json;
    use testing::Cloud;
    use web::jsonapi::Resource;

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
        /// The event of so many reviews of five stars, and one of four.
        async fn apply(&self, version: u64, fives: u64) {
            let mut event: Event = testing::sample_event("catalog-on-event", "review.");
            event.subject.clone_from(&self.cup.id);
            event.sequence = sequence(None, version);
            event.data["histogram"] = json!(Histogram([0, 0, 0, 1, fives]));
            on_review_event(&self.catalog, &event).await.unwrap();
        }

        async fn product(&self) -> Product {
            self.catalog.get_now(&self.cup.id).await.unwrap().unwrap()
        }
    }

    #[tokio::test]
    async fn a_product_and_all_its_copies_show_what_their_reviews_come_to() {
        let shop = shop().await;
        let zero = json!({"average": null, "count": 0, "histogram": Histogram::default()});
        assert_eq!(shop.product().await.attributes()["rating"], zero);
        shop.apply(3, 2).await;
        let histogram = json!({"1": 0, "2": 0, "3": 0, "4": 1, "5": 2});
        let shown = json!({"average": 4.67, "count": 3, "histogram": histogram});
        let items = shop.cloud.items("CatalogTable").await.into_iter().filter(|item| item.contains_key("rated"));
        let copies: Vec<Product> = items.map(|item| dynamo::from_item(item).unwrap()).collect();
        assert!(copies.len() > 1 && copies.iter().all(|copy| copy.attributes()["rating"] == shown), "{copies:?}");
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing() {
        let shop = shop().await;
        for (version, fives) in [(3, 2), (2, 1), (3, 2), (3, 9)] {
            shop.apply(version, fives).await;
        }
        assert_eq!(shop.product().await.rated.histogram, Some(Histogram([0, 0, 0, 1, 2])));
    }

    #[tokio::test]
    async fn ratings_stock_and_changes_of_the_product_at_once_are_all_stored_and_only_the_last_counts_its_version() {
        let shop = shop().await;
        let rename = |product: Product| Ok(Product { name: "Mug".to_owned(), version: product.version + 1, ..product });
        let stock = Availability { in_stock: true, sold: true, sequence: Some("1".to_owned()) };
        let (renamed, stocked, ()) = tokio::join!(
            shop.catalog.update(&shop.cup.id, rename),
            shop.catalog.set_stock(&shop.cup.id, &stock),
            shop.apply(2, 1),
        );
        assert!(renamed.is_ok() && stocked.is_ok());
        let product = shop.product().await;
        assert_eq!((product.name.as_str(), product.stock, product.version), ("Mug", stock, 2));
        assert_eq!(product.rated.histogram.map(|histogram| histogram.count()), Some(2));
    }

    #[tokio::test]
    async fn an_event_about_a_deleted_product_is_dropped_and_what_cannot_be_read_refused() {
        let shop = shop().await;
        let mut event: Event = testing::sample_event("catalog-on-event", "review.");
        event.data["histogram"] = json!({"1": -1});
        assert!(on_review_event(&shop.catalog, &event).await.is_err());
        shop.catalog.remove(&crate::testing::stock(&shop.cloud), &shop.cup.id, |_| Ok(())).await.unwrap();
        shop.apply(2, 1).await;
        assert!(shop.cloud.items("CatalogTable").await.is_empty());
    }
}
