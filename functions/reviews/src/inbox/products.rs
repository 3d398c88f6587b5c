//! `product.*` events: the reviews of a deleted product are deleted.

use shared::Error;
use shared::clock::Timestamp;
use shared::events::Event;
use shared::queue::Work;

use crate::Reviews;

/// `product.*`: a product that is gone takes its reviews along. One that is made again under the same id may be
/// reviewed again.
///
/// # Errors
/// When the table does not answer, or reviews may be left.
pub async fn on_product_event(reviews: &Reviews, event: &Event, now: Timestamp) -> Result<Work, Error> {
    let gone = event.topic == "product.deleted";
    let known = reviews.product_is(&event.subject, gone, &event.sequence, now).await?;
    if gone && known.gone { reviews.sweep_product(&event.subject, now).await } else { Ok(Work::Done) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Status;
    use crate::testing::{Shop, create, review};
    use shared::clock;
    use shared::events::Event;
    use shared::store::Meter;
    use shared::testing;

    fn told(shop: &Shop, topic: &str, sequence: &str) -> Event {
        let mut event = testing::sample_event("reviews-on-event", "product.");
        event.subject.clone_from(&shop.product);
        (event.topic, event.sequence) = (topic.to_owned(), sequence.to_owned());
        event
    }

    async fn hear(shop: &Shop, topic: &str, sequence: &str) {
        on_product_event(&shop.reviews, &told(shop, topic, sequence), clock::now()).await.unwrap();
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
        let deleted = told(&shop, "product.deleted", "2");
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
    async fn a_product_that_was_made_again_is_reviewed_again_also_when_its_end_is_told_late() {
        let shop = Shop::with(&["ana", "bob"]).await;
        hear(&shop, "product.deleted", "2").await;
        hear(&shop, "product.created", "3").await;
        shop.reviewed_by("ana", 5).await;
        hear(&shop, "product.deleted", "2").await;
        shop.reviewed_by("bob", 4).await;
        assert_eq!(shop.rated().await.0, [0, 0, 0, 1, 1]);
    }

    #[tokio::test]
    async fn a_product_that_was_told_of_has_a_rating_of_nothing_and_costs_one_write_unit() {
        let shop = Shop::with(&[]).await;
        let created = testing::sample_event("reviews-on-event", "product.");
        let (result, usage) = Meter::measure(on_product_event(&shop.reviews, &created, clock::now())).await;
        assert!(result.is_ok());
        assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        let rating = shop.reviews.rating(&created.subject).await.unwrap().unwrap();
        assert_eq!((rating.histogram().count(), rating.gone), (0, false));
    }
}
