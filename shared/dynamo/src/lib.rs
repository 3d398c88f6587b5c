//! DynamoDB for the services' stores: the client, what its errors mean, transactions that repeat
//! what may be repeated, and the meter that counts calls and units.

mod attempts;
mod calls;
mod listing;
mod meter;
pub mod migration;
mod segment;
mod transaction;
mod waiting;
mod written;

use std::collections::HashMap;
use std::fmt;

pub use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
pub use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure};
use aws_types::SdkConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use attempts::{Attempts, LAST_ATTEMPT};
pub use calls::{Call, batch_get, batch_write, delete, get, put, query, query_page, update};
use kernel::config::StartupError;
use kernel::correlation;
use kernel::error::Error;
use kernel::replay::Outcome;
pub use listing::{Listing, POSITION, Sieve, list, position};
pub use segment::{Segment, Segments};
pub use transaction::transact;
pub use waiting::back_off;
pub use written::{Refused, Written};

/// An item as DynamoDB stores it.
pub type Item = HashMap<String, AttributeValue>;

/// The client of the environment the function runs in, its connection opened: a read of a key that
/// is not there, during init, which Lambda does not throttle to the function's share of a processor.
/// The read may fail (a function without `GetItem` is refused): its handshake was the purpose, so
/// its result is dropped.
///
/// # Errors
/// When the environment lacks a variable.
pub async fn client_from_env(table: &str, key: &[(&str, &str)]) -> Result<Client, StartupError> {
    let client = client(&aws::config_from_env("DYNAMODB")?);
    let key = key.iter().map(|(name, value)| ((*name).to_owned(), text(*value))).collect();
    drop(get(client.get_item().table_name(table).set_key(Some(key))).await);
    Ok(client)
}

/// A client whose calls the [`Meter`] counts.
pub fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).interceptor(meter::Interceptor).build())
}

/// The part of a transaction that puts an item where none is: `key` names its partition key. When
/// there is one, [`Refused::found`] returns it.
///
/// # Errors
/// `Internal` never: all that a put needs is given.
pub fn put_new(table: &str, item: Item, key: &str) -> Result<TransactWriteItem, Error> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#key)")
        .expression_attribute_names("#key", key)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
}

/// A stored item from a value of ours, with the number of its shape ([`migration`]).
///
/// # Errors
/// `Internal`: a type that cannot be stored is a defect.
pub fn to_item<T: Serialize>(value: &T) -> Result<Item, Error> {
    let mut item = to_map(value)?;
    item.extend(new_item([]));
    Ok(item)
}

/// A stored item from its attributes, with the number of its shape.
pub fn new_item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    let attributes = attributes.into_iter().chain([(migration::SCHEMA_VERSION, migration::schema())]);
    attributes.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A map within an item from a value of ours.
///
/// # Errors
/// `Internal`: a type that cannot be stored is a defect.
pub fn to_map<T: Serialize>(value: &T) -> Result<Item, Error> {
    serde_dynamo::to_item(value).map_err(Error::internal)
}

/// An item whose changes become events, with the correlation id of the present work.
pub fn stamped(mut item: Item) -> Item {
    item.insert(CORRELATION.to_owned(), correlation());
    item
}

/// The attribute of [`stamped`], for updates of single attributes.
pub const CORRELATION: &str = "correlationId";

/// The value of that attribute.
pub fn correlation() -> AttributeValue {
    text(correlation::current())
}

/// A value of ours from a stored item.
///
/// # Errors
/// `Internal`: an item that cannot be read is a defect, never "not found".
pub fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    serde_dynamo::from_item(item).map_err(Error::internal)
}

/// A text attribute.
pub fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub fn number(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A truth attribute.
pub fn boolean(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

/// Nothing, where an attribute has no value.
pub fn null() -> AttributeValue {
    AttributeValue::Null(true)
}

/// The outcome of a repeated request, by the item that the first one stored.
///
/// # Errors
/// `Internal` when the item cannot be read.
pub fn replay<T: DeserializeOwned>(item: Item, fingerprint: &str) -> Result<Outcome<T>, Error> {
    Ok(Outcome::of_repeated(from_item(item)?, fingerprint))
}
