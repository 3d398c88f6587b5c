//! Transactions: all parts or none, what a cancelled one means, and what may be repeated.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use backon::Retryable;

use crate::calls::Call;
use crate::waiting::patience;
use crate::written::{Refused, Written};
use kernel::error::Error;

/// Writes all parts or none. A cancellation by other transactions alone (`TransactionConflict`) is
/// repeated with jittered back-off: nothing was decided. A failed condition is an answer.
///
/// # Errors
/// `Unavailable` when conflicts or throttling last, or DynamoDB does not answer; `Internal` when
/// the request itself was wrong.
pub fn transact(client: &Client, parts: Vec<TransactWriteItem>) -> Call<'_, Written> {
    Box::pin(try_transact(client, parts))
}

async fn try_transact(client: &Client, parts: Vec<TransactWriteItem>) -> Result<Written, Error> {
    let attempt = || async {
        match client.transact_write_items().set_transact_items(Some(parts.clone())).send().await {
            Ok(_) => Ok(Written::Done(())),
            Err(error) => cancelled(error).map(Written::Refused),
        }
    };
    match attempt.retry(patience()).when(|failure| matches!(failure, Failure::Again(_))).await {
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
        return Err(Failure::Final(aws::failed(error)));
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
