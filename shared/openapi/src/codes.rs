//! The codes that errors have: their statuses, when they come, an example. Those that services share are here; a service
//! adds its own.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What goes wrong.
#[derive(Clone, Copy)]
pub struct Code {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
    /// When it comes: for the description of an answer.
    pub when: &'static str,
    /// What it says, for the example.
    detail: &'static str,
    /// Where it points, for the example: kind and value.
    source: Option<(&'static str, &'static str)>,
    /// Facts for programs, for the example: JSON.
    meta: Option<&'static str>,
}

/// A code, with its status and title, when it comes, and what it says.
pub const fn code(
    code: &'static str,
    status: u16,
    title: &'static str,
    when: &'static str,
    detail: &'static str,
) -> Code {
    Code { code, status, title, when, detail, source: None, meta: None }
}

/// The same, pointing somewhere: kind and value.
pub const fn at(code: Code, kind: &'static str, value: &'static str) -> Code {
    Code { source: Some((kind, value)), ..code }
}

/// The same, with facts for programs: JSON.
pub const fn telling(code: Code, meta: &'static str) -> Code {
    Code { meta: Some(meta), ..code }
}

const ID: &str = "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e";

impl Code {
    /// The code as sent: some situations share one.
    pub fn sent(&self) -> &'static str {
        match self.code {
            "wrong_credentials" => "unauthenticated",
            "id_given" | "disabled" => "forbidden",
            "unknown_related" => "not_found",
            "bought_too_often" => "customer_limit",
            code => code,
        }
    }

    fn example(&self) -> Value {
        let mut error = json!({
            "id": ID, "status": self.status.to_string(), "code": self.sent(), "title": self.title, "detail": self.detail,
        });
        if let Some((kind, value)) = self.source {
            error["source"] = json!({kind: value});
        }
        if let Some(meta) = self.meta {
            error["meta"] = serde_json::from_str(meta).unwrap_or_else(|error| panic!("{}: {error}", self.code));
        }
        json!({"summary": self.when, "value": {"jsonapi": {"version": "1.1"}, "errors": [error]}})
    }
}

/// The statuses that any operation may answer with, or any with a body: `default` stands for them.
const GENERAL_STATUSES: [u16; 9] = [400, 401, 406, 413, 415, 422, 429, 500, 503];

/// The name of the answer with one of them.
const GENERAL_ANSWER: &str = "Error";

/// The codes that any operation may answer with, or any with a body: they are not listed for each.
const GENERAL: [&str; 10] = [
    "invalid_parameter",
    "malformed_document",
    "not_acceptable",
    "unsupported_media_type",
    "body_too_large",
    "invalid_attribute",
    "type_mismatch",
    "too_many_requests",
    "internal",
    "unavailable",
];

/// The examples of the components: of those that have facts for programs.
pub fn examples(codes: &[Code]) -> Map<String, Value> {
    let with_facts = codes.iter().filter(|code| code.meta.is_some());
    with_facts.map(|code| (code.code.to_owned(), code.example())).collect()
}

/// The codes that are an operation's own, in words.
pub fn own(codes: &[Code], situations: &[&str]) -> String {
    let own = codes.iter().filter(|code| situations.contains(&code.code) && !GENERAL.contains(&code.code));
    let names: BTreeSet<String> = own.map(|code| format!("`{}`", code.sent())).collect();
    Vec::from_iter(names).join(", ")
}

/// The error answers of an operation that may meet these situations, by status.
///
/// # Panics
/// When a situation has no code, or stands twice: a table is wrong then.
pub fn answers(codes: &[Code], situations: &[&str]) -> Map<String, Value> {
    let known: Vec<&Code> = codes.iter().filter(|code| situations.contains(&code.code)).collect();
    assert_eq!(known.len(), situations.len(), "unknown or twice: {situations:?}");
    let own = known.into_iter().filter(|code| !GENERAL_STATUSES.contains(&code.status));
    let own = own.map(|code| (code.status.to_string(), reference(&name_of(code.status))));
    own.chain([("default".to_owned(), reference(GENERAL_ANSWER))]).collect()
}

/// The error answers of the components: one for each status, with the codes that it may have.
pub fn responses(codes: &[Code]) -> Map<String, Value> {
    let is_general = |code: &&Code| GENERAL_STATUSES.contains(&code.status);
    let (general, own): (Vec<&Code>, Vec<&Code>) = codes.iter().partition(is_general);
    let statuses: BTreeSet<u16> = own.iter().map(|code| code.status).collect();
    let of = |status: u16| {
        let some: Vec<&Code> = own.iter().filter(|code| code.status == status).copied().collect();
        (name_of(status), answer(status, &some))
    };
    statuses.into_iter().map(of).chain([(GENERAL_ANSWER.to_owned(), answer(0, &general))]).collect()
}

/// A reference to an answer that is put among the components under this name.
///
/// # Panics
/// When another answer has the name.
pub fn shared(components: &mut Map<String, Value>, name: &str, answer: Value) -> Value {
    let there = components.entry(name).or_insert_with(|| answer.clone());
    assert_eq!(*there, answer, "{name} is another answer elsewhere");
    reference(name)
}

/// The name of the error answer of a status.
fn name_of(status: u16) -> String {
    format!("Error{status}")
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/responses/{name}")})
}

/// An error answer of a status; 0 stands for those that any operation may give.
fn answer(status: u16, codes: &[&Code]) -> Value {
    let when = codes.iter().map(|code| match status {
        0 => format!("{} `{}`: {}", code.status, code.sent(), code.when),
        _ => format!("`{}`: {}", code.sent(), code.when),
    });
    let when: Vec<String> = when.collect();
    let examples: Map<String, Value> = codes
        .iter()
        .filter(|code| code.meta.is_some())
        .map(|code| (code.code.to_owned(), json!({"$ref": format!("#/components/examples/{}", code.code)})))
        .collect();
    let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestIdOfError"}});
    if status == 0 {
        for name in ["Retry-After", "WWW-Authenticate"] {
            headers[name] = json!({"$ref": format!("#/components/headers/{name}")});
        }
    }
    let schema = json!({"$ref": "#/components/schemas/Errors"});
    let mut content = json!({"application/vnd.api+json": {"schema": schema}});
    if !examples.is_empty() {
        content["application/vnd.api+json"]["examples"] = Value::Object(examples);
    }
    json!({"description": when.join(" · "), "headers": headers, "content": content})
}
