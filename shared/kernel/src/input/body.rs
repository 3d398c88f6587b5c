//! A request body as a JSON:API resource object (JSON:API 1.1, "Creating, Updating and Deleting
//! Resources").

use http::StatusCode;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::strict::Strict;
use super::{Fields, Input};
use crate::error::{Error, Fault, Kind, Source};

/// The largest body that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// The members of a document and of a resource object (JSON:API 1.1, "Document Structure"). Names with `@` are for
/// whoever sends them.
const OF_A_DOCUMENT: [&str; 5] = ["data", "included", "jsonapi", "links", "meta"];
const OF_A_RESOURCE: [&str; 7] = ["type", "id", "lid", "attributes", "relationships", "links", "meta"];

/// The resource object of a request document.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    object: Map<String, Value>,
}

impl Body {
    /// Reads the document of a request that creates a resource of a type.
    ///
    /// # Errors
    /// 413 too large · 400 not JSON or no resource object · 409 another type · 403 an id of the
    /// client's choosing, which is not supported here.
    pub fn new_resource(bytes: &[u8], kind: &str) -> Result<Self, Error> {
        let body = Self::read(bytes, kind)?;
        if body.object.contains_key("id") {
            return Err(Error::forbidden("The shop chooses the id: leave out `id`.").at("/data/id"));
        }
        Ok(body)
    }

    /// Reads the document of a request that updates the resource of a type with an id.
    ///
    /// # Errors
    /// 413 too large · 400 not JSON, no resource object or no `id` · 409 another type or id.
    pub fn update_of(bytes: &[u8], kind: &str, id: &str) -> Result<Self, Error> {
        let body = Self::read(bytes, kind)?;
        match body.object.get("id").and_then(Value::as_str) {
            Some(sent) if sent == id => Ok(body),
            Some(_) => Err(type_mismatch("`id` is not the id in the path.").at("/data/id")),
            None => Err(Error::malformed("`data` needs the resource's `id`, as text.").at("/data")),
        }
    }

    /// The attributes, to be read member by member. A missing `attributes` reads as an empty one.
    ///
    /// # Errors
    /// 422 when `attributes` is not an object, or relationships are sent to a type that has none to set.
    pub fn attributes(self) -> Result<Fields, Error> {
        let mut object = self.object;
        if object.get("relationships").is_some_and(|some| some.as_object().is_none_or(|some| !some.is_empty())) {
            let fault = Fault::at("/data/relationships", "this resource has no relationships that can be set");
            return Err(Error::attributes(vec![fault]));
        }
        Ok(part(&mut object, "attributes").object()?)
    }

    /// The attributes and the relationships, to be read member by member and finished together
    /// ([`Fields::merge`]). What is missing reads as empty.
    ///
    /// # Errors
    /// 422 when one of them is not an object.
    pub fn members(self) -> Result<(Fields, Fields), Error> {
        let mut object = self.object;
        Ok((part(&mut object, "attributes").object()?, part(&mut object, "relationships").object()?))
    }

    /// Without those attributes and relationships that are as a resource has them now: all, or only those that the faults
    /// of an error are about. `linkages` are the resource's relationships by name.
    #[must_use]
    pub fn without_unchanged(&self, attributes: &Value, linkages: &Map<String, Value>, only: Option<&Error>) -> Self {
        let is_meant = |pointer: &str| match only {
            None => true,
            Some(error) => error.faults.iter().any(|fault| match &fault.source {
                Some(Source::Pointer(at)) => at == pointer || at == "/data/relationships" && pointer.starts_with(at),
                _ => false,
            }),
        };
        let mut body = self.clone();
        if let Some(Value::Object(sent)) = body.object.get_mut("attributes") {
            sent.retain(|name, value| {
                attributes.get(name) != Some(value) || !is_meant(&format!("/data/attributes/{name}"))
            });
        }
        if let Some(Value::Object(sent)) = body.object.get_mut("relationships") {
            sent.retain(|name, value| {
                // A relationship that answers show without its linkage comes back so.
                let same = value.get("data").is_none_or(|data| linkages.get(name) == Some(data));
                !(linkages.contains_key(name) && same && is_meant(&format!("/data/relationships/{name}")))
            });
        }
        body
    }

