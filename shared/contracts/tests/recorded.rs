//! Events and messages that were sent by earlier releases, and the samples of the functions, are read and written again as
//! they were.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::{Path, PathBuf};

use contracts::{EventData, EventType, catalog, identity, inventory, reviews, sales};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// An event's data, read as its type says and written again.
fn again(event: &Value) -> Value {
    fn through<T: EventData>(kind: EventType, data: &Value) -> Value {
        assert!(T::TYPES.contains(&kind));
        serde_json::to_value(serde_json::from_value::<T>(data.clone()).unwrap_or_else(|why| panic!("{kind}: {why}")))
            .unwrap()
    }
    let kind: EventType = event["type"].as_str().unwrap().parse().unwrap();
    let data = &event["data"];
    match kind.subject_kind() {
        "product" => through::<catalog::Product>(kind, data),
        "brand" => through::<catalog::Brand>(kind, data),
        "category" => through::<catalog::Category>(kind, data),
        "stock" => through::<inventory::Stock>(kind, data),
        "user" => through::<identity::User>(kind, data),
        "review" if kind == EventType::ReviewRated => through::<reviews::Rating>(kind, data),
        "review" => through::<reviews::Review>(kind, data),
        "products" if kind == EventType::ProductsRequested => through::<sales::ProductsRequested>(kind, data),
        "products" => through::<catalog::ProductsAnswered>(kind, data),
        _ if kind == EventType::SaleDue => through::<sales::SaleDue>(kind, data),
        _ => through::<sales::Sale>(kind, data),
    }
}

fn check(event: &Value) {
    assert_eq!(again(event), event["data"], "{}", event["id"]);
    let kind: EventType = event["type"].as_str().unwrap().parse().unwrap();
    assert_eq!(event["source"], format!("urn:zoco:{}", kind.service()));
}

#[test]
fn what_release_0_1_0_sent_is_read_and_written_again_as_it_was() {
    let folder = root().join("localstack/tests/recorded/0.1.0");
    let messages = fs::read_dir(folder.join("messages")).unwrap().map(|entry| entry.unwrap().path());
    let mut checked = 0;
    for file in messages.chain([folder.join("events.ndjson")]) {
        for line in fs::read_to_string(&file).unwrap().lines() {
            check(&serde_json::from_str(line).unwrap());
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn the_samples_of_functions_are_read_and_written_again_as_they_are() {
    let mut checked = 0;
    for file in fs::read_dir(root().join("events")).unwrap().map(|entry| entry.unwrap().path()) {
        let sample: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for body in sample["Records"].as_array().into_iter().flatten().filter_map(|record| record["body"].as_str()) {
            check(&serde_json::from_str(body).unwrap());
            checked += 1;
        }
    }
    assert!(checked >= 6, "{checked}");
}

#[test]
fn a_member_that_a_later_release_adds_is_passed_over() {
    let brand = serde_json::json!({"name": "Sol", "slug": "sol", "country": "MX"});
    assert_eq!(serde_json::from_value::<catalog::Brand>(brand).unwrap().slug, "sol");
}
