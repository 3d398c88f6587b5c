//! The stream of `CatalogTable`: changes are told as `product.*`, `brand.*` and `category.*` events.

use catalog::events;
use shared::StartupError;
use shared::events::publisher;

pub async fn start() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::events::{Change, Event};
    use shared::testing;

    fn said() -> Vec<Event> {
        testing::published("publish-catalog-events", events::messages)
    }

    #[test]
    fn changes_are_told_with_their_place_and_the_request_that_made_them() {
        let said = said();
        let product = said.iter().find(|event| event.topic == "product.updated").unwrap();
        assert_eq!(product.id, format!("product/{}/{}", product.subject, product.sequence));
        assert!(product.data["price"]["amount"].is_i64() && !product.correlationid.is_empty());
    }

    #[test]
    fn the_same_record_is_told_the_same_however_often() {
        assert_eq!(said(), said());
    }

    #[test]
    fn a_deletion_comes_after_all_other_changes_and_says_what_it_was() {
        let mut record = testing::stream_records("publish-catalog-events").remove(0);
        let updated = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        record.change.old_image = std::mem::take(&mut record.change.new_image);
        let deleted = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        assert!(deleted.topic.ends_with(".deleted") && deleted.sequence > updated.sequence);
        assert_eq!(deleted.data, updated.data);
    }

    #[test]
    fn what_changes_beside_the_version_is_no_news() {
        let mut record = testing::stream_records("publish-catalog-events").remove(0);
        record.change.old_image = record.change.new_image.clone();
        assert!(events::messages(&Change::new(&record)).unwrap().is_empty());
    }

    #[test]
    fn an_item_that_cannot_be_read_is_told_and_not_skipped() {
        let mut record = testing::stream_records("publish-catalog-events").remove(0);
        record.change.old_image = Default::default();
        record.change.new_image.remove("name");
        assert!(events::messages(&Change::new(&record)).is_err());
    }
}
