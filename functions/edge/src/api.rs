//! The HTTP API of edge: its operations, who may call them, what they take and answer. The OpenAPI document, the routes and
//! `docs/functions.md` follow from this (`make generate`).

use openapi::operation::Who::Anyone;
use openapi::parts::{object, schema, text, words};
use openapi::{Api, Operation, operation};
use serde_json::{Value, json};

/// The whole of it.
pub fn api() -> Api {
    Api {
        service: "edge",
        about: "The API as a whole.",
        operations: operations(),
        internal: &[],
        types: vec![],
        documents: vec![],
        codes: &[],
        schemas: vec![("Health", health())],
    }
}

fn answer(about: &str, media_types: &[&str], schema: &Value) -> Value {
    let content: Value = media_types.iter().map(|name| ((*name).to_owned(), json!({"schema": schema}))).collect();
    json!({"description": about, "content": content})
}

fn operations() -> Vec<Operation> {
    let asset = words(&crate::docs::ASSETS.map(|asset| asset.name));
    let asset = json!({"name": "asset", "in": "path", "required": true, "schema": asset});
    let document = json!({"type": "object", "required": ["openapi", "info", "paths"]});
    vec![
        operation(("GET", "/health"), "health", "Does the API answer?", (Anyone, "anyone"))
            .raw(200, answer("The API answers.", &["application/vnd.api+json"], &schema("Health"))),
        operation(("GET", "/openapi.json"), "openapi", "Get this document", (Anyone, "anyone"))
            .raw(200, answer("The OpenAPI 3.1 document.", &["application/vnd.oai.openapi+json;version=3.1"], &document))
            .sends("Cache-Control"),
        operation(("GET", "/docs"), "docs", "Read and try this API in a browser", (Anyone, "anyone"))
            .raw(200, answer("A page.", &["text/html"], &text()))
            .sends("Cache-Control"),
        operation(("GET", "/docs/{asset}"), "docs-asset", "Get a file of the page", (Anyone, "anyone"))
            .says("Used by the page `/docs`.")
            .with(asset)
            .raw(200, answer("A script or a style.", &["text/css", "text/javascript", "text/plain"], &text()))
            .sends("Cache-Control")
            .refuses(&["not_found"]),
    ]
}

fn health() -> Value {
    let meta =
        object(&[("status", json!({"const": "ok"})), ("version", json!({"type": "string"}))], &["status", "version"]);
    object(&[("jsonapi", schema("JsonApi")), ("meta", meta)], &["jsonapi", "meta"])
}
