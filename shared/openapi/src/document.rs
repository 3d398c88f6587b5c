//! The OpenAPI document (3.1) of all services' APIs.

use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::codes::{self, Code};
use crate::compact;
use crate::known::Known;
use crate::parameters;
use crate::parts::{closed, object, schema, with, words};
use crate::shared_codes;

/// What the document says of itself.
pub struct About {
    pub title: &'static str,
    pub version: &'static str,
    pub description: &'static str,
    pub license: &'static str,
    pub server: &'static str,
}

/// The document.
pub fn document(about: &About, apis: &[Api]) -> Value {
    let known = known(apis);
    let (mut paths, mut responses) = (Map::<String, Value>::new(), codes::responses(&known.codes));
    for api in apis {
        for operation in &api.operations {
            let item = paths.entry(operation.path).or_insert_with(|| parameters::of_path(operation.path));
            item[operation.method.to_lowercase()] = operation.object(api.service, &known, &mut responses);
        }
    }
    let tags: Vec<Value> = apis.iter().map(|api| json!({"name": api.service, "description": api.about})).collect();
    let mut document = json!({
        "openapi": "3.1.1",
        "info": {
            "title": about.title,
            "version": about.version,
            "description": about.description,
            "license": {"name": about.license, "identifier": about.license},
        },
        "servers": [{"url": about.server}],
        "tags": tags,
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas(apis, &known),
            "parameters": parameters::parameters(&known.types),
            "headers": parameters::headers(),
            "responses": responses,
            "examples": codes::examples(&known.codes),
            "securitySchemes": {"bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "The `accessToken` of `POST /auth/login` or `/auth/refresh`.",
            }},
        },
    });
    compact::prune(&mut document);
    document
}

/// All that operations may name.
pub fn known(apis: &[Api]) -> Known {
    let own = apis.iter().flat_map(|api| api.codes.iter().copied());
    Known {
        types: apis.iter().flat_map(|api| api.types.clone()).collect(),
        documents: apis.iter().flat_map(|api| api.documents.clone()).collect(),
        codes: shared_codes::SHARED.iter().copied().chain(own).chain(shared_codes::OURS.iter().copied()).collect(),
    }
}

/// All schemas by name, also those that nothing refers to.
pub fn schemas(apis: &[Api], known: &Known) -> Map<String, Value> {
    let own = apis.iter().flat_map(|api| api.schemas.clone());
    let mut all: Map<String, Value> =
        common(&known.codes).into_iter().chain(own).map(|(name, schema)| (name.to_owned(), schema)).collect();
    for one in &known.types {
        all.insert(one.name.to_owned(), one.resource());
        all.extend(one.documents());
    }
    all.extend(known.documents.iter().map(|document| (document.name.to_owned(), document.schema())));
    compact::name_attributes(&mut all);
    compact::share(&mut all);
    all
}

fn common(codes: &[Code]) -> Vec<(&'static str, Value)> {
    let url = || json!({"type": "string", "format": "uri"});
    let or_null = || json!({"type": ["string", "null"], "format": "uri"});
    let money = |most: i64| {
        let amount = json!({"type": "integer", "minimum": 0, "maximum": most});
        let members =
            [("amount", with(amount, "In minor units (cents): 1999 is 19.99.")), ("currency", schema("Currency"))];
        let mut money = closed(&members, &["amount", "currency"]);
        money["example"] = json!({"amount": 1250, "currency": "USD"});
        money
    };
    let id = json!({"type": "string", "minLength": 1, "maxLength": 64});
    let currency = json!({"type": "string", "pattern": "^[A-Z]{3}$"});
    vec![
        ("Id", with(id, "Opaque: do not read a meaning into it.")),
        ("Currency", with(currency, "The shop's one currency, an ISO 4217 code.")),
        ("Money", money(99_999_999_999)),
        ("Total", money(9_007_199_254_740_991)),
        ("JsonApi", object(&[("version", json!({"const": "1.1"}))], &["version"])),
        ("SelfLink", object(&[("self", url())], &["self"])),
        ("RelatedLink", object(&[("related", url())], &["related"])),
        ("PageLinks", object(&[("self", url()), ("prev", or_null()), ("next", or_null())], &["self", "prev", "next"])),
        ("Errors", error_document(codes)),
    ]
}

fn error_document(codes: &[Code]) -> Value {
    let text = || json!({"type": "string"});
    // The gateway's own answers have one code more.
    let mut codes: Vec<&str> = codes.iter().map(Code::sent).chain(["bad_request"]).collect();
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
        ("code", with(words(&codes), "The kind of error, for programs.")),
        ("title", text()),
        ("detail", with(text(), "An explanation, for people.")),
        ("source", object(&source, &[])),
        ("meta", with(json!({"type": "object"}), "Details for programs, such as `shortages`.")),
    ];
    let error = object(&members, &["id", "status", "code", "title", "detail"]);
    let list = json!({"type": "array", "items": error, "minItems": 1});
    object(&[("jsonapi", schema("JsonApi")), ("errors", list)], &["jsonapi", "errors"])
}
