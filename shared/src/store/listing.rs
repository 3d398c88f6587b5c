//! Listings by age: an index whose partition is what is listed, and whose sort key, the attribute
//! `listingPosition`, is a position: `<time>#<id>`. Newest first.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use serde::de::DeserializeOwned;

use super::{Item, from_item, query, text};
use crate::clock::{self, Timestamp};
use crate::error::Error;
use crate::jsonapi::{Page, PageRequest};

/// The sort key of every listing.
pub const POSITION: &str = "listingPosition";

/// What is listed.
pub struct Listing<'a> {
    pub table: &'a str,
    pub index: &'a str,
    /// The index's partition key, and its value.
    pub partition: (&'a str, &'a str),
    /// The table's key of the item with an id.
    pub key: fn(&str) -> (String, String),
}

/// The position of something made at a time.
pub fn position(made: Timestamp, id: &str) -> String {
    format!("{}#{id}", clock::sortable(made))
}

/// A page of a listing: one query, more only when the items of a page pass 1 MB.
///
/// # Errors
/// When the table does not answer.
pub async fn list<T: DeserializeOwned>(
    client: &Client,
    listing: &Listing<'_>,
    request: &PageRequest,
    position: impl Fn(&T) -> String,
) -> Result<Page<T>, Error> {
    let (attribute, value) = listing.partition;
    let start = request.position().map(|position| start_key(listing, position)).transpose()?;
    let wanted = client
        .query()
        .table_name(listing.table)
        .index_name(listing.index)
        .key_condition_expression("#partition = :partition")
        .expression_attribute_names("#partition", attribute)
        .expression_attribute_values(":partition", text(value))
        .scan_index_forward(request.backwards())
        .set_exclusive_start_key(start);
    let items = query(wanted, request.limit()).await?;
    Ok(request.page(items.into_iter().map(from_item).collect::<Result<Vec<T>, _>>()?, position))
}

fn start_key(listing: &Listing<'_>, position: &str) -> Result<Item, Error> {
    let (_, id) = position.split_once('#').ok_or_else(|| Error::internal("a signed cursor without an id"))?;
    let ((name, key), (attribute, value)) = ((listing.key)(id), listing.partition);
    Ok(HashMap::from([(name, text(key)), (attribute.to_owned(), text(value)), (POSITION.to_owned(), text(position))]))
}
