//! Every code that an error may have: its status, when it comes, an example.

mod carts;

use serde_json::{Map, Value, json};

/// What goes wrong.
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

const fn code(code: &'static str, status: u16, title: &'static str, when: &'static str, detail: &'static str) -> Code {
    Code { code, status, title, when, detail, source: None, meta: None }
}

const fn at(code: Code, kind: &'static str, value: &'static str) -> Code {
    Code { source: Some((kind, value)), ..code }
}

const fn telling(code: Code, meta: &'static str) -> Code {
    Code { meta: Some(meta), ..code }
}

const ID: &str = "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e";

const CODES: [Code; 24] = [
    at(
        code(
            "malformed_document",
            400,
            "Malformed document",
            "the body is no JSON:API document",
            "The body is not JSON.",
        ),
        "pointer",
        "/data",
    ),
    at(
        code(
            "invalid_parameter",
            400,
            "Invalid query parameter",
            "a query parameter is unknown here, given twice, or unusable",
            "Ask for 1 to 100 items a page.",
        ),
        "parameter",
        "page[size]",
    ),
    at(
        code(
            "invalid_header",
            400,
            "Invalid request header",
            "a request header is missing or unusable",
            "The key has to be 1 to 255 visible ASCII characters.",
        ),
        "header",
        "Idempotency-Key",
    ),
    code("unauthenticated", 401, "Sign-in required", "no token, or one that does not hold", "Sign in first."),
    code("wrong_credentials", 401, "Sign-in required", "what was to prove the caller does not", "They do not match."),
    code("forbidden", 403, "Not allowed", "the role may not do this", "This is for staff."),
    at(
        code(
            "id_given",
            403,
            "Not allowed",
            "an id of the client's choosing",
            "Ids are given by the shop: leave `id` out.",
        ),
        "pointer",
        "/data/id",
    ),
    code("disabled", 403, "Not allowed", "the account is disabled", "This account is disabled. Ask the shop."),
    code("not_found", 404, "Not found", "there is no such thing, or it is somebody else's", "Nothing has this id."),
    at(
        code(
            "unknown_related",
            404,
            "Not found",
            "a resource that the body names does not exist",
            "There is no such product.",
        ),
        "pointer",
        "/data/attributes/lines/0/productId",
    ),
    code(
        "not_acceptable",
        406,
        "Not acceptable",
        "every JSON:API media type in `Accept` has a parameter that is not supported",
        "Every application/vnd.api+json in Accept has a parameter or extension that is not supported here.",
    ),
    at(
        code(
            "type_mismatch",
            409,
            "Type or id mismatch",
            "type or id are not those of the path",
            "`id` is not the id in the path.",
        ),
        "pointer",
        "/data/id",
    ),
    at(
        code(
            "already_exists",
            409,
            "Already exists",
            "a value that has to be unique is taken",
            "Another one has this.",
        ),
        "pointer",
        "/data/attributes/name",
    ),
    telling(
        code("in_use", 409, "In use", "something else needs it", "Products or categories still belong to it."),
        r#"{"products": 3, "categories": 0}"#,
    ),
    code(
        "invalid_transition",
        409,
        "Not in this state",
        "the state it is in forbids it",
        "A sale that is shipped cannot become cancelled. What may follow: delivered.",
    ),
    at(
        code(
            "invalid_parent",
            409,
            "Invalid parent",
            "the parent would make a cycle, or the tree deeper than 6",
            "A category cannot be below itself.",
        ),
        "pointer",
        "/data/relationships/parent",
    ),
    telling(
        code(
            "insufficient_stock",
            409,
            "Not enough stock",
            "there is less in stock than asked for",
            "There is less in stock than asked for.",
        ),
        r#"{"shortages": [{"productId": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e", "requested": 2, "available": 1}]}"#,
    ),
    at(
        telling(
            code(
                "price_changed",
                409,
                "Price changed",
                "an expected price no longer holds",
                "The price is now 1300 USD.",
            ),
            r#"{"productId": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e", "unitPrice": {"amount": 1300, "currency": "USD"}}"#,
        ),
        "pointer",
        "/data/attributes/lines/0/expectedUnitPrice",
    ),
    code(
        "precondition_failed",
        412,
        "Precondition failed",
        "`If-Match` names another version",
        "The resource has changed: its ETag is now \"3\". Read it again.",
    ),
    code("body_too_large", 413, "Body too large", "the body is over 256 KiB", "At most 262144 bytes are read."),
    code(
        "unsupported_media_type",
        415,
        "Unsupported media type",
        "the body does not say that it is JSON:API",
        "Send the header `Content-Type: application/vnd.api+json`, without media type parameters.",
    ),
    at(
        code(
            "invalid_attribute",
            422,
            "Invalid attribute",
            "members are missing, unknown, read-only, of the wrong kind or out of range; an error for each",
            "is missing",
        ),
        "pointer",
        "/data/attributes/name",
    ),
    at(
        code(
            "idempotency_key_reused",
            422,
            "Idempotency key reused",
            "the key was used before with another body",
            "This key was used before with another body. Take a new key for a new request.",
        ),
        "header",
        "Idempotency-Key",
    ),
    code("too_many_requests", 429, "Too many requests", "asked too often", "Wait, then try again."),
];

/// Those of ours, which every endpoint may meet.
const OURS: [Code; 2] = [
    code("internal", 500, "Internal error", "our fault", "Something went wrong on our side."),
    code(
        "unavailable",
        503,
        "Temporarily unavailable",
        "something behind us did not answer",
        "A part of the shop did not answer in time. Try again, with the same Idempotency-Key if you sent one.",
    ),
];

impl Code {
    /// The code as sent: some situations share one.
    pub fn sent(&self) -> &'static str {
        match self.code {
            "wrong_credentials" => "unauthenticated",
            "id_given" | "disabled" => "forbidden",
            "unknown_related" => "not_found",
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
            error["meta"] = serde_json::from_str(meta).unwrap();
        }
        json!({"summary": self.when, "value": {"jsonapi": {"version": "1.1"}, "errors": [error]}})
    }
}

pub fn every() -> impl Iterator<Item = &'static Code> {
    CODES.iter().chain(&carts::CODES).chain(&OURS)
}

/// The examples of the components.
pub fn examples() -> Map<String, Value> {
    every().map(|code| (code.code.to_owned(), code.example())).collect()
}

/// The error answers of an operation that may meet these situations, by status.
pub fn answers(situations: &[&str]) -> Map<String, Value> {
    let known: Vec<&Code> = every().filter(|code| situations.contains(&code.code)).collect();
    assert_eq!(known.len(), situations.len(), "unknown or twice: {situations:?}");
    let mut answers = Map::new();
    for code in &known {
        let same: Vec<&&Code> = known.iter().filter(|other| other.status == code.status).collect();
        answers.entry(code.status.to_string()).or_insert_with(|| answer(code.status, &same));
    }
    answers
}

fn answer(status: u16, codes: &[&&Code]) -> Value {
    let when: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.sent(), code.when)).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| (code.code.to_owned(), json!({"$ref": format!("#/components/examples/{}", code.code)})))
        .collect();
    let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestIdOfError"}});
    if let Some(name) = match status {
        401 => Some("WWW-Authenticate"),
        429 | 503 => Some("Retry-After"),
        _ => None,
    } {
        headers[name] = json!({"$ref": format!("#/components/headers/{name}")});
    }
    let schema = json!({"$ref": "#/components/schemas/Errors"});
    let content = json!({"application/vnd.api+json": {"schema": schema, "examples": examples}});
    json!({"description": when.join(" · "), "headers": headers, "content": content})
}
