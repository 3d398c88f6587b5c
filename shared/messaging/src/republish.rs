//! Publishing the event of an item anew, for an operator: the item is read as it is, and what the service's publisher would
//! say of it is sent. The event has the id of the first time, so whoever had it does nothing.

use std::collections::BTreeMap;

use dynamo::{Client, Item, text};
use kernel::config::{self, StartupError};
use kernel::error::Error;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::outbox::Outbox;
use crate::publisher::Mapping;

/// The item whose event is to be published anew.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Selection {
    /// By what it is and its id: `{"kind": "product", "id": …}`.
    Named { kind: String, id: String },
    /// By its key in the table: `{"key": {"pk": "product#…"}}`. Dead letters of publishers have it.
    Keyed { key: BTreeMap<String, String> },
}

/// How many events and messages were sent: none of an item that is not there, or has no events.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    pub published: usize,
}

/// Reads a service's table and publishes its items.
pub struct Republisher {
    client: Client,
    table: String,
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
        Self { client, table: table.into(), outbox }
    }

    /// Publishes an item's event. `key_of` knows the keys of the kinds that the service has.
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
        };
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        let Some(item) = dynamo::get(read).await? else { return Ok(Published { published: 0 }) };
        let messages = mapping(&Change::of_item(&item.into()))?;
        let published = messages.len();
        match self.outbox.send(messages.into_iter().enumerate().collect()).await.is_empty() {
            true => Ok(Published { published }),
            false => Err(Error::unavailable("not all could be published; why is in the log")),
        }
    }
}
