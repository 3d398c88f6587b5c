//! The records of a table's stream and the messages of a queue, from a function's sample event.

use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord};
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use kernel::clock::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use kernel::error::Error;
use messaging::{Change, Event, Message};

/// The records of `events/<function>.json`, of a function that a stream drives.
///
/// # Panics
/// When there is no such event.
pub fn stream_records(function: &str) -> Vec<EventRecord> {
    sample::<StreamEvent>(function).records
}

/// What a publisher makes of its sample event.
///
/// # Panics
/// When there is no such event, or it cannot be read.
pub fn published(function: &str, mapping: impl Fn(&Change<'_>) -> Result<Vec<Message>, Error>) -> Vec<Event> {
    let records = stream_records(function);
    let messages = records.iter().flat_map(|record| mapping(&Change::new(record)).unwrap());
    messages.map(|message| message.event).collect()
}

/// What a publisher makes of an item that was written; without the item before when it is new, or republished.
///
/// # Panics
/// When the item cannot be stored, or read.
pub fn publish<T: Serialize>(
    before: Option<&T>,
    item: &T,
    mapping: impl Fn(&Change<'_>) -> Result<Vec<Message>, Error>,
) -> Vec<Message> {
    let mut record = EventRecord::default();
    record.change.old_image = before.map(|item| serde_dynamo::to_item(item).unwrap()).unwrap_or_default();
    record.change.new_image = serde_dynamo::to_item(item).unwrap();
    mapping(&Change::new(&record)).unwrap()
}

/// The messages of `events/<function>.json`, of a function that a queue drives.
///
/// # Panics
/// When there is no such event.
pub fn queue_messages(function: &str) -> Vec<SqsMessage> {
    sample::<SqsEvent>(function).records
}

/// What those messages say.
///
/// # Panics
/// When one says nothing.
pub fn queue_events(function: &str) -> Vec<Event> {
    let messages = queue_messages(function).into_iter();
    messages.map(|message| Event::parse(message.body.as_deref().unwrap_or_default()).unwrap()).collect()
}

/// The first of those messages whose topic begins so.
///
/// # Panics
/// When there is none.
pub fn sample_event(function: &str, topic: &str) -> Event {
    let mut events = queue_events(function).into_iter();
    events
        .find(|event| event.event_type.name().starts_with(topic))
        .unwrap_or_else(|| panic!("no {topic} event of {function}"))
}

fn sample<T: DeserializeOwned>(function: &str) -> T {
    let path = format!("{}/../../events/{function}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// An event with any data: also such as no publisher would send.
///
/// # Panics
/// When there is no such type of events.
pub fn event(event_type: &str, subject: &str, sequence: &str, time: Timestamp, data: &Value) -> Event {
    let kind = event_type.split('.').next().unwrap();
    let envelope = json!({
        "specversion": "1.0", "id": format!("{kind}/{subject}/{sequence}"), "source": "urn:zoco:test",
        "type": event_type, "subject": subject, "time": time, "datacontenttype": "application/json",
        "sequence": sequence, "data": data,
    });
    Event::parse(&envelope.to_string()).unwrap()
}
