//! A service's `publish-…-events`: its table's stream in, events out.
//!
//! Lambda hands over the records of a shard in order and goes on only when they were taken. A record whose
//! messages could not be sent is answered as failed, and Lambda comes back with it and those after it: events
//! may be published twice, with the same id. A record that no event can be made of would stay in the way for
//! ever; it goes to `DEAD_LETTER_QUEUE` (its keys, no more) with the reason, and the others go on.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use aws_lambda_events::event::dynamodb::{Event as Records, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::json;

use crate::change::Change;
use crate::dead_letters::{DeadLetter, DeadLetters};
use crate::outbox::{Message, Outbox};
use kernel::config::{self, StartupError};
use kernel::error::Error;
use kernel::log;

/// What a change of a service's table has to say, and to whom.
pub type Mapping<'a> = dyn Fn(&Change<'_>) -> Result<Vec<Message>, Error> + Send + Sync + 'a;

/// Publishes what the service's table says until Lambda ends the environment.
///
/// # Errors
/// When the configuration cannot be read or the runtime cannot be reached.
pub fn run<'a>(mapping: &'a Mapping<'a>) -> Pin<Box<dyn Future<Output = Result<(), StartupError>> + 'a>> {
    Box::pin(async move {
        log::init()?;
        let outbox = Outbox::from_env()?;
        let dead_letters = DeadLetters::new(config::required::<String>("DEAD_LETTER_QUEUE")?);
        let (outbox, dead_letters) = (&outbox, &dead_letters);
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Records>| async move {
            let answer = publish(outbox, dead_letters, mapping, &event.payload.records).await;
            answer.map_err(|error| error.to_string())
        }))
        .await
        .map_err(|error| StartupError(format!("the Lambda runtime ended: {error}")))
    })
}

/// Publishes a batch of records. The records to come back with; an error when that is all of them.
///
/// # Errors
/// When nothing could be sent.
pub async fn publish(
    outbox: &Outbox,
    dead_letters: &DeadLetters,
    mapping: &Mapping<'_>,
    records: &[EventRecord],
) -> Result<DynamoDbEventResponse, Error> {
    let (mut messages, mut failed) = (Vec::new(), BTreeSet::new());
    for (number, record) in records.iter().enumerate() {
        match mapping(&Change::new(record)) {
            Ok(some) => messages.extend(some.into_iter().inspect(log).map(|message| (number, message))),
            Err(error) => {
                if let Err(error) = dead_letters.bury(outbox.queues(), unreadable(record, &error)).await {
                    tracing::error!(
                        cause = error.cause(),
                        event_id = record.event_id,
                        "not put among the dead letters"
                    );
                    failed.insert(number);
                }
            }
        }
    }
    let events = messages.len();
    failed.extend(outbox.send(messages).await);
    tracing::info!(
        function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        records = records.len(),
        messages = events,
        failed = failed.len(),
        "published"
    );
    if !records.is_empty() && failed.len() == records.len() {
        return Err(Error::unavailable("nothing could be published"));
    }
    let failures = failed.into_iter().filter_map(|number| records.get(number)).map(|record| {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier.clone_from(&record.change.sequence_number);
        failure
    });
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failures.collect();
    Ok(response)
}

/// An event on its way, in the log.
fn log(message: &Message) {
    let Message { to, event } = message;
    tracing::info!(
        correlation_id = event.correlationid,
        topic = event.event_type.name(),
        event_id = event.id,
        ?to,
        "event"
    );
}

/// Where the item is that no event could be made of, for `make replay`. Not the item: it may be personal.
fn unreadable(record: &EventRecord, error: &Error) -> DeadLetter {
    let table = record.event_source_arn.as_deref().and_then(|arn| arn.split('/').nth(1)).unwrap_or_default();
    let keys = json!(record.change.keys);
    let body = json!({"table": table, "keys": keys, "eventId": record.event_id}).to_string();
    DeadLetter { body, reason: error.reason(), receives: 1, correlation_id: String::new() }
}
