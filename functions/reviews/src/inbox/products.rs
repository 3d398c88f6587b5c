//! `product.*` events: the reviews of a deleted product are deleted, those of a draft are for staff.

use contracts::EventType;
use contracts::catalog::ProductStatus;
use kernel::Error;
use kernel::clock::Timestamp;
use messaging::Event;
use messaging::Work;

use crate::Reviews;
use crate::rating::ProductState;

/// `product.*`: stores whether the product is a draft, and deletes the reviews of a deleted one. One that is created
/// again under the same id may be reviewed again.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer, or reviews may be left.
pub async fn on_product_event(reviews: &Reviews, event: &Event, now: Timestamp) -> Result<Work, Error> {
    let product: contracts::catalog::Product = event.data()?;
    let state = match (event.event_type, product.status) {
        (EventType::ProductDeleted, _) => ProductState::Deleted,
        (_, ProductStatus::Draft) => ProductState::Draft,
        _ => ProductState::Public,
    };
    let known = reviews.put_product_state(&event.subject, state, &event.sequence, now).await?;
    if state == ProductState::Deleted && known.product_state() == state {
        reviews.delete_reviews_of_product(&event.subject, now).await
    } else {
        Ok(Work::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Status;
    use crate::testing::{Shop, create, review};
    use kernel::clock;
    use kernel::usage::Meter;
    use messaging::Event;

    fn product_event(shop: &Shop, topic: &str, sequence: &str) -> Event {
        let mut event = testing::sample_event("reviews-on-event", "product.");
        event.subject.clone_from(&shop.product);
        (event.event_type, event.sequence) = (topic.parse().unwrap(), sequence.to_owned());
        event
    }

    async fn apply(shop: &Shop, topic: &str, sequence: &str) {
        on_product_event(&shop.reviews, &product_event(shop, topic, sequence), clock::now()).await.unwrap();
    }

    #[tokio::test]
    async fn the_reviews_of_a_deleted_product_are_deleted_fifty_a_step_and_no_new_ones_come() {
        let shop = Shop::with(&[]).await;
        for buyer in 0..60 {
            shop.sold_to(&format!("{buyer}")).await;
            shop.reviewed_by(&format!("{buyer}"), 1 + buyer % 5).await;
        }
        let hidden = shop.reviews.get(&review(&shop.product, "7", 1).id).await.unwrap().unwrap();
        shop.set(&hidden, Status::Hidden).await;
        let deleted = product_event(&shop, "product.deleted", "2");
        // That it is deleted, how many are left; then 50 and 9 published ones, 1 hidden one: a query of each list until
        // one has some, and a transaction.
        for (work, calls) in [(Work::More, 2 + 2), (Work::More, 2 + 2), (Work::More, 2 + 3), (Work::Done, 2)] {
            let (result, usage) = Meter::measure(on_product_event(&shop.reviews, &deleted, clock::now())).await;
            assert_eq!((result.unwrap(), usage.calls), (work, calls));
        }
        assert_eq!(shop.recounted().await, (shop.rated().await, 0));
        let refused = create(&shop.reviews, review(&shop.product, "8", 5)).await.unwrap_err();
        assert_eq!(refused.code, "not_found");
    }

    #[tokio::test]
    async fn a_product_that_was_made_again_is_reviewed_again_also_when_its_deletion_comes_late() {
        let shop = Shop::with(&["ana", "bob"]).await;
        apply(&shop, "product.deleted", "2").await;
        apply(&shop, "product.created", "3").await;
        shop.reviewed_by("ana", 5).await;
        apply(&shop, "product.deleted", "2").await;
        shop.reviewed_by("bob", 4).await;
        assert_eq!(shop.rated().await.0, [0, 0, 0, 1, 1]);
    }

    #[tokio::test]
    async fn the_event_of_a_product_makes_an_empty_rating_and_costs_one_write_unit() {
        let shop = Shop::with(&[]).await;
        let created = testing::sample_event("reviews-on-event", "product.");
        let (result, usage) = Meter::measure(on_product_event(&shop.reviews, &created, clock::now())).await;
        assert!(result.is_ok());
        assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        let rating = shop.reviews.rating(&created.subject).await.unwrap().unwrap();
        assert_eq!((rating.histogram().count(), rating.product_state()), (0, ProductState::Public));
    }
}
