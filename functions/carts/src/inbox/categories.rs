//! `category.*` events: carts show the names of categories as they are now.

use contracts::EventType;
use kernel::Error;
use messaging::Event;

use crate::Carts;
use crate::product::Category;

/// `category.*`: one write, however many products are in the category and however many carts contain these.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_category_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    let contracts::catalog::Category { name, .. } = event.data()?;
    let name = (event.event_type != EventType::CategoryDeleted).then_some(name);
    carts.put_category(&event.subject, &Category { name, sequence: event.sequence.clone() }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show_cart::show_item;
    use crate::testing::{Shop, ana};
    use inventory::testing::cup;
    use kernel::clock;
    use kernel::usage::Meter;
    use serde_json::{Value, json};
    use web::jsonapi::Resource;

    fn sample() -> Event {
        testing::sample_event("carts-on-event", "category.")
    }

    /// What comes after that.
    fn later(topic: &str, name: &str) -> Event {
        let mut event = sample();
        event.event_type = topic.parse().unwrap();
        event.sequence.replace_range(25.., "9");
        event.data["name"] = name.into();
        event
    }

    /// A shop with so many products in the category, one piece of each in Ana's cart.
    async fn shop(products: usize) -> Shop {
        let shop = Shop::with(products).await;
        for product in 0..products {
            shop.publish_product_in(product, &cup(2), &[&sample().subject]).await;
            shop.put(&ana(), &[(product, 1)]).await;
        }
        shop
    }

    async fn apply(shop: &Shop, event: &Event) {
        on_category_event(&shop.carts(), event).await.unwrap();
    }

    /// What each item in Ana's cart shows of its categories.
    async fn shown(shop: &Shop) -> Vec<Value> {
        let (carts, mut names) = (shop.carts(), Vec::new());
        let cart = carts.of(&ana(), clock::now()).await.unwrap();
        for id in cart.lines.keys() {
            names.push(show_item(&carts, &cart, id).await.unwrap().attributes()["categoryNames"].clone());
        }
        names
    }

    #[tokio::test]
    async fn a_category_shows_beside_its_items_and_a_rename_is_one_write_however_many_there_are() {
        let shop = shop(3).await;
        assert_eq!(shown(&shop).await, vec![json!([]); 3]);
        let name = sample().data["name"].clone();
        for (event, name) in [(sample(), name), (later("category.updated", "Mugs"), json!("Mugs"))] {
            let (applied, usage) = Meter::measure(on_category_event(&shop.carts(), &event)).await;
            assert!(applied.is_ok());
            assert_eq!((usage.calls, usage.write_units), (1, 1.0));
            assert_eq!(shown(&shop).await, vec![json!([name]); 3]);
        }
    }

    #[tokio::test]
    async fn late_and_repeated_events_change_nothing_and_what_is_deleted_stays_so() {
        let shop = shop(1).await;
        let (renamed, mut deleted) = (later("category.updated", "Mugs"), later("category.deleted", "Mugs"));
        for event in [&renamed, &sample(), &renamed, &sample()] {
            apply(&shop, event).await;
            assert_eq!(shown(&shop).await, [json!(["Mugs"])]);
        }
        deleted.sequence.replace_range(24.., "10");
        for event in [&deleted, &renamed, &sample(), &deleted] {
            apply(&shop, event).await;
            assert_eq!(shown(&shop).await, [json!([])]);
        }
    }

    #[tokio::test]
    async fn a_deletion_that_comes_first_is_stored_and_one_that_is_made_again_shows() {
        let shop = shop(1).await;
        for event in [&later("category.deleted", "Mugs"), &sample()] {
            apply(&shop, event).await;
            assert_eq!(shown(&shop).await, [json!([])]);
        }
        let mut again = sample();
        again.sequence.replace_range(..1, "1");
        apply(&shop, &again).await;
        assert_eq!(shown(&shop).await, [json!([again.data["name"]])]);
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_and_writes_nothing() {
        let shop = Shop::with(0).await;
        let mut event = sample();
        event.data["name"] = 1.into();
        assert!(on_category_event(&shop.carts(), &event).await.is_err());
        assert!(shop.cloud().items("CartsTable").await.is_empty());
    }
}
