//! Functions that are driven by a queue: [`run`] serves a handler of one message.
//!
//! Each message is read, timed, handled and failed on its own. One that failed for a passing reason is
//! answered as failed: it stays in the queue and is delivered again. One that can never be handled, or failed for the
//! last time, is put among the queue's dead letters with the reason, which the queue itself would not know
//! (`make dlq` shows it). A crash or a time-out leaves that to the queue's own redrive policy.
//!
//! Long work goes in steps ([`Work::More`]): the function sends the message to its own queue again with the next
//! step's number, so no other message waits behind it. AWS ends such a chain after about 16 rounds unless the function
//! has `RecursiveLoop: Allow`; here it ends after [`MAX_STEPS`].

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};

use crate::dead_letters::{DeadLetter, DeadLetters};
use crate::event::Event;
use crate::queues::{Letter, Queues};
use kernel::config::{self, StartupError};
use kernel::error::{Error, Kind};
use kernel::usage::{Meter, Usage};
use kernel::{correlation, log};

/// How often a message is tried: the `maxReceiveCount` of every queue.
pub const MAX_RECEIVES: u32 = 5;
/// How many steps the work of one message may take. A step of a sweep deletes about 50 items.
pub const MAX_STEPS: u32 = 10_000;
/// How long one message may take; the functions' own time-out is 30 seconds.
const DEADLINE: Duration = Duration::from_secs(20);

/// What a handler has left to do of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    Done,
    /// Another step: the message is sent to `INBOX_QUEUE` again.
    More,
    /// Another step, which finds this in its event's `cursor`.
    MoreFrom(String),
}

impl From<()> for Work {
    fn from((): ()) -> Self {
        Self::Done
    }
}

/// What a handler is doing. Boxed, so that serving is compiled once, in this crate.
pub type Handling<'a> = Pin<Box<dyn Future<Output = Result<Work, Error>> + Send + 'a>>;

type Handler<'a> = dyn Fn(Event) -> Handling<'a> + Send + Sync + 'a;

/// The queues of a function that a queue drives.
pub struct Channel {
    pub queues: Queues,
    pub dead_letters: DeadLetters,
    /// The URL of its own queue; only a function that works in steps has it.
    pub inbox: Option<String>,
}

impl Channel {
    /// From `DEAD_LETTER_QUEUE` and, where there is one, `INBOX_QUEUE`: URLs.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        let dead_letters = DeadLetters::new(config::required::<String>("DEAD_LETTER_QUEUE")?);
        Ok(Self { queues: Queues::from_env()?, dead_letters, inbox: config::optional("INBOX_QUEUE")? })
    }

    /// Sends a message to its own queue for the next step, with a cursor or without one.
    async fn send_next_step(&self, mut event: Event, cursor: String) -> Result<(), Error> {
        let inbox = self.inbox.as_deref().ok_or_else(|| Error::internal("INBOX_QUEUE is not set"))?;
        if event.step >= MAX_STEPS {
            return Err(Error::internal(format!("not done after {MAX_STEPS} steps")));
        }
        (event.step, event.cursor) = (event.step + 1, cursor);
        // Whatever refused it, the step is to be repeated: this message is the only one that knows of it.
        self.queues.send_one(inbox, &event).await.map_err(Error::unavailable)
    }
}

/// Serves a handler of messages until Lambda ends the environment. What can no longer be handled goes to
/// `DEAD_LETTER_QUEUE`.
///
/// # Errors
/// When the configuration cannot be read or the runtime cannot be reached.
pub async fn run<H, F, W>(handler: H) -> Result<(), StartupError>
where
    H: Fn(Event) -> F + Send + Sync,
    F: Future<Output = Result<W, Error>> + Send,
    W: Into<Work>,
{
    serve(&|event| {
        let handling = handler(event);
        Box::pin(async move { handling.await.map(Into::into) })
    })
    .await
}

fn serve<'a>(handler: &'a Handler<'a>) -> Pin<Box<dyn Future<Output = Result<(), StartupError>> + 'a>> {
    Box::pin(async move {
        log::init()?;
        let channel = &Channel::from_env()?;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
            Ok::<_, Infallible>(handle(channel, handler, event.payload.records).await)
        }))
        .await
        .map_err(|error| StartupError(format!("the Lambda runtime ended: {error}")))
    })
}

/// A batch of messages through a handler, all at once. Those that stay in the queue.
pub async fn handle(channel: &Channel, handler: &Handler<'_>, messages: Vec<SqsMessage>) -> SqsBatchResponse {
    let handled = messages.iter().map(|message| async move {
        let Err((error, correlation_id)) = one(channel, message, handler).await else { return None };
        let receives = receives(message);
        if error.kind != Kind::Unavailable || receives >= MAX_RECEIVES {
            let reason = error.reason();
            let body = from_first_step(message.body.clone().unwrap_or_default());
            match channel
                .dead_letters
                .bury(&channel.queues, DeadLetter { body, reason, receives, correlation_id })
                .await
            {
                Ok(()) => return None,
                Err(error) => tracing::error!(cause = error.cause(), "not put among the dead letters"),
            }
        }
        message.message_id.clone()
    });
    let mut response = SqsBatchResponse::default();
    for failed in join_all(handled).await.into_iter().flatten() {
        response.add_failure(failed);
    }
    response
}

/// One message. Failed, its error and its correlation id.
async fn one(channel: &Channel, message: &SqsMessage, handler: &Handler<'_>) -> Result<(), (Error, String)> {
    let started = Instant::now();
    let event = Event::parse(message.body.as_deref().unwrap_or_default());
    let (topic, id, step, correlation_id) = match &event {
        Ok(event) => (event.event_type.to_string(), event.id.clone(), event.step, event.correlationid.clone()),
        Err(_) => Default::default(),
    };
    let (result, usage) = match event {
        Ok(event) => {
            let work = async {
                let late = |late| Err(Error::unavailable(late));
                let next = event.clone();
                match tokio::time::timeout(DEADLINE, handler(event)).await.unwrap_or_else(late)? {
                    Work::Done => Ok(()),
                    Work::More => channel.send_next_step(next, String::new()).await,
                    Work::MoreFrom(cursor) => channel.send_next_step(next, cursor).await,
                }
            };
            Meter::measure(correlation::within(correlation_id.clone(), work)).await
        }
        Err(error) => (Err(error), Usage::default()),
    };
    tracing::info!(
        correlation_id,
        function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        message_id = message.message_id,
        topic,
        event_id = id,
        step,
        receives = receives(message),
        duration_ms = started.elapsed().as_secs_f64() * 1000.0,
        db_calls = usage.calls,
        read_units = usage.read_units,
        write_units = usage.write_units,
        code = result.as_ref().err().map(|error| error.code),
        cause = result.as_ref().err().map(Error::reason),
        "message"
    );
    result.map_err(|error| (error, correlation_id))
}

/// The body of a message without the number of its step and its cursor: sent back from the dead letters, it may take as many again.
fn from_first_step(body: String) -> String {
    match Event::parse(&body) {
        Ok(mut event) if event.step > 0 => {
            (event.step, event.cursor) = (0, String::new());
            Letter::new(&event).body
        }
        _ => body,
    }
}

/// How often a message was tried, this time included.
fn receives(message: &SqsMessage) -> u32 {
    message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
}
