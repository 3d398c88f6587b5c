//! Answers as JSON:API documents (<https://jsonapi.org/format/1.1/>, "Document Structure").

use http::{HeaderValue, Response as HttpResponse, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::media::MEDIA_TYPE;
use crate::request::{Request, Response};
use kernel::error::{Error, Source};
use kernel::page::Page;

/// Something that answers show. Members are named as in `docs/api.md`, in camelCase.
pub trait Resource {
    /// The JSON:API type, plural.
    const TYPE: &'static str;

    /// The id within the type.
    fn id(&self) -> &str;

    /// Where it can be fetched: a path below the shop's base URL. `None` for what cannot be fetched
    /// by itself: it has no self link and, when made, no `Location`.
    fn path(&self) -> Option<String>;

    /// The attributes: an object.
    fn attributes(&self) -> Value;

    /// The relationships.
    fn relationships(&self) -> Vec<Relationship> {
        Vec::new()
    }

    /// The version; `None` for what never changes by itself.
    fn version(&self) -> Option<u64> {
        None
    }

    /// What `ETag` and `If-Match` name, without the quotes: the version. Where an id can be made again, and so begins
    /// at version 1 again, the two need different tags.
    fn entity_tag(&self) -> Option<String> {
        self.version().map(|version| version.to_string())
    }
}

/// A relationship: what is related, and where that can be fetched.
pub struct Relationship {
    pub name: &'static str,
    /// Resource identifiers: one or none, or a list.
    pub(crate) linkage: Value,
    /// A path below the shop's base URL.
    related: Option<String>,
}

impl Relationship {
    /// A to-one relationship: type and id of what is related, if anything is, and its path, if it can be
    /// fetched.
    pub fn one(name: &'static str, kind: &'static str, id: Option<&str>, related: Option<String>) -> Self {
        let linkage = id.map_or(Value::Null, |id| json!({"type": kind, "id": id}));
        Self { name, linkage, related }
    }

    /// The id of what is related, or the ids.
    pub fn ids(&self) -> Value {
        let id = |identifier: &Value| identifier.get("id").cloned().unwrap_or_default();
        self.linkage.as_array().map_or_else(|| id(&self.linkage), |many| many.iter().map(id).collect())
    }

    /// A to-many relationship: type and ids of what is related, and the path of the list of it.
    pub fn many(name: &'static str, kind: &'static str, ids: &[String], related: String) -> Self {
        let linkage = ids.iter().map(|id| json!({"type": kind, "id": id})).collect();
        Self { name, linkage, related: Some(related) }
    }

    /// A to-many relationship to what cannot be fetched by itself, only included: type and ids.
    pub fn included(name: &'static str, kind: &'static str, ids: impl Iterator<Item = String>) -> Self {
        let linkage = ids.map(|id| json!({"type": kind, "id": id})).collect();
        Self { name, linkage, related: None }
    }
}

/// The related resources of a compound document, each once (JSON:API 1.1, "Compound Documents").
pub struct Included<'a> {
    request: &'a Request,
    objects: Vec<Value>,
}

impl<'a> Included<'a> {
    /// None yet.
    pub fn new(request: &'a Request) -> Self {
        Self { request, objects: Vec::new() }
    }

    /// With these resources, each different.
    #[must_use]
    pub fn with<R: Resource>(mut self, resources: &[R]) -> Self {
        self.objects.extend(resources.iter().map(|resource| object(resource, self.request)));
        self
    }

    /// The response, its document with them: also with none, if the request has an `include` (JSON:API 1.1,
    /// "Inclusion of Related Resources").
    pub fn put_into(self, response: Response) -> Response {
        if !self.request.asks_to_include() {
            return response;
        }
        let (parts, body) = response.into_parts();
        let mut document: Value = serde_json::from_str(&body).unwrap_or_default();
        document["included"] = Value::Array(self.objects);
        Response::from_parts(parts, document.to_string())
    }
}

/// 200: the resource.
pub fn ok<R: Resource>(resource: &R, request: &Request) -> Response {
    single(StatusCode::OK, resource, request)
}

/// 201: the resource that was made, with its `Location`.
pub fn created<R: Resource>(resource: &R, request: &Request) -> Response {
    located(single(StatusCode::CREATED, resource, request), resource, request)
}

/// 202: the resource that will be decided later, with its `Location`: where that can be seen.
pub fn accepted<R: Resource>(resource: &R, request: &Request) -> Response {
    located(single(StatusCode::ACCEPTED, resource, request), resource, request)
}

