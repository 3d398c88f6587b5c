//! Events and messages between services: the envelope, what a table's stream says, how it is published.
//!
//! The write is the event: a stored item's stream record becomes an event, so nothing is lost between the
//! database and the topic. All messages are CloudEvents 1.0 in JSON (structured mode), with the extension
//! `sequence` (github.com/cloudevents/spec, `extensions/sequence.md`) and `correlationid`.

use contracts::{EventData, EventType};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use kernel::correlation;
use kernel::error::Error;
use kernel::sequence::made;

/// An event of the topic, or a message of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    specversion: SpecVersion,
    /// Follows from kind, subject and sequence: published again, it is the same.
    pub id: String,
    /// Who says it: `urn:zoco:<service>`.
    pub source: String,
    /// What happened: `product.updated`. Messages have it as the attribute `topic`, too.
    #[serde(rename = "type")]
    pub event_type: EventType,
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
    /// ([`Work`](crate::Work)). Published events have none.
    #[serde(default, skip_serializing_if = "is_first")]
    pub step: u32,
    /// Where the next step goes on, for handlers that say so ([`Work::MoreFrom`](crate::Work)).
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
    /// An event about a subject, by its id. The correlation id is that of the present work.
    pub fn new<T: EventData>(
        event_type: EventType,
        subject: &str,
        sequence: String,
        time: Timestamp,
        data: &T,
    ) -> Self {
        debug_assert!(T::TYPES.contains(&event_type), "{event_type} has other data");
        Self {
            specversion: SpecVersion::V1,
            id: format!("{}/{subject}/{sequence}", event_type.subject_kind()),
            source: format!("urn:zoco:{}", event_type.service()),
            event_type,
            subject: subject.to_owned(),
            time,
            datacontenttype: ContentType::Json,
            sequence,
            correlationid: correlation::current(),
            step: 0,
            cursor: String::new(),
            data: json!(data),
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
    /// `BadRequest` saying what is wrong; also when events of this type have other data.
    pub fn data<T: EventData>(&self) -> Result<T, Error> {
        if !T::TYPES.contains(&self.event_type) {
            return Err(Error::malformed(format!("{} is not expected here", self.event_type)));
        }
        T::deserialize(&self.data).map_err(|error| Error::malformed(format!("{}: data: {error}", self.event_type)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::catalog::{Brand, Category};
    use kernel::sequence::sequence;

    fn event() -> Event {
        let data = Brand { name: "Sol".to_owned(), slug: "sol".to_owned() };
        Event::new(EventType::BrandUpdated, "p", sequence(None, 3), Timestamp::UNIX_EPOCH, &data)
    }

    #[test]
    fn an_event_has_the_attributes_of_cloudevents_1_0() {
        let expected = json!({
            "specversion": "1.0", "id": "brand/p/000000000000000-0000000003", "source": "urn:zoco:catalog",
            "type": "brand.updated", "subject": "p", "time": "1970-01-01T00:00:00Z",
            "datacontenttype": "application/json", "sequence": "000000000000000-0000000003",
            "data": {"name": "Sol", "slug": "sol"},
        });
        assert_eq!(serde_json::to_value(event()).unwrap(), expected);
        assert_eq!(Event::parse(&expected.to_string()).unwrap(), event());
    }

    #[test]
    fn what_is_no_event_is_reported_and_not_guessed() {
        let mut other = serde_json::to_value(event()).unwrap();
        other["specversion"] = json!("2.0");
        for body in ["", "{", "[]", "{}", &other.to_string()] {
            assert!(
                Event::parse(body).is_err_and(|error| error.faults[0].detail.starts_with("not an event")),
                "{body}"
            );
        }
        assert!(event().data::<Category>().is_err(), "another type's data");
    }
}
