//! Parameters and headers that operations share.

use serde_json::{Map, Value, json};

use crate::parts::{integer, schema, text, with, words};
use crate::types::{Type, fields_by_kind};

/// A parameter of the components.
pub fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// The parameters in a path, as the beginning of its item.
pub fn of_path(path: &str) -> Value {
    let ids = ["id", "productId"].into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
    let parameters: Vec<Value> = ids.map(parameter).collect();
    if parameters.is_empty() { json!({}) } else { json!({"parameters": parameters}) }
}

/// The name of the component that asks for fields of a type.
pub fn fields_of(kind: &str) -> String {
    format!("fields-{kind}")
}

/// A query parameter.
pub fn query(name: &str, schema: &Value, about: &str) -> Value {
    json!({"name": name, "in": "query", "schema": schema, "description": about})
}

/// A query parameter that lists words, parted by commas.
pub fn listed(name: &str, known: &[&str], about: &str) -> Value {
    let schema = json!({"type": "array", "items": words(known), "uniqueItems": true});
    json!({"name": name, "in": "query", "style": "form", "explode": false, "schema": schema, "description": about})
}

/// The parameters of a page.
pub const PAGE: [&str; 3] = ["page-size", "page-after", "page-before"];

/// The parameters of the components; `fields[type]` of each type.
pub fn parameters(types: &[Type]) -> Map<String, Value> {
    let mut size = integer(1, 100);
    size["default"] = json!(20);
    let key = json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"});
    let key_about = "A name for this request, of your choice. Use a new one for each new request, and the same one when you repeat a request.";
    let token = json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"});
    let token_about = "The token of a guest's cart, as the answer to the first item gave it.";
    let header = |name: &str, required: bool, schema: &Value, about: &str| json!({"name": name, "in": "header", "required": required, "schema": schema, "description": about});
    let path = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": schema("Id")});
    let cursor = "A cursor from the `links` of an earlier page of the same list. Not together with the other cursor.";
    let version = "The resource's ETag: the request is refused if there is a newer version.";
    let version_schema = json!({"type": "string", "examples": ["\"1\""]});
    let mut all: Map<String, Value> = [
        ("page-size", query("page[size]", &size, "The maximum number of resources on a page.")),
        ("page-after", query("page[after]", &text(), cursor)),
        ("page-before", query("page[before]", &text(), cursor)),
        ("id", path("id")),
        ("productId", path("productId")),
        ("idempotency-key", header("Idempotency-Key", false, &key, key_about)),
        ("idempotency-key-required", header("Idempotency-Key", true, &key, key_about)),
        ("cart-token", header("Cart-Token", false, &token, token_about)),
        ("cart-token-required", header("Cart-Token", true, &token, token_about)),
        ("if-match", header("If-Match", false, &version_schema, version)),
    ]
    .into_iter()
    .map(|(name, parameter)| (name.to_owned(), parameter))
    .collect();
    for (kind, fields) in fields_by_kind(types) {
        let fields: Vec<&str> = fields.into_iter().collect();
        let parameter =
            listed(&format!("fields[{kind}]"), &fields, "Only these attributes and relationships are in the answer.");
        all.insert(fields_of(kind), parameter);
    }
    all
}

/// A header of the components.
pub fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

/// The headers of the components.
pub fn headers() -> Map<String, Value> {
    let header = |required: bool, schema: Value, about: &str| json!({"required": required, "schema": schema, "description": about});
    let (url, seconds) = (json!({"type": "string", "format": "uri"}), json!({"type": "integer", "minimum": 1}));
    let (tag, replayed) = (json!({"type": "string", "pattern": "^\"[0-9]+(-[0-9]+)?\"$"}), json!({"const": "true"}));
    [
        (
            "RequestIdOfError",
            header(false, text(), "The id of the request. Missing when API Gateway answers by itself."),
        ),
        ("Location", header(true, url, "The URL of the resource, as `links.self`.")),
        ("ETag", header(true, tag, "The version, for `If-Match`; of reviews, also when it was made.")),
        ("Retry-After", header(false, seconds, "With 429 and 503: how many seconds to wait.")),
        (
            "WWW-Authenticate",
            header(
                false,
                with(text(), "How to sign in."),
                "With 401: `Bearer`. Amazon API Gateway sends it as `x-amzn-Remapped-WWW-Authenticate`.",
            ),
        ),
        (
            "Idempotent-Replayed",
            header(false, replayed, "Present when an earlier request with this key created the resource."),
        ),
        ("Cart-Token", header(false, text(), "Sent when a guest's cart was created: its token. It is sent only once.")),
        ("Cache-Control", header(true, text(), "Whether and for how long the answer may be cached.")),
    ]
    .into_iter()
    .map(|(name, header)| (name.to_owned(), header))
    .collect()
}
