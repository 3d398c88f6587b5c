//! The stream of `ReviewsTable`: reviews and ratings are told as `review.*` events.

use reviews::events;
use shared::StartupError;
use shared::events::publisher;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_dynamo::AttributeValue;
    use serde_json::json;
    use shared::events::{Change, Event};
    use shared::testing;

    fn said() -> Vec<Event> {
        testing::published("publish-reviews-events", events::messages)
    }

    #[test]
    fn a_new_review_is_told_by_ids_stars_and_status_and_without_its_words() {
        let event = said().remove(0);
        assert_eq!(event.id, format!("review/{}/{}", event.subject, event.sequence));
        let told: Vec<&str> = event.data.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!((event.topic.as_str(), told), ("review.created", vec!["authorId", "productId", "rating", "status"]));
        assert!(!event.correlationid.is_empty());
    }

    #[test]
    fn a_changed_rating_is_told_of_its_product_whole() {
        let event = said().remove(1);
        let histogram = json!({"1": 0, "2": 0, "3": 0, "4": 1, "5": 2});
        assert_eq!(event.data, json!({"average": 4.67, "count": 3, "histogram": histogram}));
        assert_eq!((event.topic.as_str(), event.sequence.as_str()), ("review.rated", "000000000000000-0000000003"));
    }

    #[test]
    fn what_goes_is_told_after_all_before_and_what_stays_the_same_is_not() {
        let mut record = testing::stream_records("publish-reviews-events").remove(0);
        let made = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        record.change.old_image = record.change.new_image.clone();
        assert!(events::messages(&Change::new(&record)).unwrap().is_empty());
        record.change.new_image = Default::default();
        let gone = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        assert!(gone.topic == "review.deleted" && gone.sequence > made.sequence && gone.data == made.data);
    }

    #[test]
    fn a_rating_before_the_first_review_and_one_of_a_product_that_is_gone_are_no_news() {
        for (name, value) in [("version", AttributeValue::N("0".to_owned())), ("gone", AttributeValue::Bool(true))] {
            let mut record = testing::stream_records("publish-reviews-events").remove(1);
            record.change.old_image = Default::default();
            record.change.new_image.insert(name.to_owned(), value);
            assert!(events::messages(&Change::new(&record)).unwrap().is_empty(), "{name}");
        }
    }

    #[test]
    fn a_rating_that_is_published_anew_is_told_the_same() {
        let mut record = testing::stream_records("publish-reviews-events").remove(1);
        record.change.old_image = Default::default();
        assert_eq!(events::messages(&Change::new(&record)).unwrap().remove(0).event, said().remove(1));
    }
}
