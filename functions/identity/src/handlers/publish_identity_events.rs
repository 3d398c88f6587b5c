//! The stream of `IdentityTable`: that users came, changed or went is told as `user.*` events.

use identity::events;
use shared::StartupError;
use shared::events::publisher;

pub async fn start() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::events::{Change, Event};
    use shared::testing;

    fn said() -> Vec<Event> {
        testing::published("publish-identity-events", events::messages)
    }

    #[test]
    fn nothing_personal_is_told_of_a_user() {
        let personal = ["@", "email", "Name", "nationalId", "hash"];
        for event in said() {
            let text = json!(event).to_string();
            assert!(!personal.iter().any(|word| text.contains(word)), "{text}");
        }
    }

    #[test]
    fn a_deleted_user_is_told_as_deleted() {
        let said = said();
        let deleted = said.iter().find(|event| event.topic == "user.deleted").unwrap();
        assert_eq!(deleted.data, json!({"role": null, "disabled": null}));
        assert!(said.iter().any(|event| event.topic != "user.deleted" && event.data["role"].is_string()));
    }

    #[test]
    fn accounts_and_sessions_are_not_told() {
        let mut record = testing::stream_records("publish-identity-events").remove(0);
        record.change.keys.insert("pk".to_owned(), serde_dynamo::AttributeValue::S("email#ana@shop.test".to_owned()));
        assert!(events::messages(&Change::new(&record)).unwrap().is_empty());
    }
}
