//! Calls to DynamoDB, each boxed once here for all binaries, and what their answers mean.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure, WriteRequest};
use backon::Retryable;

use crate::Item;
use crate::waiting::{back_off, patience};
use crate::written::Written;
use kernel::error::Error;

/// A call on its way. Boxed, so that the machinery behind it (the SDK, HTTP, TLS) is compiled once,
/// in this crate, and not again into each of the shop's binaries.
pub type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Reads an item.
///
/// # Errors
/// When the table does not answer.
pub fn get(read: GetItemFluentBuilder) -> Call<'static, Option<Item>> {
    Box::pin(async { Ok(read.send().await.map_err(aws::failed)?.item) })
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
            let (some, next) = query_page(query.clone().limit(rest)).await?;
            items.extend(some);
            if next.is_none() || items.len() >= limit {
                return Ok(items);
            }
            query = query.set_exclusive_start_key(next);
        }
    })
}

/// Reads what one call of a query answers, up to 1 MB; and the key after which the rest begins, if there is a rest.
///
/// # Errors
/// When the table does not answer.
pub fn query_page(query: QueryFluentBuilder) -> Call<'static, (Vec<Item>, Option<Item>)> {
    Box::pin(async {
        let answer = query.send().await.map_err(aws::failed)?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    })
}

/// How often keys and writes that DynamoDB left undone in a batch are asked for again.
const BATCH_ATTEMPTS: usize = 4;

/// Reads items of several tables by their keys, at most 100, consistently: one call, more only when
/// DynamoDB leaves keys unread. The items found, by table.
///
/// # Errors
/// When the tables do not answer, or not whole.
pub fn batch_get(client: &Client, keys: HashMap<String, Vec<Item>>) -> Call<'_, HashMap<String, Vec<Item>>> {
    Box::pin(async move {
        let wanted = |keys| KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let left = keys.into_iter().map(|(table, keys)| wanted(keys).map(|wanted| (table, wanted)));
        let mut left: HashMap<_, _> = left.collect::<Result<_, _>>().map_err(Error::internal)?;
        let mut found = HashMap::<String, Vec<Item>>::new();
        for attempt in 0..BATCH_ATTEMPTS {
            back_off(attempt).await;
            let answer = client.batch_get_item().set_request_items(Some(left)).send().await.map_err(aws::failed)?;
            for (table, items) in answer.responses.unwrap_or_default() {
                found.entry(table).or_default().extend(items);
            }
            left = answer.unprocessed_keys.unwrap_or_default();
            if left.is_empty() {
                return Ok(found);
            }
        }
        Err(Error::unavailable("DynamoDB left keys unread at each try"))
    })
}

/// Puts and deletes up to 25 items of a table, each by itself and without a condition: one call, more
/// only when DynamoDB leaves writes undone.
///
/// # Errors
/// When the table does not answer, or not whole: some of the writes may have been done.
pub fn batch_write<'a>(client: &'a Client, table: &'a str, writes: Vec<WriteRequest>) -> Call<'a, ()> {
    Box::pin(async move {
        let mut left = writes;
        for attempt in 0..BATCH_ATTEMPTS {
            back_off(attempt).await;
            let answer = client.batch_write_item().request_items(table, left).send().await.map_err(aws::failed)?;
            left = answer.unprocessed_items.and_then(|mut tables| tables.remove(table)).unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(Error::unavailable("DynamoDB left writes undone at each try"))
    })
}

/// Writes an item, again while a transaction on it is in the way: nothing was decided then.
async fn past_transactions<T, E, F>(write: impl FnMut() -> F) -> Result<T, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    let met = |error: &SdkError<E>| error.code() == Some("TransactionConflictException");
    write.retry(patience()).when(met).await
}

/// Puts an item if its condition is true. Refused, it gives the item found there, if any.
///
/// # Errors
/// When the table does not answer.
pub fn put(put: PutItemFluentBuilder) -> Call<'static, Written<(), Option<Item>>> {
    let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Box::pin(async move {
        match past_transactions(|| put.clone().send()).await {
            Ok(_) => Ok(Written::Done(())),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Written::Refused(failed.item.clone()))
                }
                _ => Err(aws::failed(error)),
            },
        }
    })
}

/// Updates an item if its condition is true: the item as it is then. Refused, it gives the item found there, if
/// any.
///
/// # Errors
/// When the table does not answer.
pub fn update(update: UpdateItemFluentBuilder) -> Call<'static, Written<Item, Option<Item>>> {
    let update = update
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Box::pin(async move {
        match past_transactions(|| update.clone().send()).await {
            Ok(updated) => Ok(Written::Done(updated.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Written::Refused(failed.item.clone()))
                }
                _ => Err(aws::failed(error)),
            },
        }
    })
}

/// Deletes an item if its condition is true. Refused, it gives the item found there, if any.
///
/// # Errors
/// When the table does not answer.
pub fn delete(delete: DeleteItemFluentBuilder) -> Call<'static, Written<(), Option<Item>>> {
    let delete = delete.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Box::pin(async move {
        match past_transactions(|| delete.clone().send()).await {
            Ok(_) => Ok(Written::Done(())),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Written::Refused(failed.item.clone()))
                }
                _ => Err(aws::failed(error)),
            },
        }
    })
}
