//! Sending events to the topic and messages to queues, ten at a time.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use crate::event::Event;
use crate::queues::{self, Letter, Queues};
use kernel::config::{self, StartupError};
use kernel::error::Error;

/// Where a message is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// The shop's topic, and from there to every queue that wants it.
    Topic,
    /// One queue, by its URL, after so many seconds (at most 900).
    Queue { url: String, delay_seconds: i32 },
}

/// An event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub to: To,
    pub event: Event,
}

/// The way out of a service.
pub struct Outbox {
    sns: aws_sdk_sns::Client,
    topic: String,
    queues: Queues,
}

/// How many messages SNS and SQS take at once, and how many bytes: 256 KiB with attributes, less some room.
const BATCH: usize = 10;
const BATCH_BYTES: usize = 240_000;

impl Outbox {
    /// To the topic `EVENTS_TOPIC` (its ARN).
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        let sns = aws_sdk_sns::Client::new(&aws::config_from_env("SNS")?);
        Ok(Self::new(sns, config::required::<String>("EVENTS_TOPIC")?, Queues::from_env()?))
    }

    /// From its parts; the topic by its ARN.
    pub fn new(sns: aws_sdk_sns::Client, topic: impl Into<String>, queues: Queues) -> Self {
        Self { sns, topic: topic.into(), queues }
    }

    /// The queues it sends to.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Sends messages, each marked with a number of the caller's. The numbers of those that were not taken;
    /// why stands in the log.
    pub async fn send(&self, messages: Vec<(usize, Message)>) -> BTreeSet<usize> {
        let mut by_destination = BTreeMap::<To, Vec<(usize, Event)>>::new();
        for (number, message) in messages {
            by_destination.entry(message.to).or_default().push((number, message.event));
        }
        let mut failed = BTreeSet::new();
        for (to, events) in by_destination {
            let letters = events.into_iter().map(|(number, event)| (number, Letter::new(&event)));
            for batch in batches(letters.collect()) {
                let numbers: Vec<usize> = batch.iter().map(|(number, _)| *number).collect();
                let letters = batch.into_iter().map(|(_, letter)| letter).collect();
                let refused = match &to {
                    To::Topic => self.publish(letters).await,
                    To::Queue { url, delay_seconds } => self.queues.send(url, letters, *delay_seconds).await,
                };
                match refused {
                    Ok(refused) => failed.extend(refused.into_iter().filter_map(|index| numbers.get(index).copied())),
                    Err(error) => {
                        tracing::error!(cause = error.cause(), ?to, messages = numbers.len(), "not sent");
                        failed.extend(numbers);
                    }
                }
            }
        }
        failed
    }

    /// Publishes up to ten events. The places of those that were refused.
    async fn publish(&self, letters: Vec<Letter>) -> Result<Vec<usize>, Error> {
        let entries = letters.into_iter().enumerate().map(|(index, letter)| {
            let topic = MessageAttributeValue::builder().data_type("String").string_value(letter.topic).build();
            let entry = PublishBatchRequestEntry::builder().id(index.to_string()).message(letter.body);
            entry.message_attributes("topic", topic.map_err(Error::internal)?).build().map_err(Error::internal)
        });
        let entries = entries.collect::<Result<_, _>>()?;
        let publish = self.sns.publish_batch().topic_arn(&self.topic).set_publish_batch_request_entries(Some(entries));
        let answer = publish.send().await.map_err(aws::failed)?;
        Ok(answer
            .failed()
            .iter()
            .filter_map(|entry| queues::refused(&entry.id, &entry.code, entry.message()))
            .collect())
    }
}

/// In order, ten at a time, fewer where they are long.
fn batches(letters: Vec<(usize, Letter)>) -> Vec<Vec<(usize, Letter)>> {
    let mut batches = Vec::<Vec<(usize, Letter)>>::new();
    let mut bytes = 0;
    for (number, letter) in letters {
        let size = letter.body.len() + letter.topic.len() + 20;
        match batches.last_mut().filter(|batch| batch.len() < BATCH && bytes + size <= BATCH_BYTES) {
            Some(batch) => {
                bytes += size;
                batch.push((number, letter));
            }
            None => {
                bytes = size;
                batches.push(vec![(number, letter)]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(sizes: &[usize]) -> Vec<(usize, Letter)> {
        let letter = |size: &usize| Letter { topic: "t".to_owned(), body: "x".repeat(*size) };
        sizes.iter().map(letter).enumerate().collect()
    }

    #[test]
    fn ten_messages_go_at_once_and_fewer_when_they_are_long() {
        let sizes = |sizes: &[usize]| batches(letters(sizes)).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(&[100; 25]), [10, 10, 5]);
        assert_eq!(sizes(&[100_000; 5]), [2, 2, 1]);
        assert_eq!(sizes(&[239_000, 100, 239_000]), [2, 1]);
        assert!(batches(Vec::new()).is_empty());
    }
}
