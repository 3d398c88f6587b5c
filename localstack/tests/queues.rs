//! Nothing that is sent is lost or stuck unseen: what the template says of queues, streams and the topic.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::fs;

use edge::routes;
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

/// "Each policy must cover only a single queue" (Amazon SQS Developer Guide, "Special Information for SQS Policies").
#[test]
fn a_queue_takes_messages_from_the_topic_alone_by_a_policy_of_its_own() {
    for (name, policy) in resources("AWS::SQS::QueuePolicy") {
        let queues = policy["Queues"].as_sequence().unwrap();
        let queue = name.replace("DeadLetterPolicy", "DeadLetterQueue");
        let queue = if queue == name { name.replace("Policy", "Queue") } else { queue };
        assert!(queues.len() == 1 && names(&said(&queues[0]), &queue), "{name}");
        let statements = policy["PolicyDocument"]["Statement"].as_sequence().unwrap();
        assert_eq!(statements.len(), 1, "{name}");
        assert!(names(&said(&statements[0]["Resource"]), &format!("{queue}.Arn")), "{name}");
        assert!(said(&statements[0]["Condition"]).contains("EventsTopic"), "{name}");
        assert_eq!(statements[0]["Principal"]["Service"], "sns.amazonaws.com", "{name}");
        assert!(!said(&statements[0]).contains('*'), "{name}");
    }
}

#[test]
fn an_inbox_is_subscribed_once_its_policies_stand_and_what_cannot_be_delivered_is_a_dead_letter() {
    let policies = resources("AWS::SQS::QueuePolicy");
    for (name, subscription) in resources("AWS::SNS::Subscription") {
        let delivery = (&subscription["RawMessageDelivery"], &subscription["Protocol"]);
        assert_eq!(delivery, (&true.into(), &"sqs".into()), "{name}");
        let inbox = name.trim_end_matches("Subscription");
        assert!(names(&said(&subscription["Endpoint"]), &format!("{inbox}Queue.Arn")), "{name}");
        let redrive = said(&subscription["RedrivePolicy"]["deadLetterTargetArn"]);
        assert!(names(&redrive, &format!("{inbox}DeadLetterQueue.Arn")), "{name}");
        let depends = said(&template()["Resources"][name.as_str()]["DependsOn"]);
        for policy in [format!("{inbox}Policy"), format!("{inbox}DeadLetterPolicy")] {
            assert!(policies.contains_key(&policy) && names(&depends, &policy), "{name}: {policy}");
        }
    }
}

#[test]
fn every_queue_has_an_upper_bound_of_functions_at_once() {
    for (name, mapping) in resources("AWS::Lambda::EventSourceMapping") {
        let bound = mapping["ScalingConfig"]["MaximumConcurrency"].as_u64();
        let of_queue = !said(&mapping["EventSourceArn"]).contains("StreamArn");
        // From 2 to 1,000 (AWS::Lambda::EventSourceMapping ScalingConfig).
        assert_eq!(bound.is_some_and(|bound| (2..=1_000).contains(&bound)), of_queue, "{name}");
    }
}

#[test]
fn a_function_without_routes_has_the_one_trigger_that_the_readme_names() {
    let mappings = resources("AWS::Lambda::EventSourceMapping");
    for (name, function) in resources("AWS::Serverless::Function") {
        // For these SAM would add permissions, or a policy with wildcards to the role.
        assert!(function["Events"].is_null(), "{name}");
        let own = mappings.values().filter(|mapping| names(&said(&mapping["FunctionName"]), &name));
        let sources: Vec<String> = own.map(|mapping| said(&mapping["EventSourceArn"])).collect();
        let file = function["Handler"].as_str().unwrap();
        let readme = readme();
        let row = readme.lines().find(|line| line.contains(&format!("| `{file}` |"))).unwrap();
        let trigger = row.split('|').nth(1).unwrap();
        let mut routed = routes::PUBLIC.iter().chain(routes::INTERNAL).map(|route| route.2).chain([routes::UNKNOWN]);
        // What an operator calls has none.
        let driven = !routed.any(|function| function == file) && !trigger.trim().starts_with("`make ");
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
