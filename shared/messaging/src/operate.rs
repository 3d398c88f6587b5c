//! What the function for operators of every service does: publishing its items' events anew, and migrating its table. Who may
//! call it is for IAM to say.

use dynamo::migration::Migrator;
use dynamo::{Item, Segment};
use kernel::error::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::publisher::Mapping;
use crate::republish::{Republisher, Selection};

/// What it is asked for: `{"command": "migrate", "segment": 0, "segments": 8}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
pub enum Command {
    Republish(Selection),
    /// How far the migrations are.
    MigrationStatus,
    /// A run begins, in so many segments; or the one that has begun goes on.
    BeginMigration {
        segments: u64,
    },
    /// A segment of the run; or only what it would be.
    Migrate {
        #[serde(flatten)]
        segment: Segment,
        #[serde(default, rename = "dryRun")]
        dry_run: bool,
    },
    /// All that had to be republished after the run was.
    NoteRepublished,
}

/// What a service's function for operators does with its table.
pub struct Operator<'a> {
    migrator: Migrator,
    /// None of a service without events.
    events: Option<Events<'a>>,
}

/// How a service's items are published anew.
struct Events<'a> {
    republisher: Republisher,
    key_of: fn(&str, &str) -> Option<Item>,
    mapping: &'a Mapping<'a>,
}

impl<'a> Operator<'a> {
    /// Migrates, and publishes nothing.
    pub fn new(migrator: Migrator) -> Self {
        Self { migrator, events: None }
    }

    /// Publishes anew, too. `key_of` knows the keys of items by their kind and id.
    #[must_use]
    pub fn publishing(
        self,
        republisher: Republisher,
        key_of: fn(&str, &str) -> Option<Item>,
        mapping: &'a Mapping<'a>,
    ) -> Self {
        Self { events: Some(Events { republisher, key_of, mapping }), ..self }
    }

    /// Does what it is asked for, and answers what came of it.
    ///
    /// # Errors
    /// As [`Republisher::republish`] and [`Migrator`]; `BadRequest` for republishing of a service without events.
    pub async fn operate(&self, command: Command) -> Result<Value, Error> {
        Ok(match command {
            Command::Republish(selection) => {
                let events = self.events.as_ref().ok_or_else(|| Error::malformed("this service has no events"))?;
                json!(events.republisher.republish(selection, events.key_of, events.mapping).await?)
            }
            Command::MigrationStatus => json!(self.migrator.status().await?),
            Command::BeginMigration { segments } => json!(self.migrator.begin(segments).await?),
            Command::Migrate { segment, dry_run } => json!(self.migrator.segment(segment, dry_run).await?),
            Command::NoteRepublished => json!(self.migrator.note_republished().await?),
        })
    }
}
