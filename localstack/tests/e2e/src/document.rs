//! Checks that an answer is a JSON:API 1.1 document (<https://jsonapi.org/format/1.1/>): every answer of every
//! journey goes through here. What a schema cannot say is here too: full linkage, each resource once.
//!
//! The schema that jsonapi.org publishes is of version 1.0 and refuses what 1.1 allows, so there is no outside
//! validator to ask.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What is wrong with a document that was answered with a status; nothing, if it is sound.
pub fn faults(status: u16, document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(members) = document.as_object() else { return vec!["a document is an object".to_owned()] };
    let known = ["data", "errors", "meta", "jsonapi", "links", "included"];
    faults.extend(unknown("the document", members, &known));
    if document["jsonapi"]["version"] != "1.1" {
        faults.push("jsonapi.version is 1.1".to_owned());
    }
    match (members.contains_key("data"), members.contains_key("errors")) {
        (true, true) => faults.push("data and errors are never together".to_owned()),
        (false, false) if !members.contains_key("meta") => faults.push("there is data, errors or meta".to_owned()),
        (_, has_errors) if has_errors != (status >= 400) => faults.push(format!("errors with the status {status}")),
        _ => {}
    }
    for error in list(&document["errors"]) {
        check_error(status, error, &mut faults);
    }
    let primary: Vec<&Value> = match &document["data"] {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let included = list(&document["included"]);
    let mut shown = BTreeSet::new();
    for resource in primary.iter().copied().chain(included) {
        check_resource(resource, &mut faults);
        if !shown.insert(identity(resource)) {
            faults.push(format!("{:?} is there twice", identity(resource)));
        }
    }
    let linked: BTreeSet<_> = primary.iter().copied().chain(included).flat_map(linkage).collect();
    for resource in included.iter().filter(|resource| !linked.contains(&identity(resource))) {
        faults.push(format!("{:?} is included and nothing leads to it", identity(resource)));
    }
    check_links(&document["links"], &mut faults);
    faults
}

fn check_resource(resource: &Value, faults: &mut Vec<String>) {
    let Some(members) = resource.as_object() else { return faults.push("a resource is an object".to_owned()) };
    faults.extend(unknown("a resource", members, &["type", "id", "attributes", "relationships", "links", "meta"]));
    for name in ["type", "id"] {
        if members.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            faults.push(format!("a resource has a {name} that is text"));
        }
    }
    let empty = Map::new();
    let of = |name: &str| members.get(name).and_then(Value::as_object).unwrap_or(&empty);
    for name in of("attributes").keys().chain(of("relationships").keys()) {
        let first = name.chars().next().is_some_and(|character| character.is_ascii_lowercase());
        if !first
            || !name.chars().all(|character| character.is_ascii_alphanumeric())
            || ["id", "type"].contains(&&**name)
        {
            faults.push(format!("{name:?} is no name of a field"));
        }
    }
    for name in of("attributes").keys().filter(|name| of("relationships").contains_key(*name)) {
        faults.push(format!("{name} is an attribute and a relationship"));
    }
    for relationship in of("relationships").values() {
        if relationship.get("data").is_none() && relationship.get("links").is_none() {
            faults.push("a relationship has data or links".to_owned());
        }
        check_links(&relationship["links"], faults);
    }
    check_links(&resource["links"], faults);
}

fn check_error(status: u16, error: &Value, faults: &mut Vec<String>) {
    let Some(members) = error.as_object() else { return faults.push("an error is an object".to_owned()) };
    faults.extend(unknown(
        "an error",
        members,
        &["id", "status", "code", "title", "detail", "source", "meta", "links"],
    ));
    for name in ["id", "status", "code", "title", "detail"] {
        if members.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            faults.push(format!("an error has a {name} that is text"));
        }
    }
    if error["status"].as_str() != Some(status.to_string().as_str()) {
        faults.push(format!("an error of the status {} answered with {status}", error["status"]));
    }
    let source = error["source"].as_object().map(|source| source.keys().map(String::as_str).collect::<Vec<_>>());
    if source.is_some_and(|names| !matches!(names[..], ["pointer" | "parameter" | "header"])) {
        faults.push("a source is a pointer, a parameter or a header".to_owned());
    }
}

/// Links are absolute URLs or null.
fn check_links(links: &Value, faults: &mut Vec<String>) {
    for (name, link) in links.as_object().into_iter().flatten() {
        if !link.is_null() && !link.as_str().is_some_and(|link| link.starts_with("http")) {
            faults.push(format!("the link {name} is not absolute: {link}"));
        }
    }
}

fn unknown(what: &str, members: &Map<String, Value>, known: &[&str]) -> Vec<String> {
    members
        .keys()
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| format!("{what} has a member {name}"))
        .collect()
}

fn identity(resource: &Value) -> (String, String) {
    let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
    (text("type"), text("id"))
}

/// What a resource's relationships lead to.
fn linkage(resource: &Value) -> Vec<(String, String)> {
    let relationships = resource["relationships"].as_object().into_iter().flat_map(Map::values);
    let data = relationships.map(|relationship| &relationship["data"]);
    data.flat_map(|data| if data.is_object() { vec![data] } else { list(data).iter().collect() })
        .map(identity)
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_with_a_document_is_reported() {
        let version = json!({"version": "1.1"});
        let cup = json!({"type": "products", "id": "1", "attributes": {"name": "Cup"},
            "relationships": {"brand": {"data": {"type": "brands", "id": "2"}}}});
        let loza = json!({"type": "brands", "id": "2", "attributes": {}});
        let sound = json!({"jsonapi": version, "data": [cup], "included": [loza], "links": {"next": null}});
        assert_eq!(faults(200, &sound), Vec::<String>::new());
        for (status, wrong) in [
            (200, json!({"jsonapi": version})),
            (200, json!({"jsonapi": version, "data": [cup, cup]})),
            (200, json!({"jsonapi": version, "data": [], "included": [loza]})),
            (200, json!({"jsonapi": version, "data": {"type": "products", "id": 1}})),
            (200, json!({"jsonapi": version, "data": null, "links": {"self": "/products"}})),
            (200, json!({"jsonapi": version, "data": {"type": "a", "id": "1", "attributes": {"type": 1}}})),
            (400, json!({"jsonapi": version, "data": null})),
            (
                400,
                json!({"jsonapi": version, "errors": [{"status": "404", "id": "1", "code": "a", "title": "b", "detail": "c"}]}),
            ),
            (200, json!({"jsonapi": version, "data": null, "extra": 1})),
        ] {
            assert!(!faults(status, &wrong).is_empty(), "{wrong}");
        }
    }
}
