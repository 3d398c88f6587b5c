//! What follows in `docs/asyncapi.yaml` from elsewhere: the schemas of the data from the types, the messages of the inboxes
//! from the filters in `template.yaml`. `make generate` writes them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::Path;

use contracts::{EventType, schema};
use serde_yaml_ng::Value;

/// The rest of the file after this line is generated.
const MARK: &str = "    # Generated from shared/contracts by `make generate`, to the end of the file.\n";
const SUBSCRIPTION: &str = "Subscription";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// The inboxes by their names (`carts-inbox`) with the types that their filters let through.
fn inboxes() -> Vec<(String, Vec<String>)> {
    let template: Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let subscriptions = resources.filter_map(|(name, one)| Some((name.as_str()?.strip_suffix(SUBSCRIPTION)?, one)));
    subscriptions
        .map(|(name, subscription)| {
            let name = name.replace("Inbox", "-inbox").to_lowercase();
            let types = subscription["Properties"]["FilterPolicy"]["topic"].as_sequence().unwrap().iter();
            (name, types.map(|one| one.as_str().unwrap().to_owned()).collect())
        })
        .collect()
}

/// The document with other messages of a channel.
fn with_messages(document: &str, channel: &str, types: &[String]) -> String {
    let channel_begin = document.find(&format!("\n  {channel}:\n")).unwrap();
    let (before, rest) = document[channel_begin..].split_once("    messages:\n").unwrap();
    let behind: usize = rest.split_inclusive('\n').take_while(|line| line.starts_with("      ")).map(str::len).sum();
    let line = |kind: &String| {
        let name = kind.replace('.', "-");
        format!("      {name}: {{$ref: '#/components/messages/{name}'}}\n")
    };
    let lines: String = types.iter().map(line).collect();
    format!("{}{before}    messages:\n{lines}{}", &document[..channel_begin], &rest[behind..])
}

#[test]
fn the_document_has_the_generated_schemas_and_the_messages_of_the_inboxes() {
    let document = read("docs/asyncapi.yaml");
    let (own, _) = document.split_once(MARK).unwrap();
    let own = inboxes().iter().fold(own.to_owned(), |own, (inbox, types)| with_messages(&own, inbox, types));
    let schemas = serde_yaml_ng::to_string(&schema::schemas()).unwrap();
    let indented: String = schemas.lines().map(|line| format!("    {line}\n")).collect();
    let generated = format!("{own}{MARK}{indented}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/asyncapi.yaml"), generated).unwrap();
    } else {
        assert!(document == generated, "docs/asyncapi.yaml is out of date: make generate");
    }
}

#[test]
fn the_document_has_a_message_of_every_event_type() {
    let document: Value = serde_yaml_ng::from_str(&read("docs/asyncapi.yaml")).unwrap();
    let messages = document["components"]["messages"].as_mapping().unwrap();
    assert_eq!(messages.len(), EventType::ALL.len());
    for kind in EventType::ALL {
        let message = &messages[kind.name().replace('.', "-").as_str()];
        assert_eq!(message["name"], kind.name());
        let source = &message["payload"]["allOf"][1]["properties"]["source"]["const"];
        assert_eq!(*source, format!("urn:zoco:{}", kind.service()), "{kind}");
    }
}
