//! The stream of `ReviewsTable`: changes of reviews and ratings are published as `review.*` events.

use kernel::StartupError;
use messaging::publisher;
use reviews::events;

pub async fn start() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock;
    use messaging::{Change, Event};
    use reviews::rating::ProductState;
    use reviews::review::Status;
    use reviews::testing::Shop;
    use serde_dynamo::AttributeValue;
    use serde_json::json;

    fn said() -> Vec<Event> {
        testing::published("publish-reviews-events", events::messages)
    }

    /// The events of each item of the table, as if it were new.
    async fn said_of_all(shop: &Shop) -> Vec<String> {
        let mut record = testing::stream_records("publish-reviews-events").remove(1);
        record.change.old_image = Default::default();
        let mut topics = Vec::new();
        for item in shop.cloud.items("ReviewsTable").await {
            record.change.new_image = item.into();
            record.change.keys = record.change.new_image.clone();
            let messages = events::messages(&Change::new(&record)).unwrap();
            topics.extend(messages.into_iter().map(|message| message.event.event_type.to_string()));
        }
        topics.sort();
        topics
    }

    #[tokio::test]
    async fn every_item_of_the_table_is_published_or_passed_over() {
        let shop = Shop::with(&["ana"]).await;
        assert_eq!(said_of_all(&shop).await, [""; 0], "a rating of nothing, a mark");
        let review = shop.reviewed_by("ana", 5).await;
        assert_eq!(said_of_all(&shop).await, ["review.created", "review.rated"]);
        shop.set(&review, Status::Hidden).await;
        assert_eq!(said_of_all(&shop).await, ["review.rated", "review.updated"]);
        shop.reviews.put_user_tombstone("ana").await.unwrap();
        shop.reviews.delete_purchase_markers("ana", clock::now()).await.unwrap();
        assert_eq!(said_of_all(&shop).await, ["review.rated", "review.updated"]);
        shop.reviews.put_product_state(&shop.product, ProductState::Deleted, "2", clock::now()).await.unwrap();
        shop.reviews.delete_reviews_of_product(&shop.product, clock::now()).await.unwrap();
        assert_eq!(said_of_all(&shop).await, [""; 0], "a rating of a deleted product");
    }

    #[test]
    fn a_new_review_is_published_with_ids_stars_and_status_and_without_its_words() {
        let event = said().remove(0);
        assert_eq!(event.id, format!("review/{}/{}", event.subject, event.sequence));
        let members: Vec<&str> = event.data.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            (event.event_type.name(), members),
            ("review.created", vec!["authorId", "productId", "rating", "status"])
        );
        assert!(!event.correlationid.is_empty());
    }

    #[test]
    fn a_changed_rating_is_published_whole() {
        let event = said().remove(1);
        let histogram = json!({"1": 0, "2": 0, "3": 0, "4": 1, "5": 2});
        assert_eq!(event.data, json!({"average": 4.67, "count": 3, "histogram": histogram}));
        assert_eq!((event.event_type.name(), event.sequence.as_str()), ("review.rated", "000000000000000-0000000003"));
    }

    #[test]
    fn a_deletion_is_published_after_all_before_and_what_stays_the_same_is_not() {
        let mut record = testing::stream_records("publish-reviews-events").remove(0);
        let made = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        record.change.old_image = record.change.new_image.clone();
        assert!(events::messages(&Change::new(&record)).unwrap().is_empty());
        record.change.new_image = Default::default();
        let deleted = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        assert!(
            deleted.event_type.name() == "review.deleted"
                && deleted.sequence > made.sequence
                && deleted.data == made.data
        );
    }

    #[test]
    fn a_rating_before_the_first_review_and_one_of_a_deleted_product_are_not_published() {
        for (name, value) in [("version", AttributeValue::N("0".to_owned())), ("gone", AttributeValue::Bool(true))] {
            let mut record = testing::stream_records("publish-reviews-events").remove(1);
            record.change.old_image = Default::default();
            record.change.new_image.insert(name.to_owned(), value);
            assert!(events::messages(&Change::new(&record)).unwrap().is_empty(), "{name}");
        }
    }

    #[test]
    fn a_republished_rating_is_the_same_event() {
        let mut record = testing::stream_records("publish-reviews-events").remove(1);
        record.change.old_image = Default::default();
        assert_eq!(events::messages(&Change::new(&record)).unwrap().remove(0).event, said().remove(1));
    }
}
