//! Messages through the machinery of queues and streams: what is handled, what stays in the queue, what becomes a dead letter. SNS and SQS
//! are stand-ins here, at the level of HTTP; the journeys meet the local cloud's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::{Arc, Mutex};

use aws_lambda_events::event::dynamodb::EventRecord;
use aws_lambda_events::event::sqs::SqsMessage;
use contracts::EventType;
use contracts::sales::SaleDue;
use kernel::Error;
use kernel::clock::Timestamp;
use messaging::queue::MAX_RECEIVES;
use messaging::queue::MAX_STEPS;
use messaging::{Change, Event, Message, Outbox, To, publisher};
use messaging::{Channel, DeadLetters, Handling, Work, queue};
use serde_json::{Value, json};
use testing::Post;

fn message(id: &str, body: String, receives: u32) -> SqsMessage {
    let mut message = testing::queue_messages("expire-sale").remove(0);
    message.message_id = Some(id.to_owned());
    message.body = Some(body);
    message.attributes.insert("ApproximateReceiveCount".to_owned(), receives.to_string());
    message
}

fn event(subject: &str) -> String {
    json!(Event::new(EventType::SaleDue, subject, "1".to_owned(), Timestamp::UNIX_EPOCH, &SaleDue {})).to_string()
}

/// Fails as the subject says.
fn handler(event: Event) -> Handling<'static> {
    Box::pin(async move {
        match event.subject.as_str() {
            "busy" => Err(Error::unavailable("DynamoDB is busy")),
            "wrong" => Err(Error::internal("a defect")),
            "long" if event.step < 40 => Ok(Work::More),
            "endless" => Ok(Work::More),
            "pages" if event.step == 0 => Ok(Work::MoreFrom("page 2".to_owned())),
            "pages" if event.cursor == "page 2" => Ok(Work::More),
            _ => Ok(Work::Done),
        }
    })
}

fn channel(post: &Post) -> Channel {
    let (dead_letters, inbox) = (DeadLetters::new(post.url("dead")), Some(post.url("inbox")));
    Channel { queues: post.queues(), dead_letters, inbox }
}

