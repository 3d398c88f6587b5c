//! One change of an item, as its table's stream tells it.

use aws_lambda_events::event::dynamodb::EventRecord;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Event, sequence};
use crate::error::Error;

/// An item before and after a change.
pub struct Change<'a>(&'a EventRecord);

/// What a change was in the life of its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Created,
    Updated,
    Deleted,
}

impl Step {
    /// The last word of its event's type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// What all items with events have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    version: u64,
    created_at: Option<Timestamp>,
    /// When it was changed, or deleted but for its id.
    #[serde(alias = "deletedAt")]
    updated_at: Timestamp,
    #[serde(default)]
    correlation_id: String,
}

impl<'a> Change<'a> {
    /// The change of a stream record.
    pub fn new(record: &'a EventRecord) -> Self {
        Self(record)
    }

    /// A text of the item's key.
    ///
    /// # Errors
    /// `Internal` when the table has no such key.
    pub fn key(&self, name: &str) -> Result<String, Error> {
        match self.0.change.keys.get(name) {
            Some(serde_dynamo::AttributeValue::S(text)) => Ok(text.clone()),
            _ => Err(Error::internal(format!("a stream record without the key {name}"))),
        }
    }

    /// The item before the change, if there was one.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn old<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        read(&self.0.change.old_image)
    }

    /// The item after the change, if there is one.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn new_item<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        read(&self.0.change.new_image)
    }

    /// The item after the change, or what was deleted.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn item<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let item = match self.new_item()? {
            Some(item) => Some(item),
            None => self.old()?,
        };
        item.ok_or_else(|| Error::internal("a stream record without an image"))
    }

    /// What the change was, by the item's version; nothing when that is the same: what changes beside the
    /// version (a count of others, say) is no news.
    ///
    /// # Errors
    /// `Internal` when the item cannot be read.
    pub fn step(&self) -> Result<Option<Step>, Error> {
        Ok(match (self.old::<Common>()?, self.new_item::<Common>()?) {
            (Some(old), Some(new)) if old.version == new.version => None,
            // Published again, a change comes without what was before.
            (None, Some(new)) if new.version > 1 => Some(Step::Updated),
            (None, Some(_)) => Some(Step::Created),
            (Some(_), Some(_)) => Some(Step::Updated),
            (Some(_), None) => Some(Step::Deleted),
            (None, None) => None,
        })
    }

    /// The event of this change: its place, time and correlation id are those of the item.
    ///
    /// # Errors
    /// `Internal` when the item cannot be read.
    pub fn event(&self, service: &str, topic: &str, subject: &str, data: Value) -> Result<Event, Error> {
        let item: Common = self.item()?;
        let deleted = self.0.change.new_image.is_empty();
        let sequence = sequence(item.created_at, item.version + u64::from(deleted));
        let event = Event::new(service, topic, subject, sequence, item.updated_at, data);
        Ok(Event { correlationid: item.correlation_id, ..event })
    }
}

fn read<T: DeserializeOwned>(image: &serde_dynamo::Item) -> Result<Option<T>, Error> {
    if image.is_empty() {
        return Ok(None);
    }
    serde_dynamo::from_item(image.clone()).map(Some).map_err(Error::internal)
}