    /// What two equal requests have in common: SHA-256 over the resource object with its members
    /// in order of their names, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        let canonical = Value::Object(self.object.clone()).to_string();
        Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn read(bytes: &[u8], kind: &str) -> Result<Self, Error> {
        if bytes.len() > MAX_BYTES {
            let detail = format!("The body has {} bytes; at most {MAX_BYTES} are read.", bytes.len());
            let kind = Kind::Protocol(StatusCode::PAYLOAD_TOO_LARGE);
            return Err(Error::new(kind, "body_too_large", "Body too large", detail));
        }
        let Strict(document) = serde_json::from_slice(bytes)
            .map_err(|error| Error::malformed(format!("The body is not JSON: {error}.")))?;
        let Value::Object(mut members) = document else {
            return Err(Error::malformed("A document is an object with a member `data`."));
        };
        let mut faults = unknown(&members, &OF_A_DOCUMENT, "", "a document");
        let Some(Value::Object(object)) = members.remove("data") else {
            return Err(Error::malformed("`data` has to be one resource object.").at("/data"));
        };
        faults.extend(unknown(&object, &OF_A_RESOURCE, "/data", "a resource"));
        match object.get("type").and_then(Value::as_str) {
            Some(sent) if sent == kind && faults.is_empty() => Ok(Self { object }),
            Some(sent) if sent == kind => Err(Error::attributes(faults)),
            Some(_) => {
                Err(type_mismatch(format!("This collection has resources of the type `{kind}`.")).at("/data/type"))
            }
            None => Err(Error::malformed(format!("`data` needs a `type`, here `{kind}`.")).at("/data")),
        }
    }
}

/// A fault for each member that the specification does not know: a misspelt one would else be lost without a word.
fn unknown(members: &Map<String, Value>, known: &[&str], pointer: &str, what: &str) -> Vec<Fault> {
    let unknown = members.keys().filter(|name| !known.contains(&name.as_str()) && !name.starts_with('@'));
    let detail = format!("is not a member of {what}; these are {}", known.join(", "));
    let name = |name: &String| name.replace('~', "~0").replace('/', "~1");
    unknown.map(|member| Fault::at(format!("{pointer}/{}", name(member)), detail.clone())).collect()
}

/// A member of a resource object, or an empty object in its place: what is missing in that, is missing in the
/// resource.
fn part(object: &mut Map<String, Value>, name: &str) -> Input {
    match object.remove(name) {
        Some(value) => Input::new(value, format!("/data/{name}")),
        None => Input::new(Value::Object(Map::new()), "/data"),
    }
}

fn type_mismatch(detail: impl Into<String>) -> Error {
    Error::conflict("type_mismatch", "Type or id mismatch", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(body: &str) -> u16 {
        Body::new_resource(body.as_bytes(), "products").map_or_else(|error| error.kind.status().as_u16(), |_| 200)
    }

    #[test]
    fn what_is_not_a_resource_document_is_refused_with_the_right_status() {
        assert_eq!(status(r#"{"data": {"type": "products"}}"#), 200);
        for malformed in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"data": []}"#,
            r#"{"data": {}}"#,
            r#"{"data": {"type": 1}}"#,
            "\u{feff}{}",
            r#"{"data": {"type": "products", "type": "products"}}"#,
            r#"{"a": 1e400}"#,
            r#"{"a": "\ud800"}"#,
        ] {
            assert_eq!(status(malformed), 400, "{malformed}");
        }
        assert_eq!(status(&"[".repeat(100_000)), 400);
        assert_eq!(status(r#"{"data": {"type": "brands"}}"#), 409);
        assert_eq!(status(r#"{"data": {"type": "products", "id": "1"}}"#), 403);
        assert_eq!(status(&" ".repeat(MAX_BYTES + 1)), 413);
    }

    #[test]
    fn an_update_names_the_resource_it_updates() {
        let update = |body: &str| {
            Body::update_of(body.as_bytes(), "products", "7").map_err(|error| error.kind.status().as_u16())
        };
        assert!(update(r#"{"data": {"type": "products", "id": "7"}}"#).is_ok());
        assert_eq!(update(r#"{"data": {"type": "products", "id": "8"}}"#).err(), Some(409));
        assert_eq!(update(r#"{"data": {"type": "products"}}"#).err(), Some(400));
    }

    #[test]
    fn a_fingerprint_does_not_depend_on_the_order_of_members() {
        let print = |body: &str| Body::new_resource(body.as_bytes(), "a").map(|body| body.fingerprint()).ok();
        let (one, two) = (r#"{"data": {"type": "a", "meta": [1, 2]}}"#, r#"{"data":{"meta":[1,2],"type":"a"}}"#);
        assert_eq!(print(one), print(two));
        assert_ne!(print(one), print(r#"{"data": {"type": "a", "meta": [2, 1]}}"#));
    }
}