/// The messages that stay in the queue, and the dead letters.
async fn handled(post: &Post, messages: Vec<SqsMessage>) -> Vec<String> {
    let failed = queue::handle(&channel(post), &handler, messages).await;
    failed.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

#[tokio::test]
async fn a_message_that_fails_for_a_passing_reason_stays_and_the_others_are_done() {
    let post = Post::start(&[]).await;
    let messages = vec![message("1", event("fine"), 1), message("2", event("busy"), 1), message("3", event("fine"), 1)];
    assert_eq!(handled(&post, messages).await, ["2"]);
    assert!(post.taken().is_empty());
}

#[tokio::test]
async fn what_can_never_be_handled_is_given_up_at_once_with_the_reason() {
    let post = Post::start(&[]).await;
    let messages =
        vec![message("1", "{".to_owned(), 1), message("2", event("wrong"), 1), message("3", event("fine"), 1)];
    assert!(handled(&post, messages).await.is_empty());
    let dead = post.taken();
    let reasons: Vec<&str> =
        dead.iter().filter_map(|one| one["MessageAttributes"]["reason"]["StringValue"].as_str()).collect();
    assert_eq!(dead.len(), 2);
    assert!(reasons[0].contains("not an event") && reasons.contains(&"a defect"), "{reasons:?}");
    assert!(dead.iter().any(|one| one["MessageBody"] == json!("{")), "as it came");
}

#[tokio::test]
async fn what_failed_for_the_last_time_is_given_up_with_the_reason() {
    let post = Post::start(&[]).await;
    assert_eq!(handled(&post, vec![message("1", event("busy"), MAX_RECEIVES - 1)]).await, ["1"]);
    assert!(handled(&post, vec![message("1", event("busy"), MAX_RECEIVES)]).await.is_empty());
    assert_eq!(post.taken()[0]["MessageAttributes"]["receives"]["StringValue"], json!("5"));
}

#[tokio::test]
async fn a_message_that_cannot_become_a_dead_letter_either_stays() {
    let post = Post::start(&["dead"]).await;
    assert_eq!(handled(&post, vec![message("1", "{".to_owned(), 1)]).await, ["1"]);
}

/// What the function sent last to its own queue: the messages it will be given next.
fn sent_to_inbox(post: &Post) -> Vec<SqsMessage> {
    let last = post.taken().pop().unwrap();
    assert_eq!(last["QueueUrl"], json!(post.url("inbox")));
    let bodies = last["Entries"].as_array().unwrap().iter().map(|entry| entry["MessageBody"].as_str().unwrap());
    bodies.map(|body| message("next", body.to_owned(), 1)).collect()
}

#[tokio::test]
async fn long_work_goes_in_forty_steps_that_the_function_sends_to_itself() {
    let post = Post::start(&[]).await;
    let mut messages = vec![message("1", event("long"), 1)];
    for _ in 0..40 {
        assert!(handled(&post, messages).await.is_empty());
        messages = sent_to_inbox(&post);
    }
    assert!(handled(&post, messages).await.is_empty());
    assert_eq!(post.calls(), 40);
}

#[tokio::test]
async fn a_step_is_given_the_cursor_of_the_one_before_it_and_no_older_one() {
    let post = Post::start(&[]).await;
    assert!(handled(&post, vec![message("1", event("pages"), 1)]).await.is_empty());
    for cursor in ["page 2", ""] {
        let next = sent_to_inbox(&post);
        assert_eq!(Event::parse(next[0].body.as_deref().unwrap()).unwrap().cursor, cursor);
        assert!(handled(&post, next).await.is_empty());
    }
    assert_eq!(post.calls(), 2);
}

#[tokio::test]
async fn work_that_never_ends_is_given_up_and_may_be_redriven_from_its_first_step() {
    let post = Post::start(&[]).await;
    let mut last = Event::parse(&event("endless")).unwrap();
    (last.step, last.cursor) = (MAX_STEPS, "page 2".to_owned());
    assert!(handled(&post, vec![message("1", json!(last).to_string(), 1)]).await.is_empty());
    let dead = post.taken().remove(0);
    assert_eq!((&dead["QueueUrl"], &dead["MessageBody"]), (&json!(post.url("dead")), &json!(event("endless"))));
    assert_eq!(dead["MessageAttributes"]["reason"]["StringValue"], json!("not done after 10000 steps"));
}

#[tokio::test]
async fn a_step_that_cannot_be_sent_is_tried_again() {
    let post = Post::start(&["inbox"]).await;
    assert_eq!(handled(&post, vec![message("1", event("long"), 1)]).await, ["1"]);
}

/// Records of which the n-th is numbered n; the stand-in refuses subjects that are said to be bad.
fn records(count: usize) -> Vec<EventRecord> {
    let sample = testing::stream_records("publish-inventory-events").remove(0);
    let numbered = |number: usize| {
        let mut record = sample.clone();
        record.change.sequence_number = Some(number.to_string());
        record
    };
    (0..count).map(numbered).collect()
}

/// One message for a record, whose subject is its number; none can be made of those that are poison.
fn mapping(poison: &'static [usize]) -> impl Fn(&Change<'_>) -> Result<Vec<Message>, Error> + Send + Sync {
    let counter = Arc::new(Mutex::new(0..));
    move |_| {
        let number = counter.lock().unwrap().next().unwrap();
        if poison.contains(&number) {
            return Err(Error::internal("an image that cannot be read"));
        }
        let subject = format!("subject-{number}-");
        let event = Event::new(EventType::SaleDue, &subject, "1".to_owned(), Timestamp::UNIX_EPOCH, &SaleDue {});
        Ok(vec![Message { to: To::Topic, event }])
    }
}

async fn published(post: &Post, count: usize, poison: &'static [usize]) -> Result<Vec<String>, Error> {
    let outbox = Outbox::new(post.sns(), "arn:aws:sns:us-east-1:0:events", post.queues());
    let dead_letters = DeadLetters::new(post.url("dead"));
    let answer = publisher::publish(&outbox, &dead_letters, &mapping(poison), &records(count)).await?;
    Ok(answer.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).collect())
}

#[tokio::test]
async fn records_are_published_ten_at_a_time() {
    let post = Post::start(&[]).await;
    assert_eq!(published(&post, 25, &[]).await.unwrap(), [""; 0]);
    assert_eq!(post.calls(), 3);
}

#[tokio::test]
async fn a_record_that_the_topic_refuses_is_reported_and_the_others_are_published() {
    let post = Post::start(&["subject-7-", "subject-12-"]).await;
    assert_eq!(published(&post, 25, &[]).await.unwrap(), ["7", "12"]);
}

#[tokio::test]
async fn a_record_that_no_event_can_be_made_of_does_not_stop_the_others_and_is_not_lost() {
    let post = Post::start(&[]).await;
    assert_eq!(published(&post, 5, &[2]).await.unwrap(), [""; 0]);
    let dead = post.taken();
    let body: Value = serde_json::from_str(dead[0]["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!((dead.len(), &body["keys"]["sk"]["S"]), (1, &json!("stock")));
    assert!(body.get("NewImage").is_none(), "keys alone: the rest may be personal");
}

#[tokio::test]
async fn a_record_that_cannot_be_given_up_either_comes_back() {
    let post = Post::start(&["dead"]).await;
    assert_eq!(published(&post, 5, &[2]).await.unwrap(), ["2"]);
}

#[tokio::test]
async fn when_nothing_can_be_published_the_whole_batch_comes_back() {
    let post = Post::start(&["subject-"]).await;
    assert!(published(&post, 5, &[]).await.is_err());
}
