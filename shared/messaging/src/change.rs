//! One change of an item, from its table's stream.

use aws_lambda_events::event::dynamodb::EventRecord;
use contracts::{EventData, EventType};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_dynamo::Item;

use crate::event::Event;
use kernel::error::Error;
use kernel::sequence::sequence;

/// An item before and after a change.
pub struct Change<'a> {
    key: &'a Item,
    old: Option<&'a Item>,
    new: Option<&'a Item>,
}

/// What a change was in the life of its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Created,
    Updated,
    Deleted,
}

impl Step {
    /// The one of three that stands for it.
    pub fn of<T>(self, created: T, updated: T, deleted: T) -> T {
        match self {
            Self::Created => created,
            Self::Updated => updated,
            Self::Deleted => deleted,
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
        let image = |image: &'a Item| (!image.is_empty()).then_some(image);
        Self { key: &record.change.keys, old: image(&record.change.old_image), new: image(&record.change.new_image) }
    }

    /// An item as it is now, without what it was before: to publish its event anew.
    pub fn of_item(item: &'a Item) -> Self {
        Self { key: item, old: None, new: Some(item) }
    }

    /// A text of the item's key.
    ///
    /// # Errors
    /// `Internal` when the table has no such key.
    pub fn key(&self, name: &str) -> Result<String, Error> {
        match self.key.get(name) {
            Some(serde_dynamo::AttributeValue::S(text)) => Ok(text.clone()),
            _ => Err(Error::internal(format!("a stream record without the key {name}"))),
        }
    }

    /// The item before the change, if there was one.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn old<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        read(self.old)
    }

    /// The item after the change, if there is one.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn new_item<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        read(self.new)
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
    pub fn event<T: EventData>(&self, event_type: EventType, subject: &str, data: &T) -> Result<Event, Error> {
        let item: Common = self.item()?;
        let deleted = self.new.is_none();
        let sequence = sequence(item.created_at, item.version + u64::from(deleted));
        let mut event = Event::new(event_type, subject, sequence, item.updated_at, data);
        event.correlationid = item.correlation_id;
        Ok(event)
    }
}

fn read<T: DeserializeOwned>(image: Option<&Item>) -> Result<Option<T>, Error> {
    image.map(|image| serde_dynamo::from_item(image.clone()).map_err(Error::internal)).transpose()
}
