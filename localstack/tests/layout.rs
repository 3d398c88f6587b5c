//! One name everywhere, and the house rules that a test can see.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use edge::routes;
use serde_yaml_ng::Value;
use shared::testing::template;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every Rust file below a folder of the project.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn all_sources() -> Vec<PathBuf> {
    ["functions", "shared", "localstack"].iter().flat_map(|folder| sources(&root().join(folder))).collect()
}

/// The functions, each with its service: every file below `src/handlers` of a service.
fn functions() -> BTreeMap<String, String> {
    let services = fs::read_dir(root().join("functions")).unwrap().map(|entry| entry.unwrap().path());
    let functions = services.flat_map(|service| {
        let name = service.file_name().unwrap().to_string_lossy().into_owned();
        let handlers = sources(&service.join("src/handlers")).into_iter();
        handlers.map(move |path| (path.file_stem().unwrap().to_string_lossy().replace('_', "-"), name.clone()))
    });
    functions.collect()
}

/// The functions of the template: name and properties.
fn template_functions() -> BTreeMap<String, Value> {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let functions = resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
    functions.map(|(name, resource)| (name.as_str().unwrap().to_owned(), resource["Properties"].clone())).collect()
}

/// `get-sale` → `GetSaleFunction`.
fn logical_id(function: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    function.split('-').map(word).collect::<String>() + "Function"
}

#[test]
fn a_function_has_one_name_in_code_template_events_and_readme() {
    let functions = functions();
    let logical_ids: BTreeSet<String> = functions.keys().map(|name| logical_id(name)).collect();
    assert_eq!(template_functions().into_keys().collect::<BTreeSet<_>>(), logical_ids);
    for (function, service) in &functions {
        let properties = &template_functions()[&logical_id(function)];
        assert_eq!(properties["CodeUri"], Value::from(format!("target/lambda/{service}/")));
        assert_eq!(properties["Handler"], Value::from(function.as_str()));
        let main = read(format!("functions/{service}/src/main.rs"));
        let module = function.replace('-', "_");
        let row = format!("(\"{function}\", || Box::pin({module}::start()))");
        assert!(main.contains(&row), "{service}/src/main.rs has no {row}");
    }
    let functions: BTreeSet<String> = functions.into_keys().collect();
    let events = fs::read_dir(root().join("events")).unwrap().map(|entry| entry.unwrap().path());
    let events: BTreeSet<String> =
        events.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(events, functions);
    let readme = read("README.md");
    let rows = readme.lines().filter(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(2));
    let named: BTreeSet<String> =
        rows.filter_map(|cell| Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned())).collect();
    assert_eq!(named, functions);
}

#[test]
fn the_readme_maps_every_route_to_its_function() {
    let readme = read("README.md");
    for (method, path, function) in routes::PUBLIC.iter().chain(routes::INTERNAL) {
        let cells = format!("| `{method} {path}` | `{function}` |");
        assert!(readme.contains(&cells), "README.md has no row {cells}");
    }
}

#[test]
fn no_policy_has_a_wildcard() {
    for (name, properties) in template_functions() {
        for statement in properties["Policies"]["Statement"].as_sequence().into_iter().flatten() {
            assert!(!format!("{statement:?}").contains('*'), "{name}: {statement:?}");
        }
    }
    for (name, resource) in template()["Resources"].as_mapping().unwrap() {
        if resource["Type"] == "AWS::IAM::Role" {
            assert!(!format!("{:?}", resource["Properties"]).contains('*'), "{name:?}");
        }
    }
}

