//! How far the migrations of a table have come: an item of that table, so that it is backed up and restored with the others.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use kernel::clock;
use kernel::error::Error;
use serde::{Deserialize, Serialize};

use super::{SCHEMA, SCHEMA_VERSION};
use crate::{Client, Item, get, number, text, update};

/// What the record has in its key attributes, in every table. No other item has it there.
pub const KEY: &str = "migrations";

/// How far the migrations of a table have come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    /// All items have this number or a higher one.
    pub schema: u64,
    /// Programs that write a lower number cannot read all items any more.
    pub readable_from: u64,
    /// The number that the last run brings all items to.
    pub target: u64,
    /// How many segments the table is read in by that run, and which of them are done.
    pub segments: u64,
    pub done: BTreeSet<u64>,
    /// Whether all that had to be republished after it was.
    pub republished: bool,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
}

/// A table's record.
pub(super) struct Records {
    pub client: Client,
    pub table: String,
    pub key: Item,
}

impl Records {
    pub fn new(client: Client, table: String, key: &[&str]) -> Self {
        let key = key.iter().map(|name| ((*name).to_owned(), text(KEY))).collect();
        Self { client, table, key }
    }

    /// Whether an item is the record.
    pub fn is(&self, item: &Item) -> bool {
        self.key.iter().all(|(name, value)| item.get(name) == Some(value))
    }

    pub async fn read(&self) -> Result<Record, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(self.key.clone()));
        get(read.consistent_read(true)).await?.map_or_else(|| Ok(Record::default()), record)
    }

    /// Notes that a run begins: from here on, programs that write less than `readable_from` cannot be deployed. A run that has
    /// begun for the present number and has not ended goes on, in its own segments, whatever is asked for now.
    pub async fn begin(&self, segments: u64, readable_from: u64) -> Result<Record, Error> {
        let update = self
            .update()
            .update_expression(
                "SET target = :target, #segments = :segments, readableFrom = :from, startedAt = :now, republished = :false, \
                 schemaVersion = :target, #schema = if_not_exists(#schema, :zero) REMOVE done, finishedAt",
            )
            .condition_expression("attribute_not_exists(target) OR target < :target OR attribute_exists(finishedAt)")
            .expression_attribute_names("#schema", "schema")
            .expression_attribute_names("#segments", "segments")
            .expression_attribute_values(":target", number(SCHEMA))
            .expression_attribute_values(":segments", number(segments))
            .expression_attribute_values(":from", number(readable_from))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":now", text(clock::now().to_string()))
            .expression_attribute_values(":false", AttributeValue::Bool(false));
        // Refused, one is under way.
        update_or_read(self, update).await
    }

    /// Notes that a segment is done, and that all are when it was the last.
    pub async fn done(&self, segment: u64, segments: u64) -> Result<Record, Error> {
        let update = self
            .update()
            .update_expression("ADD done :segment")
            .condition_expression("target = :target AND #segments = :segments AND attribute_not_exists(finishedAt)")
            .expression_attribute_names("#segments", "segments")
            .expression_attribute_values(":segment", AttributeValue::Ns(vec![segment.to_string()]))
            .expression_attribute_values(":segments", number(segments))
            .expression_attribute_values(":target", number(SCHEMA));
        // Refused, the run has ended meanwhile, or it is another one.
        let record = update_or_read(self, update).await?;
        self.finish(record).await
    }

    /// Notes that all items have the number of the run, when all its segments are done.
    pub async fn finish(&self, record: Record) -> Result<Record, Error> {
        let all = record.segments > 0 && (0..record.segments).all(|segment| record.done.contains(&segment));
        if record.finished_at.is_some() || !all {
            return Ok(record);
        }
        let update = self
            .update()
            .update_expression("SET #schema = :target, finishedAt = :now")
            .condition_expression("target = :target AND startedAt = :started AND attribute_not_exists(finishedAt)")
            .expression_attribute_names("#schema", "schema")
            .expression_attribute_values(":target", number(record.target))
            .expression_attribute_values(":started", text(record.started_at.unwrap_or_default()))
            .expression_attribute_values(":now", text(clock::now().to_string()));
        update_or_read(self, update).await
    }

    pub async fn republished(&self) -> Result<Record, Error> {
        let update = self
            .update()
            .update_expression("SET republished = :true")
            .condition_expression("attribute_exists(finishedAt)")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        update_or_read(self, update).await
    }

    fn update(&self) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(self.key.clone()))
    }
}

/// The record as it is then, updated or not.
async fn update_or_read(records: &Records, request: UpdateItemFluentBuilder) -> Result<Record, Error> {
    match update(request).await?.done() {
        Some(item) => record(item),
        None => records.read().await,
    }
}

/// Reads the record. A set of numbers is no list for serde.
fn record(mut item: Item) -> Result<Record, Error> {
    let done = item.remove("done").and_then(|done| done.as_ns().ok().cloned()).unwrap_or_default();
    item.retain(|name, _| name != SCHEMA_VERSION);
    let record: Record = serde_dynamo::from_item(item).map_err(Error::internal)?;
    Ok(Record { done: done.iter().filter_map(|segment| segment.parse().ok()).collect(), ..record })
}
