//! The stream of `IdentityTable`: created, changed and deleted users are published as `user.*` events.

use identity::events;
use kernel::StartupError;
use messaging::publisher;

pub async fn start() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use messaging::{Change, Event};
    use serde_json::json;

    fn said() -> Vec<Event> {
        testing::published("publish-identity-events", events::messages)
    }

    #[test]
    fn nothing_personal_of_a_user_is_published() {
        let personal = ["@", "email", "Name", "nationalId", "hash"];
        for event in said() {
            let text = json!(event).to_string();
            assert!(!personal.iter().any(|word| text.contains(word)), "{text}");
        }
    }

    #[test]
    fn a_deleted_user_is_published_as_deleted() {
        let said = said();
        let deleted = said.iter().find(|event| event.event_type.name() == "user.deleted").unwrap();
        assert_eq!(deleted.data, json!({"role": null, "disabled": null}));
        assert!(said.iter().any(|event| event.event_type.name() != "user.deleted" && event.data["role"].is_string()));
    }

    #[test]
    fn accounts_and_sessions_are_not_published() {
        let mut record = testing::stream_records("publish-identity-events").remove(0);
        record.change.keys.insert("pk".to_owned(), serde_dynamo::AttributeValue::S("email#ana@shop.test".to_owned()));
        assert!(events::messages(&Change::new(&record)).unwrap().is_empty());
    }
}
