//! The schemas of the components: every type and every document, and what they share.
//!
//! | Module | What it holds |
//! | --- | --- |
//! | [`parts`] | kinds of values |
//! | [`types`] | what a type is made of; its schemas and examples follow |
//! | [`identity`], [`catalog`], [`selling`], [`carts`], [`reviews`] | the tables of types and request documents |

pub mod carts;
mod catalog;
mod identity;
pub mod parts;
mod reviews;
pub mod selling;
pub mod types;

use serde_json::{Map, Value, json};

use super::errors;
use parts::{object, schema, with};
use types::{Document, Type};

/// Every type that answers show.
pub fn types() -> Vec<Type> {
    [identity::types(), catalog::types(), selling::types(), carts::types(), reviews::types()].concat()
}

/// Every document that requests send.
pub fn documents() -> Vec<Document> {
    let buying = [selling::documents(), carts::documents(), reviews::documents()].into_iter().flatten();
    identity::documents().into_iter().chain(catalog::documents()).chain(buying).collect()
}

/// The type of a schema's name.
pub fn named(name: &str) -> Type {
    types().into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no type {name}"))
}

/// All schemas by name.
pub fn all() -> Map<String, Value> {
    let mut all: Map<String, Value> = common().into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    for one in types() {
        all.insert(one.name.to_owned(), one.resource());
        all.extend(one.documents());
    }
    all.insert("MergedCart".to_owned(), carts::merged());
    all.extend(documents().iter().map(|document| (document.name.to_owned(), document.schema())));
    all
}

fn common() -> Vec<(&'static str, Value)> {
    let url = || json!({"type": "string", "format": "uri"});
    let or_null = || json!({"type": ["string", "null"], "format": "uri"});
    let money = |most: i64| {
        let amount = json!({"type": "integer", "minimum": 0, "maximum": most});
        let members = [("amount", with(amount, "In minor units: 1999 is 19.99.")), ("currency", schema("Currency"))];
        object(&members, &["amount", "currency"])
    };
    let id = json!({"type": "string", "minLength": 1, "maxLength": 64});
    let currency = json!({"type": "string", "pattern": "^[A-Z]{3}$"});
    vec![
        ("Id", with(id, "Opaque: nothing can be read from it.")),
        ("Currency", with(currency, "The shop's one currency, an ISO 4217 code.")),
        ("Money", money(99_999_999_999)),
        ("Total", money(9_007_199_254_740_991)),
        ("JsonApi", object(&[("version", json!({"const": "1.1"}))], &["version"])),
        ("SelfLink", object(&[("self", url())], &["self"])),
        ("RelatedLink", object(&[("related", url())], &["related"])),
        ("PageLinks", object(&[("self", url()), ("prev", or_null()), ("next", or_null())], &["self", "prev", "next"])),
        ("Errors", error_document()),
        ("Health", health()),
        ("Jwks", jwks()),
    ]
}

fn error_document() -> Value {
    let text = || json!({"type": "string"});
    // The gateway's own answers have one code more.
    let mut codes: Vec<&str> = errors::every().map(errors::Code::sent).chain(["bad_request"]).collect();
    codes.sort_unstable();
    codes.dedup();
    let source = [
        ("pointer", with(text(), "A JSON Pointer into the request document.")),
        ("parameter", with(text(), "A query parameter.")),
        ("header", with(text(), "A request header.")),
    ];
    let members = [
        ("id", with(text(), "The request's id, as in the header X-Request-Id.")),
        ("status", json!({"type": "string", "pattern": "^[45][0-9]{2}$"})),
        ("code", with(parts::words(&codes), "What programs switch on.")),
        ("title", text()),
        ("detail", with(text(), "For people.")),
        ("source", object(&source, &[])),
        ("meta", with(json!({"type": "object"}), "Facts for programs, such as `shortages`.")),
    ];
    let error = object(&members, &["id", "status", "code", "title", "detail"]);
    let list = json!({"type": "array", "items": error, "minItems": 1});
    object(&[("jsonapi", schema("JsonApi")), ("errors", list)], &["jsonapi", "errors"])
}

fn health() -> Value {
    let meta =
        object(&[("status", json!({"const": "ok"})), ("version", json!({"type": "string"}))], &["status", "version"]);
    object(&[("jsonapi", schema("JsonApi")), ("meta", meta)], &["jsonapi", "meta"])
}

fn jwks() -> Value {
    let key = json!({"type": "object", "required": ["kty", "kid"], "properties": {
        "kty": {"type": "string"}, "kid": {"type": "string"}, "crv": {"type": "string"}, "x": {"type": "string"},
        "alg": {"type": "string"}, "use": {"type": "string"},
    }});
    json!({"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": key}}})
}
