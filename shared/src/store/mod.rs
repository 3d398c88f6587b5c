//! DynamoDB for the services' stores: the client, what its errors mean, transactions that repeat
//! what may be repeated, and the meter that counts calls and units.

mod listing;
mod meter;

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use aws_types::SdkConfig;
use backon::{ExponentialBuilder, Retryable};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws;
use crate::config::StartupError;
use crate::error::Error;
pub use listing::{Listing, POSITION, list, position};
pub use meter::{Meter, Usage};

/// An item as DynamoDB keeps it.
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

/// A call on its way. Boxed, so that the machinery behind it (the SDK, HTTP, TLS) is compiled once,
/// in this crate, and not again into each of the shop's binaries.
pub type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Reads an item.
///
/// # Errors
/// When the table does not answer.
pub fn get(read: GetItemFluentBuilder) -> Call<'static, Option<Item>> {
    Box::pin(async { Ok(read.send().await?.item) })
}

/// Reads up to so many items by a query. DynamoDB ends an answer at 1 MB: the rest is asked for.
///
/// # Errors
/// When the table does not answer.
pub fn query(mut query: QueryFluentBuilder, limit: usize) -> Call<'static, Vec<Item>> {
    Box::pin(async move {
        let mut items = Vec::new();
        loop {
            let rest = i32::try_from(limit - items.len()).unwrap_or(i32::MAX);
            let answer = query.clone().limit(rest).send().await?;
            items.extend(answer.items.unwrap_or_default());
            if answer.last_evaluated_key.is_none() || items.len() >= limit {
                return Ok(items);
            }
            query = query.set_exclusive_start_key(answer.last_evaluated_key);
        }
    })
}

/// Reads items by their keys.
///
/// # Errors
/// When the tables do not answer.
pub fn batch_get(read: BatchGetItemFluentBuilder) -> Call<'static, BatchGetItemOutput> {
    Box::pin(async { Ok(read.send().await?) })
}

/// A client whose calls the [`Meter`] counts.
pub fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).interceptor(meter::Interceptor).build())
}

/// Why a transaction was refused: the parts whose condition failed, with the item each found there
/// (`ReturnValuesOnConditionCheckFailure: ALL_OLD`).
#[derive(Debug)]
pub struct Refused {
    pub failed: Vec<(usize, Option<Item>)>,
}

impl Refused {
    /// Whether the condition of a part failed.
    pub fn part(&self, index: usize) -> bool {
        self.failed.iter().any(|(part, _)| *part == index)
    }

    /// The item that failed the condition of a part.
    pub fn found(&self, index: usize) -> Option<Item> {
        self.failed.iter().find(|(part, _)| *part == index).and_then(|(_, item)| item.clone())
    }
}

/// Writes all parts or none. A cancellation by other transactions alone (`TransactionConflict`) is
/// repeated with jittered back-off: nothing was decided. A failed condition is an answer.
///
/// # Errors
/// `Unavailable` when conflicts or throttling last, or DynamoDB does not answer; `Internal` when
/// the request itself was wrong.
pub fn transact(client: &Client, parts: Vec<TransactWriteItem>) -> Call<'_, Result<(), Refused>> {
    Box::pin(try_transact(client, parts))
}

async fn try_transact(client: &Client, parts: Vec<TransactWriteItem>) -> Result<Result<(), Refused>, Error> {
    let attempt = || async {
        match client.transact_write_items().set_transact_items(Some(parts.clone())).send().await {
            Ok(_) => Ok(Ok(())),
            Err(error) => cancelled(error).map(Err),
        }
    };
    let backoff = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(250))
        .with_max_times(8)
        .with_jitter();
    match attempt.retry(backoff).when(|failure| matches!(failure, Failure::Again(_))).await {
        Ok(result) => Ok(result),
        Err(Failure::Again(error)) => Err(Error::unavailable(*error)),
        Err(Failure::Final(error)) => Err(error),
    }
}

/// Why an attempt at a transaction gave no answer.
enum Failure {
    /// Other transactions or throttling were in the way.
    Again(Box<SdkError<TransactWriteItemsError>>),
    Final(Error),
}

/// What a failed transaction means. DynamoDB gives one reason per part, in the order of the parts.
fn cancelled(error: SdkError<TransactWriteItemsError>) -> Result<Refused, Failure> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Err(Failure::Final(error.into()));
    };
    let (mut failed, mut all_passing) = (Vec::new(), true);
    for (index, reason) in cancelled.cancellation_reasons().iter().enumerate() {
        match reason.code() {
            Some("ConditionalCheckFailed") => failed.push((index, reason.item().cloned())),
            None | Some("None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {}
            Some(_) => all_passing = false,
        }
    }
    match (failed.is_empty(), all_passing) {
        (false, _) => Ok(Refused { failed }),
        (true, true) => Err(Failure::Again(Box::new(error))),
        (true, false) => Err(Failure::Final(Error::internal(error))),
    }
}

/// The part of a transaction that puts an item where none is: `key` names its partition key. When
/// there is one, [`Refused::found`] tells it.
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

/// A stored item from a value of ours.
///
/// # Errors
/// `Internal`: a type that cannot be stored is a defect.
pub fn to_item<T: Serialize>(value: &T) -> Result<Item, Error> {
    serde_dynamo::to_item(value).map_err(Error::internal)
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

/// What a failed call means to the caller: an outage or throttling is worth another try, anything
/// else is our defect. Conditions that failed are answers and never come here.
impl<E, R> From<SdkError<E, R>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let passing = match &error {
            SdkError::ConstructionFailure(_) => false,
            SdkError::ServiceError(service) => matches!(
                service.err().code(),
                Some(
                    "InternalServerError"
                        | "LimitExceededException"
                        | "ProvisionedThroughputExceededException"
                        | "RequestLimitExceeded"
                        | "ServiceUnavailable"
                        | "ThrottlingException"
                        | "TransactionInProgressException"
                )
            ),
            _ => true,
        };
        if passing { Self::unavailable(error) } else { Self::internal(error) }
    }
}
