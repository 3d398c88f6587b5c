//! The operations of the API as a whole.

use serde_json::{Value, json};

use crate::openapi::operation::Who::Anyone;
use crate::openapi::operation::{Operation, operation};
use crate::openapi::schemas::parts::{schema, text, words};

fn answer(about: &str, media_types: &[&str], schema: &Value) -> Value {
    let content: Value = media_types.iter().map(|name| ((*name).to_owned(), json!({"schema": schema}))).collect();
    json!({"description": about, "content": content})
}

pub fn operations() -> Vec<Operation> {
    let asset = words(&crate::docs::ASSETS.map(|asset| asset.name));
    let asset = json!({"name": "asset", "in": "path", "required": true, "schema": asset});
    let document = json!({"type": "object", "required": ["openapi", "info", "paths"]});
    vec![
        operation(("GET", "/health"), "health", "Does the API answer?", (Anyone, "anyone"))
            .raw(200, answer("It does.", &["application/vnd.api+json"], &schema("Health"))),
        operation(("GET", "/openapi.json"), "openapi", "This document", (Anyone, "anyone"))
            .raw(200, answer("OpenAPI 3.1.", &["application/vnd.oai.openapi+json;version=3.1"], &document))
            .tells("Cache-Control"),
        operation(("GET", "/docs"), "docs", "This document, to read and try", (Anyone, "anyone"))
            .raw(200, answer("A page.", &["text/html"], &text()))
            .tells("Cache-Control"),
        operation(("GET", "/docs/{asset}"), "docs-asset", "What the page is made of", (Anyone, "anyone"))
            .says("Of the function `docs`.")
            .with(asset)
            .raw(200, answer("A script or a style.", &["text/css", "text/javascript", "text/plain"], &text()))
            .tells("Cache-Control")
            .refuses(&["not_found"]),
    ]
}