#[test]
fn every_table_is_on_demand_recoverable_kept_and_streamed() {
    let template = template();
    for (name, resource) in template["Resources"].as_mapping().unwrap() {
        if resource["Type"] == "AWS::DynamoDB::Table" {
            let properties = &resource["Properties"];
            let name = name.as_str().unwrap();
            assert_eq!(
                (&resource["DeletionPolicy"], &properties["BillingMode"]),
                (&Value::from("Retain"), &Value::from("PAY_PER_REQUEST")),
                "{name}"
            );
            assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{name}");
            assert_eq!(properties["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES", "{name}");
        }
    }
}

#[test]
fn only_stores_name_the_dynamodb_sdk() {
    for path in all_sources() {
        let text = path.to_string_lossy().into_owned();
        let may = ["/store.rs", "/store/", "testing", "/tests/"].iter().any(|part| text.contains(part));
        let names = fs::read_to_string(&path).unwrap().contains(concat!("aws_sdk_", "dynamodb"));
        assert!(may || !names, "{text} names the DynamoDB SDK");
    }
}

#[test]
fn files_say_what_they_are_for_and_have_at_most_300_lines_without_their_tests() {
    for path in all_sources() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
        let lines = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().lines().count();
        assert!(lines <= 300 || path.to_string_lossy().contains("/tests/"), "{} has {lines} lines", path.display());
    }
}

/// The topics that a service's inbox dispatches: the words of its `match`.
fn handled_topics(service: &str) -> BTreeSet<String> {
    let code = read(format!("functions/{service}/src/handlers/{service}_on_event.rs"));
    let arms = code.split("match event.topic.as_str() {").nth(1).unwrap().split("other =>").next().unwrap();
    arms.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn an_inbox_is_sent_exactly_the_topics_that_its_function_dispatches() {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let subscriptions = resources.filter(|(_, resource)| resource["Type"] == "AWS::SNS::Subscription");
    let mut services = 0;
    for (name, resource) in subscriptions {
        let service = name.as_str().unwrap().trim_end_matches("InboxSubscription").to_lowercase();
        let topics = resource["Properties"]["FilterPolicy"]["topic"].as_sequence().unwrap().iter();
        let topics: BTreeSet<String> = topics.map(|topic| topic.as_str().unwrap().to_owned()).collect();
        assert_eq!(topics, handled_topics(&service), "{service}");
        services += 1;
    }
    let listening = functions().into_keys().filter(|function| function.ends_with("-on-event")).count();
    assert_eq!(services, listening);
}

#[test]
fn exactly_the_functions_that_send_to_their_own_inbox_may_loop() {
    for (name, properties) in template_functions() {
        let loops = properties["RecursiveLoop"].as_str().unwrap_or("Terminate") == "Allow";
        let has_inbox = !properties["Environment"]["Variables"]["INBOX_QUEUE"].is_null();
        assert_eq!(loops, has_inbox, "{name}");
        let (function, service) = functions().into_iter().find(|(function, _)| logical_id(function) == name).unwrap();
        let code = read(format!("functions/{service}/src/handlers/{}.rs", function.replace('-', "_")));
        let works_in_steps = code.contains("-> Result<Work, Error>") && function.ends_with("-on-event");
        assert_eq!(loops, works_in_steps, "{name}: whether it works in steps");
    }
}

/// Features are unified over all packages of a build: `make build` builds the default members, and no more.
#[test]
fn no_release_program_has_the_test_tools_in_it() {
    let tree = ["tree", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}", "--offline", "--locked"];
    let tree = Command::new(env!("CARGO")).args(tree).current_dir(root()).output().unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    let own = |line: &&str| line.contains(&root().canonicalize().unwrap().display().to_string());
    assert!(tree.lines().filter(own).any(|line| line.starts_with("shared ")), "{tree}");
    assert!(!tree.lines().filter(own).any(|line| line.contains("testing")), "{tree}");
    assert!(!tree.contains("dynoxide"));
}

#[test]
fn handlers_fit_a_screen_and_starts_only_assemble() {
    for path in all_sources().into_iter().filter(|path| path.to_string_lossy().contains("/src/handlers/")) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (start, most) in [("pub async fn start()", 6), ("async fn ", 25)] {
            let body = code.split(start).nth(1).and_then(|body| body.split("\n}\n").next()).unwrap_or_default();
            assert!(body.lines().count() <= most, "{}: {start} has {} lines", path.display(), body.lines().count());
        }
    }
}
