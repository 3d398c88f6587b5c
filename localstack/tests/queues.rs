//! Nothing that is sent is lost or stuck unseen: what the template says of queues, streams and the topic.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::fs;

use serde_yaml_ng::Value;
use shared::queue::MAX_RECEIVES;
use shared::testing::template;

/// The template's resources of a type: logical id and properties.
fn resources(kind: &str) -> BTreeMap<String, Value> {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let some = resources.filter(|(_, resource)| resource["Type"] == kind);
    some.map(|(name, resource)| (name.as_str().unwrap().to_owned(), resource["Properties"].clone())).collect()
}

/// Tables of whose changes nobody wants to hear.
const UNPUBLISHED: [&str; 2] = ["CartsTable", "RevocationsTable"];

/// All that a value says, its tags included.
fn said(value: &Value) -> String {
    serde_yaml_ng::to_string(value).unwrap()
}

/// Whether a text has a name as a whole word: `MyQueue.Arn` does not name `Queue.Arn`.
fn names(text: &str, name: &str) -> bool {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '.').any(|word| word == name)
}

/// The queues that something is read from, without those of dead letters.
fn main_queues() -> BTreeMap<String, Value> {
    let mut queues = resources("AWS::SQS::Queue");
    queues.retain(|name, _| !name.ends_with("DeadLetterQueue"));
    queues
}

fn readme() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap()
}

#[test]
fn a_queue_gives_up_after_five_tries_into_dead_letters_of_its_own() {
    let all = resources("AWS::SQS::Queue");
    for (name, queue) in main_queues() {
        let dead_letters = name.replace("Queue", "DeadLetterQueue");
        assert!(all.contains_key(&dead_letters), "{name} has no {dead_letters}");
        let redrive = &queue["RedrivePolicy"];
        assert!(said(&redrive["deadLetterTargetArn"]).contains(&dead_letters), "{name}");
        assert_eq!(redrive["maxReceiveCount"], MAX_RECEIVES, "{name}");
    }
    assert!(main_queues().len() >= 6);
}

#[test]
fn every_queue_is_encrypted_and_named_after_its_logical_id() {
    for (name, queue) in resources("AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
        let words = name.replace("DeadLetterQueue", "DeadLetters").replace("Queue", "");
        let kebab =
            words.chars().flat_map(|sign| sign.is_uppercase().then_some('-').into_iter().chain(sign.to_lowercase()));
        let kebab: String = kebab.collect();
        assert!(said(&queue["QueueName"]).trim_end_matches(['\n', '"', '\'']).ends_with(&kebab), "{name}: {kebab}");
    }
}

#[test]
fn a_message_stays_unseen_for_six_times_as_long_as_its_function_may_take() {
    let functions = resources("AWS::Serverless::Function");
    for (name, queue) in main_queues() {
        assert_eq!(queue["ReceiveMessageWaitTimeSeconds"], 20, "{name}: long polling");
        let mappings = resources("AWS::Lambda::EventSourceMapping");
        let of_queue = |mapping: &&Value| said(&mapping["EventSourceArn"]).contains(&format!("{name}.Arn"));
        let consumers: Vec<&Value> = mappings.values().filter(of_queue).collect();
        assert_eq!(consumers.len(), 1, "{name}");
        let function =
            functions.keys().find(|function| said(&consumers[0]["FunctionName"]).contains(function.as_str()));
        let timeout = functions[function.unwrap()]["Timeout"].as_u64().unwrap();
        assert!(queue["VisibilityTimeout"].as_u64().unwrap() >= 6 * timeout, "{name}");
    }
}

#[test]
fn dead_letters_late_messages_and_late_streams_raise_an_alarm() {
    let alarms: Vec<String> = resources("AWS::CloudWatch::Alarm").values().map(said).collect();
    let has = |metric: &str, name: &str| {
        alarms.iter().any(|alarm| ["AlarmTopicArn", metric, name].iter().all(|word| names(alarm, word)))
    };
    for name in resources("AWS::SQS::Queue").keys() {
        let metric = match name.ends_with("DeadLetterQueue") {
            true => "ApproximateNumberOfMessagesVisible",
            false => "ApproximateAgeOfOldestMessage",
        };
        assert!(has(metric, &format!("{name}.QueueName")), "{name}");
    }
    for name in resources("AWS::Serverless::Function").keys().filter(|name| name.starts_with("Publish")) {
        assert!(has("IteratorAge", name), "{name}");
    }
}

