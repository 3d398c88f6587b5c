//! The records of a table's stream and the messages of a queue, from a function's sample event.

use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord};
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::events::{Change, Event, Message};

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

/// What a publisher makes of an item that has become so; without what it was before when it is new, or published anew.
///
/// # Panics
/// When the item cannot be stored, or read.
pub fn told<T: Serialize>(
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
    events.find(|event| event.topic.starts_with(topic)).unwrap_or_else(|| panic!("no {topic} event of {function}"))
}

fn sample<T: DeserializeOwned>(function: &str) -> T {
    let path = format!("{}/../events/{function}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}
