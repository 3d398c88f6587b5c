//! Sending to queues.

use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use crate::event::Event;
use kernel::config::StartupError;
use kernel::error::Error;

/// SQS.
#[derive(Clone)]
pub struct Queues {
    client: aws_sdk_sqs::Client,
}

/// What is sent of an event.
pub struct Letter {
    pub topic: String,
    /// The event as JSON.
    pub body: String,
}

impl Letter {
    /// An event as it is sent.
    pub fn new(event: &Event) -> Self {
        Self { topic: event.event_type.to_string(), body: serde_json::json!(event).to_string() }
    }
}

impl Queues {
    /// Those of the environment the function runs in.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self::new(aws_sdk_sqs::Client::new(&aws::config_from_env("SQS")?)))
    }

    /// By a client.
    pub fn new(client: aws_sdk_sqs::Client) -> Self {
        Self { client }
    }

    /// Sends one message.
    ///
    /// # Errors
    /// When the queue did not take it.
    pub async fn send_one(&self, url: &str, event: &Event) -> Result<(), Error> {
        let refused = self.send(url, vec![Letter::new(event)], 0).await?;
        if refused.is_empty() { Ok(()) } else { Err(Error::unavailable("the queue refused the message")) }
    }

    /// Sends up to ten messages, to be seen after so many seconds (at most 900). The places of those that were
    /// refused.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn send(&self, url: &str, letters: Vec<Letter>, delay_seconds: i32) -> Result<Vec<usize>, Error> {
        let entries = letters.into_iter().enumerate().map(|(index, letter)| {
            let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(letter.body);
            let entry = entry.delay_seconds(delay_seconds).message_attributes("topic", text(letter.topic)?);
            entry.build().map_err(Error::internal)
        });
        let entries = entries.collect::<Result<_, _>>()?;
        let answer = self
            .client
            .send_message_batch()
            .queue_url(url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(aws::failed)?;
        Ok(answer.failed().iter().filter_map(|entry| refused(&entry.id, &entry.code, entry.message())).collect())
    }

    /// Sends a message with attributes of text.
    ///
    /// # Errors
    /// When the queue did not take it.
    pub(super) async fn send_with(&self, url: &str, body: String, attributes: &[(&str, String)]) -> Result<(), Error> {
        let mut send = self.client.send_message().queue_url(url).message_body(body);
        // SQS takes no empty attribute.
        for (name, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
            send = send.message_attributes(*name, text(value.clone())?);
        }
        send.send().await.map_err(aws::failed)?;
        Ok(())
    }
}

fn text(value: String) -> Result<MessageAttributeValue, Error> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build().map_err(Error::internal)
}

/// The place of a message that was refused, logged with the reason.
pub(crate) fn refused(id: &str, code: &str, message: Option<&str>) -> Option<usize> {
    tracing::error!(code, cause = message, "a message was refused");
    id.parse().ok()
}
