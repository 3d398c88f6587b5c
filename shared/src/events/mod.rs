//! Events and messages between services: the envelope, what a table's stream says, how it is published.
//!
//! The write is the event: a stored item's stream record becomes an event, so nothing is lost between the
//! database and the topic. All messages are CloudEvents 1.0 in JSON (structured mode), with the extension
//! `sequence` (github.com/cloudevents/spec, `extensions/sequence.md`) and `correlationid`.

mod change;
mod outbox;
pub mod publisher;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::correlation;
use crate::error::Error;
pub use change::{Change, Step};
pub use outbox::{Message, Outbox, To};

/// An event of the topic, or a message of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    specversion: SpecVersion,
    /// Follows from kind, subject and sequence: published again, it is the same.
    pub id: String,
    /// Who says it: `urn:zoco:<service>`.
    pub source: String,
    /// What happened: `product.updated`. The topic's messages have it as the attribute `topic`, too.
    #[serde(rename = "type")]
    pub topic: String,
    /// The id of what it happened to.
    pub subject: String,
    pub time: Timestamp,
    pub datacontenttype: ContentType,
    /// Its place among the events of its subject: text order is the order of the changes ([`sequence`]).
    pub sequence: String,
    /// The HTTP request that began it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub correlationid: String,
    /// How many steps of the work it asks for are done: an inbox sends it to itself for the next
    /// ([`Work`](crate::queue::Work)). Published events have none.
    #[serde(default, skip_serializing_if = "is_first")]
    pub step: u32,
    /// Where the next step goes on, for handlers that say so ([`Work::MoreFrom`](crate::queue::Work)).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cursor: String,
    pub data: Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_first(step: &u32) -> bool {
    *step == 0
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum SpecVersion {
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// What `data` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentType {
    #[default]
    #[serde(rename = "application/json")]
    Json,
}

impl Event {
    /// An event of a service about something of a kind. The correlation id is that of the present work.
    pub fn new(service: &str, topic: &str, subject: &str, sequence: String, time: Timestamp, data: Value) -> Self {
        let kind = topic.split('.').next().unwrap_or_default();
        Self {
            specversion: SpecVersion::V1,
            id: format!("{kind}/{subject}/{sequence}"),
            source: format!("urn:zoco:{service}"),
            topic: topic.to_owned(),
            subject: subject.to_owned(),
            time,
            datacontenttype: ContentType::Json,
            sequence,
            correlationid: correlation::current(),
            step: 0,
            cursor: String::new(),
            data,
        }
    }

    /// Reads a message's body.
    ///
    /// # Errors
    /// `BadRequest` saying what is wrong: such a message can never be handled.
    pub fn parse(body: &str) -> Result<Self, Error> {
        serde_json::from_str(body).map_err(|error| Error::malformed(format!("not an event: {error}")))
    }

    /// When its subject was made ([`made`]).
    pub fn made(&self) -> &str {
        made(&self.sequence)
    }

    /// Reads the data.
    ///
    /// # Errors
    /// `BadRequest` saying what is wrong.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(&self.data).map_err(|error| Error::malformed(format!("{}: data: {error}", self.topic)))
    }
}

/// The place of a change among those of its item, as text that sorts: 15 digits of milliseconds of when the item was
/// made (something deleted and made again under the same id is newer), 10 digits of its version.
pub fn sequence(created_at: Option<Timestamp>, version: u64) -> String {
    format!("{:015}-{version:010}", created_at.map_or(0, Timestamp::as_millisecond))
}

/// When something was made, as its sequence has it: of two under the same id, one made after the other was deleted, it
/// tells which.
pub fn made(sequence: &str) -> &str {
    sequence.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Event {
        let data = json!({"name": "Cup"});
        Event::new("catalog", "product.updated", "p", sequence(None, 3), Timestamp::UNIX_EPOCH, data)
    }

    #[test]
    fn an_event_has_the_attributes_of_cloudevents_1_0() {
        let expected = json!({
            "specversion": "1.0", "id": "product/p/000000000000000-0000000003", "source": "urn:zoco:catalog",
            "type": "product.updated", "subject": "p", "time": "1970-01-01T00:00:00Z",
            "datacontenttype": "application/json", "sequence": "000000000000000-0000000003",
            "data": {"name": "Cup"},
        });
        assert_eq!(serde_json::to_value(event()).unwrap(), expected);
        assert_eq!(Event::parse(&expected.to_string()).unwrap(), event());
    }

    #[test]
    fn what_is_no_event_is_told_and_not_guessed() {
        let mut other = serde_json::to_value(event()).unwrap();
        other["specversion"] = json!("2.0");
        for body in ["", "{", "[]", "{}", &other.to_string()] {
            assert!(
                Event::parse(body).is_err_and(|error| error.faults[0].detail.starts_with("not an event")),
                "{body}"
            );
        }
        assert!(event().data::<Vec<String>>().is_err());
    }

    #[test]
    fn later_changes_sort_after_earlier_ones_also_of_something_made_again() {
        let made = |seconds| Some(Timestamp::from_second(seconds).unwrap());
        let in_order = [sequence(None, 9), sequence(made(5), 2), sequence(made(5), 10), sequence(made(6), 1)];
        assert!(in_order.is_sorted());
    }
}