/// 204: done, nothing to show.
pub fn no_content() -> Response {
    let mut response = HttpResponse::new(String::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// 200: a page of resources, with the links to the pages before and after it.
pub fn list<R: Resource>(page: &Page<R>, request: &Request) -> Response {
    let data: Vec<Value> = page.items.iter().map(|resource| object(resource, request)).collect();
    let document = json!({
        "jsonapi": {"version": "1.1"},
        "data": data,
        "links": page_links(page, request),
    });
    respond(StatusCode::OK, &document)
}

/// The pagination links: this page, the one before, the one after; `null` where there is none.
fn page_links<T>(page: &Page<T>, request: &Request) -> Value {
    let link = |name, cursor: &Option<String>| cursor.as_ref().map(|cursor| request.url_with(name, cursor));
    json!({
        "self": request.self_url(),
        "prev": link("page[before]", &page.prev),
        "next": link("page[after]", &page.next),
    })
}

/// 200: a document without data, about the API itself.
pub fn meta(meta: Value) -> Response {
    respond(StatusCode::OK, &json!({"jsonapi": {"version": "1.1"}, "meta": meta}))
}

/// The response, its document telling something more about what was done.
pub fn with_meta(response: Response, meta: Value) -> Response {
    let (parts, body) = response.into_parts();
    let mut document: Value = serde_json::from_str(&body).unwrap_or_default();
    document["meta"] = meta;
    Response::from_parts(parts, document.to_string())
}

/// An error as an errors document; `id` is the request's.
pub fn error(error: &Error, request_id: &str) -> Response {
    let status = error.kind.status();
    let errors: Vec<Value> = error
        .faults
        .iter()
        .map(|fault| {
            let mut object = json!({
                "id": request_id,
                "status": status.as_str(),
                "code": error.code,
                "title": error.title,
                "detail": fault.detail,
            });
            match &fault.source {
                Some(Source::Pointer(pointer)) => object["source"] = json!({"pointer": pointer}),
                Some(Source::Parameter(name)) => object["source"] = json!({"parameter": name}),
                Some(Source::Header(name)) => object["source"] = json!({"header": name}),
                None => {}
            }
            if let Some(meta) = &fault.meta {
                object["meta"] = meta.clone();
            }
            object
        })
        .collect();
    let mut response = respond(status, &json!({"jsonapi": {"version": "1.1"}, "errors": errors}));
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if let Some(allow) = error.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
        headers.insert(header::ALLOW, allow);
    }
    response
}

fn single<R: Resource>(status: StatusCode, resource: &R, request: &Request) -> Response {
    let mut document = json!({"jsonapi": {"version": "1.1"}, "data": object(resource, request)});
    if let Some(path) = resource.path() {
        document["links"] = json!({"self": request.url(&path)});
    }
    let mut response = respond(status, &document);
    if let Some(tag) = resource.entity_tag().and_then(|tag| HeaderValue::from_str(&format!("\"{tag}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn located<R: Resource>(mut response: Response, resource: &R, request: &Request) -> Response {
    let url = resource.path().map(|path| request.url(&path));
    if let Some(location) = url.and_then(|url| HeaderValue::from_str(&url).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// One resource object, with the fields that the request asks for (`fields[type]`), else all.
fn object<R: Resource>(resource: &R, request: &Request) -> Value {
    let wanted = request.fields(R::TYPE);
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(name));
    let mut object = json!({"type": R::TYPE, "id": resource.id()});
    let mut attributes = resource.attributes();
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.retain(|name, _| is_wanted(name));
    }
    object["attributes"] = attributes;
    if let Some(path) = resource.path() {
        object["links"] = json!({"self": request.url(&path)});
    }
    let relationships = resource.relationships().into_iter().filter(|relationship| is_wanted(relationship.name));
    let relationships: Map<String, Value> = relationships
        .map(|Relationship { name, linkage, related }| {
            let mut relationship = json!({"data": linkage});
            if let Some(path) = related {
                relationship["links"] = json!({"related": request.url(&path)});
            }
            (name.to_owned(), relationship)
        })
        .collect();
    if !relationships.is_empty() {
        object["relationships"] = Value::Object(relationships);
    }
    object
}

fn respond(status: StatusCode, document: &Value) -> Response {
    let mut response = HttpResponse::new(document.to_string());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}
