//! Migrations: how the stored items of one release become those of the next, while the shop is open.
//!
//! Every item has the attribute `schemaVersion`, the number of the shape that it was written in: [`SCHEMA`] of the release
//! that wrote it, nothing of release 0.1.0. A release reads items of its own number and of the last release's. `migrate` of a
//! service's function for operators brings all items of its table to the present number: in segments, which can be
//! interrupted and repeated, and each item on condition that it is as it was read. How far it has come is an item of the
//! table ([`Record`]). How to write one: `docs/contributing.md`, "A change of what is stored".

mod migrator;
mod record;

use kernel::error::Error;

use crate::{Item, number};
pub use migrator::{Migrator, Report, Status, Unreadable};
pub use record::{KEY, Record};

/// The number of the shapes that this release writes. It is one for all services: each has a migration to it.
pub const SCHEMA: u64 = 1;

/// The attribute with the number.
pub const SCHEMA_VERSION: &str = "schemaVersion";

/// Its value, `:schema` in updates that may create their item. They set
/// `schemaVersion = if_not_exists(schemaVersion, :schema)`: an item that has an older number keeps it until it is migrated.
pub fn schema() -> aws_sdk_dynamodb::types::AttributeValue {
    number(SCHEMA)
}

/// One step from the shapes of a number to those of the next, for the items of one table.
pub struct Migration {
    /// The number that items have afterwards. Migrations of a service are in the order of their numbers, from 1, without gaps.
    pub to: u64,
    /// What operators read of it.
    pub name: &'static str,
    /// What it reads and writes. It is given these attributes and the key; they are written on condition that they are still
    /// as they were read.
    pub attributes: &'static [&'static str],
    /// An item of the number before as one of this number; one that it does not concern, as it is. The same for the same,
    /// and nothing else happens by it. An error names what cannot be read; the item stays as it is and is reported.
    pub apply: fn(Item) -> Result<Item, Error>,
    /// Whether programs of the release before read what it writes. If not, that release cannot be deployed any more once it
    /// has begun.
    pub read_by_earlier: bool,
    /// Whether other services, which learn of the items by events, have to learn of all of them anew.
    pub republish: bool,
}

impl Migration {
    /// To a number at which this table's items have the shape that they had.
    pub const fn number_only(to: u64) -> Self {
        Self { to, name: "number-only", attributes: &[], apply: Ok, read_by_earlier: true, republish: false }
    }
}

/// The number of an item, 0 of one without.
///
/// # Errors
/// `Internal` when it is no number.
pub fn schema_of(item: &Item) -> Result<u64, Error> {
    let Some(value) = item.get(SCHEMA_VERSION) else { return Ok(0) };
    let number = value.as_n().ok().and_then(|number| number.parse().ok());
    number.ok_or_else(|| Error::internal("its schemaVersion is no number"))
}
