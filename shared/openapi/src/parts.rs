//! The parts that schemas are made of (JSON Schema 2020-12, which OpenAPI 3.1 uses).

use serde_json::{Value, json};

/// What a line of text has none of: control characters, as `Input::line` refuses them.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
/// The same for text of several lines: tabs and line breaks may be there.
const PROSE: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";

/// A schema of the components.
pub fn schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// One line of text, its length counted after trimming.
pub fn line(min: usize, max: usize) -> Value {
    json!({"type": "string", "minLength": min, "maxLength": max, "pattern": LINE})
}

/// Text that may have several lines.
pub fn prose(max: usize) -> Value {
    json!({"type": "string", "maxLength": max, "pattern": PROSE})
}

/// Any text.
pub fn text() -> Value {
    json!({"type": "string"})
}

/// One of a few words.
pub fn words(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// A whole number within a range.
pub fn integer(min: i64, max: i64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max})
}

/// A time.
pub fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// A password that a user chooses.
pub fn new_password() -> Value {
    with(
        json!({"type": "string", "format": "password", "minLength": 8, "maxLength": 256}),
        "Any characters. The shop may require more than 8. Common passwords are refused, and those that are mostly the user's address, the user's name or the shop's name.",
    )
}

/// A password that a user proves.
pub fn password() -> Value {
    json!({"type": "string", "format": "password"})
}

/// The same schema, which `null` fits too.
pub fn nullable(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

/// Something of a schema of the components, or `null`.
pub fn maybe(name: &str) -> Value {
    json!({"oneOf": [schema(name), {"type": "null"}]})
}

/// The same schema with a description.
pub fn with(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

/// An object of an answer, with these members. It may get others in a later release: clients pass over what they do not
/// know.
pub fn object(members: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let mut object = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// An object of a request, with these members: any other is refused.
pub fn closed(members: &[(&str, Value)], required: &[&str]) -> Value {
    let mut object = object(members, required);
    object["additionalProperties"] = json!(false);
    object
}

/// A list.
pub fn list(items: &Value, min: usize, max: usize) -> Value {
    match min {
        0 => json!({"type": "array", "items": items, "maxItems": max}),
        _ => json!({"type": "array", "items": items, "minItems": min, "maxItems": max}),
    }
}

/// The rating of a product: average, count, histogram.
pub fn rating_parts() -> [(&'static str, Value, Value); 3] {
    let stars = ["1", "2", "3", "4", "5"];
    let count = json!({"type": "integer", "minimum": 0});
    let average = json!({"type": ["number", "null"], "minimum": 1, "maximum": 5});
    let histogram = object(&stars.map(|name| (name, count.clone())), &stars);
    [
        ("average", with(average, "Rounded to two decimals; `null` when there are no reviews."), json!(4.67)),
        ("count", count, json!(3)),
        (
            "histogram",
            with(histogram, "How many reviews gave each number of stars."),
            json!({"1": 0, "2": 0, "3": 0, "4": 1, "5": 2}),
        ),
    ]
}

/// What a filter by time says.
pub const PERIOD: &str = "`from..to`, both included: days in UTC, or times. One end can be left out.";

/// A period of time: `2026-11-01..2026-11-30`.
pub fn period() -> Value {
    let moment = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z)?";
    json!({"type": "string", "pattern": format!(r"^({moment}\.\.({moment})?|\.\.{moment})$"),
        "examples": ["2026-11-01..2026-11-30"]})
}
