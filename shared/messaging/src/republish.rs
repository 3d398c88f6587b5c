//! Publishing the event of an item anew, for an operator: the item is read as it is, and what the service's publisher would
//! say of it is sent. The event has the id of the first time, so whoever had it does nothing.

use std::collections::BTreeMap;

use dynamo::{Client, Item, Segment, Segments, text};
use jiff::Timestamp;
use kernel::config::{self, StartupError};
use kernel::error::Error;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::outbox::{Message, Outbox};
use crate::publisher::Mapping;

/// What is to be published anew.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Selection {
    /// By what it is and its id: `{"kind": "product", "id": …}`.
    Named { kind: String, id: String },
    /// By its key in the table: `{"key": {"pk": "product#…"}}`. Dead letters of publishers have it.
    Keyed { key: BTreeMap<String, String> },
    /// All in a segment of the table that was changed at a time or later, until a time if one is given, both included to
    /// the second: `{"since": …, "until": …, "segment": 0, "segments": 8}`. A later change has an event of its own.
    Changed {
        since: Timestamp,
        until: Option<Timestamp>,
        #[serde(flatten)]
        segment: Segment,
    },
}

/// How many events and messages were sent: none of an item that is not there, or has no events.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Published {
    pub published: usize,
    /// Items that no event can be made of; why is in the log.
    #[serde(skip_serializing_if = "is_none")]
    pub unreadable: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Reads a service's table and publishes its items.
pub struct Republisher {
    client: Client,
    table: String,
    /// What may be read of the whole table; nothing here stands for all.
    attributes: &'static [&'static str],
    outbox: Outbox,
}

impl Republisher {
    /// Of the table that a variable names, to `EVENTS_TOPIC`.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(table: &str) -> Result<Self, StartupError> {
        let client = dynamo::client(&aws::config_from_env("DYNAMODB")?);
        Ok(Self::new(client, config::required::<String>(table)?, Outbox::from_env()?))
    }

    /// From its parts; the table by its name.
    pub fn new(client: Client, table: impl Into<String>, outbox: Outbox) -> Self {
        Self { client, table: table.into(), attributes: &[], outbox }
    }

    /// Reads these attributes only when it reads the whole table: all that its events need.
    #[must_use]
    pub fn limited_to(self, attributes: &'static [&'static str]) -> Self {
        Self { attributes, ..self }
    }

    /// Publishes an item's event, or those of all that was changed in a time: a read unit for each 8 KB of the segment.
    /// `key_of` knows the keys of the kinds that the service has.
    ///
    /// # Errors
    /// `BadRequest` for a kind that the service does not have · `Internal` when no event can be made of the item ·
    /// `Unavailable` when the table does not answer, or not all was taken.
    pub async fn republish(
        &self,
        selection: Selection,
        key_of: fn(&str, &str) -> Option<Item>,
        mapping: &Mapping<'_>,
    ) -> Result<Published, Error> {
        let key = match selection {
            Selection::Named { kind, id } => key_of(&kind, &id)
                .ok_or_else(|| Error::malformed(format!("this service has no {kind:?} with events")))?,
            Selection::Keyed { key } => key.into_iter().map(|(name, value)| (name, text(value))).collect(),
            Selection::Changed { since, until, segment } => {
                return self.republish_changed(since, until, segment, mapping).await;
            }
        };
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        let Some(item) = dynamo::get(read).await? else { return Ok(Published::default()) };
        let published = self.send(mapping(&Change::of_item(&item.into()))?).await?;
        Ok(Published { published, unreadable: 0 })
    }

    async fn republish_changed(
        &self,
        since: Timestamp,
        until: Option<Timestamp>,
        segment: Segment,
        mapping: &Mapping<'_>,
    ) -> Result<Published, Error> {
        // Times are stored as text, with or without parts of a second: `…:42Z`, `…:42.5Z`. Both sort before `…:42~`.
        let second = |time: Timestamp, end: &str| text(format!("{}{end}", time.strftime("%Y-%m-%dT%H:%M:%S")));
        let mut scan = self.client.scan().table_name(&self.table);
        if !self.attributes.is_empty() {
            let names = self.attributes.iter().map(|name| format!("#{name}")).collect::<Vec<_>>();
            scan = scan.projection_expression(names.join(", "));
            for (name, attribute) in names.iter().zip(self.attributes) {
                scan = scan.expression_attribute_names(name, *attribute);
            }
        }
        let scan = scan
            .filter_expression("updatedAt BETWEEN :since AND :until OR deletedAt BETWEEN :since AND :until")
            .expression_attribute_values(":since", second(since, ""))
            .expression_attribute_values(":until", until.map_or_else(|| text("~"), |until| second(until, "~")));
        let (mut pages, mut done) = (Segments::of(scan, segment), Published::default());
        while let Some(items) = pages.page().await? {
            let mut messages = Vec::new();
            for item in items {
                let item = item.into();
                let change = Change::of_item(&item);
                match mapping(&change) {
                    Ok(some) => messages.extend(some),
                    Err(error) => {
                        let id = ["pk", "id", "productId"].iter().find_map(|name| change.key(name).ok());
                        tracing::error!(cause = error.cause(), id, "no event can be made of this item");
                        done.unreadable += 1;
                    }
                }
            }
            done.published += self.send(messages).await?;
            tracing::info!(done.published, done.unreadable, "published anew");
        }
        Ok(done)
    }

    /// Sends messages: how many.
    async fn send(&self, messages: Vec<Message>) -> Result<usize, Error> {
        let sent = messages.len();
        match self.outbox.send(messages.into_iter().enumerate().collect()).await.is_empty() {
            true => Ok(sent),
            false => Err(Error::unavailable("not all could be published; why is in the log")),
        }
    }
}
