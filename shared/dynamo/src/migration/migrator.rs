//! Brings the items of a table to the present number.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::config::{self, StartupError};
use kernel::error::Error;
use serde::Serialize;

use super::record::Records;
use super::{Migration, Record, SCHEMA, SCHEMA_VERSION, schema_of};
use crate::{Attempts, Client, Item, Segment, Segments, Written, client, number, update};

/// How many items are written at once.
const AT_ONCE: usize = 4;

/// How many items that cannot be read are named; the rest is counted.
const MOST_NAMED: usize = 100;

/// The migrations of a table.
pub struct Migrator {
    records: Records,
    migrations: &'static [Migration],
}

/// How far they have come, and what there is to do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    #[serde(flatten)]
    pub record: Record,
    /// The number that this release writes.
    pub writes: u64,
    /// The names of the migrations that some items may lack.
    pub pending: Vec<&'static str>,
    /// Whether one of the last run's has to be followed by republishing all items.
    pub republish: bool,
}

/// What was done in a segment.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub items: usize,
    /// Those that had an older number. In a dry run they still have it.
    pub migrated: usize,
    /// Those that stayed as they are.
    pub unreadable: usize,
    pub named: Vec<Unreadable>,
}

/// An item that no migration can read.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Its key: `pk=product#7`.
    pub key: String,
    pub reason: String,
}

/// What migrations use of an item, before and after them.
struct Change {
    names: BTreeSet<&'static str>,
    old: Item,
    new: Item,
}

/// What became of an item.
enum Outcome {
    Migrated,
    /// It has the number already, or was deleted meanwhile.
    Nothing,
    Unreadable(Unreadable),
}

