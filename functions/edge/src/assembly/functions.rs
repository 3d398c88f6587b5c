//! `docs/functions.md`: every function, what calls it, who may, where its source and its sample event are; every queue.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_yaml_ng::Value;
use testing::template;

use super::{apis, function_of, generated};
use crate::routes::UNKNOWN;

/// A function: what calls it, and who may.
type Row = (String, String);

/// The template's resources of a type, with their properties.
fn resources(kind: &str) -> BTreeMap<String, Value> {
    let template = template();
    let all = template["Resources"].as_mapping().unwrap().iter();
    let some = all.filter(|(_, resource)| resource["Type"] == kind);
    some.map(|(name, resource)| (name.as_str().unwrap().to_owned(), resource["Properties"].clone())).collect()
}

/// What a value of the template says, its tag included.
fn said(value: &Value) -> String {
    serde_yaml_ng::to_string(value).unwrap()
}

/// The name in a reference: `!GetAtt ReviewsInboxQueue.Arn` → `ReviewsInboxQueue`; of a parameter of Systems Manager, the
/// template's parameter with its name.
fn name_in(value: &Value) -> String {
    let said = said(value);
    let word = said.trim().rsplit(' ').next().unwrap_or_default().trim_matches(['\'', '"', '$', '{']);
    let word = word.rsplit(":parameter${").next().unwrap_or_default();
    word.split(['.', '}']).next().unwrap_or_default().to_owned()
}

/// `GetSaleFunction` → `get-sale`.
fn kebab(logical_id: &str) -> String {
    let words = logical_id.trim_end_matches("Function").chars();
    let dashed = words.flat_map(|sign| sign.is_uppercase().then_some('-').into_iter().chain(sign.to_lowercase()));
    dashed.collect::<String>().trim_start_matches('-').to_owned()
}

/// The routes of each function.
fn routed() -> BTreeMap<&'static str, Row> {
    let mut rows = BTreeMap::<&str, Row>::new();
    for api in apis() {
        for one in &api.operations {
            let (calls, who) = rows.entry(function_of(one)).or_default();
            let separator = if calls.is_empty() { "" } else { ", " };
            write!(calls, "{separator}`{} {}`", one.method, one.path).unwrap();
            one.who.1.clone_into(who);
        }
        for (method, path, function) in api.internal {
            let row = (format!("`{method} {path}` (internal API)"), "the other services, by their key".to_owned());
            rows.insert(function, row);
        }
    }
    rows.insert(UNKNOWN, ("every other path and method".to_owned(), "anyone".to_owned()));
    rows
}

/// The queue or the stream that each function takes from.
fn driven() -> BTreeMap<String, Row> {
    let mappings = resources("AWS::Lambda::EventSourceMapping").into_values();
    let row = |mapping: Value| {
        let source = name_in(&mapping["EventSourceArn"]);
        let stream = said(&mapping["EventSourceArn"]).contains("StreamArn");
        let calls = if stream { format!("the stream of `{source}`") } else { format!("`{source}`") };
        (kebab(&name_in(&mapping["FunctionName"])), (calls, "—".to_owned()))
    };
    mappings.map(row).collect()
}

fn of_operators() -> Row {
    ("operators (`zoco`)".to_owned(), "whoever IAM lets invoke it".to_owned())
}

/// What a function's role may do, by resource: `CatalogTable`: GetItem, PutItem.
fn rights(properties: &Value) -> String {
    let mut rights = BTreeMap::<String, Vec<String>>::new();
    for statement in properties["Policies"]["Statement"].as_sequence().into_iter().flatten() {
        let resources = match &statement["Resource"] {
            Value::Sequence(resources) => resources.iter().map(name_in).collect(),
            one => vec![name_in(one)],
        };
        let actions = statement["Action"].as_sequence().unwrap().iter();
        let actions = actions.filter_map(|action| Some(action.as_str()?.split(':').next_back()?.to_owned()));
        for resource in resources.into_iter().filter(|name| !name.ends_with("DeadLetterQueue")) {
            let known = rights.entry(resource).or_default();
            known.extend(actions.clone());
            known.sort_unstable();
            known.dedup();
        }
    }
    let text = rights.into_iter().map(|(resource, actions)| format!("`{resource}`: {}", actions.join(", ")));
    text.collect::<Vec<_>>().join("; ")
}

/// Where a row stands: by path and method, and then what is no endpoint.
fn by_path(row: &str) -> (&str, &str) {
    let (method, path) = row.split_once(" /").unwrap_or(("", row));
    (path.split('`').next().filter(|_| !method.is_empty()).unwrap_or(row), method)
}

#[test]
fn the_generated_map_has_every_function_and_every_queue() {
    let (routed, driven) = (routed(), driven());
    let mut services = BTreeMap::<String, String>::new();
    for properties in resources("AWS::Serverless::Function").into_values() {
        let function = properties["Handler"].as_str().unwrap().to_owned();
        let service = properties["CodeUri"].as_str().unwrap().split('/').nth(2).unwrap().to_owned();
        let row = routed.get(function.as_str()).or_else(|| driven.get(&function)).cloned();
        let (calls, who) = row.unwrap_or_else(of_operators);
        let source = format!("functions/{service}/src/handlers/{}.rs", function.replace('-', "_"));
        let links = format!("[source](../{source}) · [event](../events/{function}.json)");
        let rows = services.entry(service).or_default();
        writeln!(rows, "| {calls} | `{function}` | {who} | {} | {links} |", rights(&properties)).unwrap();
    }
    let mut text = "# Functions and queues\n\nGenerated from the services' `src/api.rs` and from `template.yaml` by \
                    `make generate`.\n"
        .to_owned();
    for (service, rows) in services {
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.sort_unstable_by_key(|row| by_path(row));
        let head =
            "| Called by | Function | Who may call | What its role may do | Where |\n| --- | --- | --- | --- | --- |";
        write!(text, "\n## {service}\n\n{head}\n{}\n", rows.join("\n")).unwrap();
    }
    text += "\n## Queues\n\nA queue's dead letters are in a queue of the same name with `DeadLetters`. `zoco queues list` \
             shows all of them.\n\n| Queue | Read by | Event types it is sent |\n| --- | --- | --- |\n";
    let subscriptions = resources("AWS::SNS::Subscription");
    for queue in resources("AWS::SQS::Queue").into_keys().filter(|name| !name.ends_with("DeadLetterQueue")) {
        let read_by = driven.iter().find(|(_, (calls, _))| *calls == format!("`{queue}`")).map(|(name, _)| name);
        let bound = subscriptions.get(&format!("{}Subscription", queue.trim_end_matches("Queue")));
        let types = bound.map(|bound| {
            let types = bound["FilterPolicy"]["topic"].as_sequence().unwrap().iter();
            types.map(|one| format!("`{}`", one.as_str().unwrap())).collect::<Vec<_>>().join(", ")
        });
        let types = types.unwrap_or_else(|| "messages sent to it alone".to_owned());
        writeln!(text, "| `{queue}` | `{}` | {types} |", read_by.unwrap()).unwrap();
    }
    text += "| `EventsDeadLetterQueue` | nobody: `zoco queues redrive events` | changes of which no event could be made |\n";
    generated("docs/functions.md", &text);
}
