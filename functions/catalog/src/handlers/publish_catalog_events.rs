//! The stream of `CatalogTable`: changes are published as `product.*`, `brand.*` and `category.*` events.

use catalog::events;
use kernel::StartupError;
use messaging::publisher;

pub async fn start() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use messaging::{Change, Event};

    fn said() -> Vec<Event> {
        testing::published("publish-catalog-events", events::messages)
    }

    #[test]
    fn changes_are_published_with_their_sequence_and_correlation_id() {
        let said = said();
        let product = said.iter().find(|event| event.event_type.name() == "product.updated").unwrap();
        assert_eq!(product.id, format!("product/{}/{}", product.subject, product.sequence));
        assert!(product.data["price"]["amount"].is_i64() && !product.correlationid.is_empty());
    }

    #[test]
    fn the_same_record_is_the_same_event_however_often_it_is_published() {
        assert_eq!(said(), said());
    }

    #[test]
    fn a_deletion_comes_after_all_other_changes_and_says_what_it_was() {
        let mut record = testing::stream_records("publish-catalog-events").remove(0);
        let updated = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        record.change.old_image = std::mem::take(&mut record.change.new_image);
        let deleted = events::messages(&Change::new(&record)).unwrap().remove(0).event;
        assert!(deleted.event_type.name().ends_with(".deleted") && deleted.sequence > updated.sequence);
        assert_eq!(deleted.data, updated.data);
    }

    #[test]
    fn what_changes_beside_the_version_is_no_news() {
        let mut record = testing::stream_records("publish-catalog-events").remove(0);
        record.change.old_image = record.change.new_image.clone();
        assert!(events::messages(&Change::new(&record)).unwrap().is_empty());
    }

    #[test]
    fn an_item_that_cannot_be_read_is_reported_and_not_skipped() {
        let mut record = testing::stream_records("publish-catalog-events").remove(0);
        record.change.old_image = Default::default();
        record.change.new_image.remove("name");
        assert!(events::messages(&Change::new(&record)).is_err());
    }
}