#[test]
fn every_mapping_tells_which_messages_failed_and_streams_are_never_given_up() {
    for (name, mapping) in resources("AWS::Lambda::EventSourceMapping") {
        assert!(said(&mapping["FunctionResponseTypes"]).contains("ReportBatchItemFailures"), "{name}");
        if said(&mapping["EventSourceArn"]).contains("StreamArn") {
            assert_eq!(mapping["BisectBatchOnFunctionError"], true, "{name}");
            assert!(mapping["MaximumRetryAttempts"].is_null() && mapping["MaximumRecordAgeInSeconds"].is_null());
            assert_eq!(mapping["StartingPosition"], "TRIM_HORIZON", "{name}");
        }
    }
}

#[test]
fn every_service_publishes_its_table() {
    let mappings: String = resources("AWS::Lambda::EventSourceMapping").values().map(said).collect();
    for table in resources("AWS::DynamoDB::Table").keys().filter(|name| !UNPUBLISHED.contains(&name.as_str())) {
        assert!(mappings.contains(&format!("{table}.StreamArn")), "{table}");
    }
}

#[test]
fn a_bound_queue_gets_events_as_they_are_by_prefix_and_from_the_topic_alone() {
    let policies: String = resources("AWS::SQS::QueuePolicy").values().map(said).collect();
    assert!(policies.contains("aws:SourceArn") && policies.contains("sns.amazonaws.com"));
    assert!(!policies.contains('*'), "{policies}");
    for (name, subscription) in resources("AWS::SNS::Subscription") {
        assert_eq!(
            (&subscription["RawMessageDelivery"], &subscription["Protocol"]),
            (&true.into(), &"sqs".into()),
            "{name}"
        );
        assert!(said(&subscription["FilterPolicy"]).contains("prefix"), "{name}");
        let queue = name.replace("Subscription", "Queue");
        let arn = format!("{queue}.Arn");
        assert!(names(&said(&subscription["Endpoint"]), &arn) && names(&policies, &arn), "{name}");
    }
}

#[test]
fn a_function_without_routes_has_the_one_trigger_that_the_readme_names() {
    let mappings = resources("AWS::Lambda::EventSourceMapping");
    for (name, function) in resources("AWS::Serverless::Function") {
        let events = function["Events"].as_mapping();
        // For others SAM would add a policy with wildcards to the role.
        assert!(events.into_iter().flatten().all(|(_, event)| event["Type"] == "Api"), "{name}");
        let own = mappings.values().filter(|mapping| names(&said(&mapping["FunctionName"]), &name));
        let sources: Vec<String> = own.map(|mapping| said(&mapping["EventSourceArn"])).collect();
        let file = function["CodeUri"].as_str().unwrap().split('/').nth(2).unwrap();
        let readme = readme();
        let row = readme.lines().find(|line| line.contains(&format!("| `{file}` |"))).unwrap();
        let trigger = row.split('|').nth(1).unwrap();
        // What an operator calls has none.
        let driven = events.is_none() && !trigger.trim().starts_with("`make ");
        assert_eq!(sources.len(), usize::from(driven), "{name}");
        for source in sources {
            let arn = if trigger.contains("stream of") { "StreamArn" } else { "Arn" };
            let named = trigger.split('`').nth(1).unwrap();
            assert!(names(&source, &format!("{named}.{arn}")), "{file}: {trigger}");
        }
    }
}

#[test]
fn every_queue_has_a_line_in_the_readme() {
    for name in main_queues().into_keys().chain(["EventsDeadLetterQueue".to_owned()]) {
        assert!(readme().lines().any(|line| line.starts_with(&format!("| `{name}`"))), "{name}");
    }
}