impl Migrator {
    /// Of the table that a variable names, by the names of its key attributes.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(table: &str, key: &[&str], migrations: &'static [Migration]) -> Result<Self, StartupError> {
        let client = client(&aws::config_from_env("DYNAMODB")?);
        Ok(Self::new(client, config::required::<String>(table)?, key, migrations))
    }

    /// From its parts; the table by its name.
    pub fn new(client: Client, table: impl Into<String>, key: &[&str], migrations: &'static [Migration]) -> Self {
        Self { records: Records::new(client, table.into(), key), migrations }
    }

    /// How far the table is. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn status(&self) -> Result<Status, Error> {
        Ok(self.status_of(self.records.read().await?))
    }

    /// Notes that a run begins, or finds the one that has begun: it is read in that one's segments. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn begin(&self, segments: u64) -> Result<Status, Error> {
        let read_by_earlier = self.migrations.iter().rev().take_while(|migration| migration.read_by_earlier).count();
        let readable_from = SCHEMA.saturating_sub(read_by_earlier as u64);
        let record = self.records.begin(segments, readable_from).await?;
        Ok(self.status_of(self.records.finish(record).await?))
    }

    /// Brings a segment's items to the present number; in a dry run, only counts them. Reads all of the segment, half a unit
    /// for each 4 KB; each migrated item is a write. A segment of which all items could be read is noted as done.
    ///
    /// # Errors
    /// `Unavailable` when the table does not answer, or others keep writing an item. What was migrated is.
    pub async fn segment(&self, segment: Segment, dry_run: bool) -> Result<Report, Error> {
        let (mut pages, mut report) = (Segments::of(self.scan(), segment), Report::default());
        while let Some(items) = pages.page().await? {
            let items = items.into_iter().filter(|item| !self.records.is(item));
            let outcomes = stream::iter(items.map(|item| self.migrate(item, dry_run)));
            let outcomes: Vec<Outcome> = outcomes.buffer_unordered(AT_ONCE).try_collect().await?;
            report.items += outcomes.len();
            for outcome in outcomes {
                match outcome {
                    Outcome::Nothing => {}
                    Outcome::Migrated => report.migrated += 1,
                    Outcome::Unreadable(item) => {
                        report.unreadable += 1;
                        tracing::error!(item.key, item.reason, "no migration can read this item");
                        if report.named.len() < MOST_NAMED {
                            report.named.push(item);
                        }
                    }
                }
            }
            tracing::info!(report.items, report.migrated, report.unreadable, "migrated");
        }
        if !dry_run && report.unreadable == 0 {
            self.records.done(segment.number(), segment.of()).await?;
        }
        Ok(report)
    }

    /// Notes that all that had to be republished after the last run was. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn note_republished(&self) -> Result<Status, Error> {
        Ok(self.status_of(self.records.republished().await?))
    }

    fn status_of(&self, record: Record) -> Status {
        let pending = || self.migrations.iter().filter(|migration| migration.to > record.schema);
        let republish = record.finished_at.is_some()
            && !record.republished
            && self.migrations.iter().any(|migration| migration.republish);
        Status { writes: SCHEMA, pending: pending().map(|one| one.name).collect(), republish, record }
    }

    /// All items, with what the migrations need of them.
    fn scan(&self) -> ScanFluentBuilder {
        let used = self.migrations.iter().flat_map(|migration| migration.attributes.iter().copied());
        let keys = self.records.key.keys().map(String::as_str);
        let names: BTreeSet<&str> = used.chain(keys).chain([SCHEMA_VERSION]).collect();
        let scan = self.records.client.scan().table_name(&self.records.table);
        let scan = scan
            .projection_expression((0..names.len()).map(|number| format!("#n{number}")).collect::<Vec<_>>().join(", "));
        names
            .into_iter()
            .enumerate()
            .fold(scan, |scan, (number, name)| scan.expression_attribute_names(format!("#n{number}"), name))
    }

    /// Migrates an item, again when it was changed since it was read.
    async fn migrate(&self, mut read: Item, dry_run: bool) -> Result<Outcome, Error> {
        let mut attempts = Attempts::of("an item that is to be migrated");
        loop {
            let change = match self.change(&read) {
                Ok(Some(change)) => change,
                Ok(None) => return Ok(Outcome::Nothing),
                Err(error) => {
                    return Ok(Outcome::Unreadable(Unreadable { key: self.named(&read), reason: error.reason() }));
                }
            };
            if dry_run {
                return Ok(Outcome::Migrated);
            }
            attempts.next().await?;
            match update(self.write(&read, &change)).await? {
                Written::Done(_) => return Ok(Outcome::Migrated),
                Written::Refused(None) => return Ok(Outcome::Nothing),
                Written::Refused(Some(found)) => read = found,
            }
        }
    }

    /// What the migrations that an item lacks make of it; nothing when it lacks none.
    fn change(&self, item: &Item) -> Result<Option<Change>, Error> {
        let from = schema_of(item)?;
        if from > SCHEMA {
            return Err(Error::internal(format!("its number is {from}, this release knows {SCHEMA}")));
        }
        let lacking = || self.migrations.iter().filter(|migration| migration.to > from);
        let names: BTreeSet<&str> = lacking().flat_map(|migration| migration.attributes.iter().copied()).collect();
        let old: Item = names.iter().filter_map(|name| pair(item, name)).collect();
        let mut new = old.clone();
        for migration in lacking() {
            let used = migration.attributes.iter().filter_map(|name| new.remove_entry(*name)).chain(self.key(item));
            let changed = (migration.apply)(used.collect())?;
            new.extend(changed.into_iter().filter(|(name, _)| migration.attributes.contains(&name.as_str())));
        }
        Ok((from < SCHEMA).then_some(Change { names, old, new }))
    }

    /// Writes what has changed, on condition that what was used is as it was read.
    fn write(&self, read: &Item, Change { names, old, new }: &Change) -> UpdateItemFluentBuilder {
        let mut request = self.records.client.update_item().table_name(&self.records.table);
        let (mut sets, mut removes) = (vec![format!("{SCHEMA_VERSION} = :schema")], Vec::new());
        let mut conditions: Vec<_> = self.key(read).map(|(name, _)| format!("attribute_exists({name})")).collect();
        conditions.push(match read.get(SCHEMA_VERSION) {
            Some(number) => {
                request = request.expression_attribute_values(":read", number.clone());
                format!("{SCHEMA_VERSION} = :read")
            }
            None => format!("attribute_not_exists({SCHEMA_VERSION})"),
        });
        for (number, name) in names.iter().enumerate() {
            request = request.expression_attribute_names(format!("#a{number}"), *name);
            conditions.push(match old.get(*name) {
                Some(value) => {
                    request = request.expression_attribute_values(format!(":o{number}"), value.clone());
                    format!("#a{number} = :o{number}")
                }
                None => format!("attribute_not_exists(#a{number})"),
            });
            match new.get(*name) {
                Some(value) if old.get(*name) != Some(value) => {
                    request = request.expression_attribute_values(format!(":n{number}"), value.clone());
                    sets.push(format!("#a{number} = :n{number}"));
                }
                None if old.contains_key(*name) => removes.push(format!("#a{number}")),
                _ => {}
            }
        }
        let removes = if removes.is_empty() { String::new() } else { format!(" REMOVE {}", removes.join(", ")) };
        request
            .set_key(Some(self.key(read).collect()))
            .update_expression(format!("SET {}{removes}", sets.join(", ")))
            .condition_expression(conditions.join(" AND "))
            .expression_attribute_values(":schema", number(SCHEMA))
    }

    fn key(&self, item: &Item) -> impl Iterator<Item = (String, AttributeValue)> {
        self.records.key.keys().filter_map(|name| pair(item, name))
    }

    /// An item's key, as operators write it.
    fn named(&self, item: &Item) -> String {
        let mut names: Vec<&String> = self.records.key.keys().collect();
        names.sort_unstable();
        let text = |name: &String| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        names.into_iter().map(|name| format!("{name}={}", text(name))).collect::<Vec<_>>().join(" ")
    }
}

/// An attribute of an item, to put into another.
fn pair(item: &Item, name: &str) -> Option<(String, AttributeValue)> {
    item.get(name).map(|value| (name.to_owned(), value.clone()))
}
