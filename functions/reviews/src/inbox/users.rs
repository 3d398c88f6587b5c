//! `user.deleted` events: the reviews of a deleted user keep their stars and nothing else.

use kernel::Error;
use kernel::clock::Timestamp;
use messaging::Event;
use messaging::Work;

use crate::Reviews;

/// `user.deleted`: the user's reviews keep their stars and nothing else, also when an event of a sale of theirs comes later.
///
/// # Errors
/// When the table does not answer or others keep writing.
pub async fn on_user_event(reviews: &Reviews, event: &Event, now: Timestamp) -> Result<Work, Error> {
    reviews.put_user_tombstone(&event.subject).await?;
    reviews.delete_purchase_markers(&event.subject, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Shop, create, review};
    use kernel::clock;
    use kernel::usage::Meter;

    /// All steps of forgetting a user: how many there were.
    async fn forgotten(shop: &Shop, user: &str) -> usize {
        let mut event = testing::sample_event("reviews-on-event", "user.");
        event.subject = user.to_owned();
        for steps in 1.. {
            if on_user_event(&shop.reviews, &event, clock::now()).await.unwrap() == Work::Done {
                return steps;
            }
        }
        0
    }

    #[tokio::test]
    async fn stars_stay_words_and_author_are_deleted_however_often_the_event_comes() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let (anas, bobs) = (shop.reviewed_by("ana", 4).await, shop.reviewed_by("bob", 2).await);
        // That she is deleted; the markers; marker, held marker and review, all written. Again, there are none.
        for (calls, read_units) in [(4, 4.0), (2, 1.0)] {
            let (_, usage) = Meter::measure(forgotten(&shop, "ana")).await;
            assert_eq!((usage.calls, usage.read_units), (calls, read_units));
            let left = shop.reviews.get(&anas.id).await.unwrap().unwrap();
            assert_eq!((left.author_id, left.title, left.body, left.version), (None, None, None, 2));
        }
        assert_eq!(shop.reviews.get(&bobs.id).await.unwrap(), Some(bobs));
        assert_eq!(shop.rated().await.0, [0, 1, 0, 1, 0]);
        let mut left = shop.cloud.items("ReviewsTable").await;
        // That she is deleted, and which sale her stars count by.
        left.retain(|item| item["sk"].as_s().is_ok_and(|sk| sk != "gone" && !sk.starts_with("held#")));
        let left = format!("{left:?}");
        assert!(!left.contains("\"ana\"") && !left.contains("customer#ana"), "{left}");
        assert!(
            shop.reviews.is_user_deleted("ana").await.unwrap() && !shop.reviews.is_user_deleted("bob").await.unwrap()
        );
    }

    #[tokio::test]
    async fn a_buyer_of_a_thousand_products_is_forgotten_in_forty_steps_and_one_that_finds_nothing() {
        let shop = Shop::with(&[]).await;
        for product in 0..1_000 {
            shop.reviews.put_purchase_marker("ana", &product.to_string(), "sale", true, "1").await.unwrap();
        }
        assert_eq!(forgotten(&shop, "ana").await, 41);
        let left = shop.cloud.items("ReviewsTable").await;
        let of_ana = left.iter().filter(|item| format!("{item:?}").contains("customer#ana"));
        assert_eq!(of_ana.map(|item| item["sk"].as_s().unwrap().as_str()).collect::<Vec<_>>(), ["gone"]);
    }

    #[tokio::test]
    async fn who_is_forgotten_reviews_nothing_any_more() {
        let shop = Shop::with(&["ana"]).await;
        forgotten(&shop, "ana").await;
        assert_eq!(create(&shop.reviews, review(&shop.product, "ana", 5)).await.unwrap_err().code, "forbidden");
        forgotten(&shop, "nobody").await;
        shop.adds_up().await;
    }

    #[tokio::test]
    async fn a_review_that_is_written_while_its_author_is_forgotten_is_anonymous_or_refused() {
        for _ in 0..20 {
            let shop = Shop::with(&["ana"]).await;
            let written = review(&shop.product, "ana", 5);
            let id = written.id.clone();
            let (_, _) = tokio::join!(create(&shop.reviews, written), forgotten(&shop, "ana"));
            let left = shop.reviews.get(&id).await.unwrap();
            assert!(left.is_none_or(|review| review.author_id.is_none()));
            shop.adds_up().await;
        }
    }
}
