//! A request as a handler reads it: ids, query, documents, preconditions, links.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::net::IpAddr;

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;

use crate::event::Parts;
use crate::{fields, media};
use kernel::error::{Error, Kind};
use kernel::input::Body;
use kernel::query::Query;
use kernel::{correlation, ids};

/// What a handler answers.
pub type Response = http::Response<String>;

/// A request as a handler reads it.
pub struct Request {
    parts: Parts,
}

impl Request {
    /// A request from its event. `public_url` is the shop's base URL (`https://shop.example/v1`);
    /// without one, links lead to the host and stage that the request came to.
    pub fn new(event: Value, public_url: Option<&str>) -> Self {
        let mut parts = Parts::read(event);
        if let Some(url) = public_url {
            url.trim_end_matches('/').clone_into(&mut parts.base_url);
        }
        Self { parts }
    }

    /// The request, if its event could be read whole and its `fields[type]` name types and fields of the shop.
    ///
    /// # Errors
    /// 400: a header, the method, the body or a parameter is not what a request can have.
    pub(crate) fn checked(mut self) -> Result<Self, Error> {
        if let Some(fault) = self.parts.fault.take() {
            return Err(fault);
        }
        for (parameter, names) in self.query_pairs() {
            if let Some(kind) = field_type(parameter) {
                fields::check(parameter, kind, names)?;
            }
        }
        Ok(self)
    }

    pub(crate) fn method(&self) -> &Method {
        &self.parts.method
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// A path parameter that is an id.
    ///
    /// # Errors
    /// 404 when it is not in the form of our ids: nothing has that id, so nothing is read.
    pub fn path_id(&self, name: &str) -> Result<String, Error> {
        let id = self.parts.path_parameters.get(name).filter(|id| ids::is_id(id));
        id.cloned().ok_or_else(|| Error::not_found("There is nothing with this id."))
    }

    /// The value of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether a header was sent at all.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers().contains_key(name)
    }

    /// The query parameters, all of them among those the endpoint knows. Every endpoint knows `fields[type]`
    /// (JSON:API 1.1, "Sparse Fieldsets").
    ///
    /// # Errors
    /// 400 naming the parameter when it is unknown here or given twice.
    pub fn query(&self, known: &[&str]) -> Result<Query, Error> {
        let mut query = BTreeMap::new();
        for (name, value) in self.query_pairs() {
            if !known.contains(&name) && field_type(name).is_none() {
                let hint = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Error::parameter(
                    name,
                    format!("Not a query parameter of this endpoint. It knows: {hint}."),
                ));
            }
            if query.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(Error::parameter(name, "Given more than once."));
            }
        }
        Ok(Query::new(query))
    }

    /// The fields of a type that the request asks for; `None` for all.
    pub(crate) fn fields(&self, kind: &str) -> Option<BTreeSet<&str>> {
        let (_, names) = self.query_pairs().find(|(name, _)| field_type(name) == Some(kind))?;
        Some(names.split(',').collect())
    }

    /// Whether the request has an `include`.
    pub(crate) fn asks_to_include(&self) -> bool {
        self.query_pairs().any(|(name, _)| name == "include")
    }

    /// The resource that the body wants to be made.
    ///
    /// # Errors
    /// 415 for another media type, otherwise as [`Body::new_resource`].
    pub fn new_resource(&self, kind: &str) -> Result<Body, Error> {
        media::check_content_type(self.headers())?;
        Body::new_resource(&self.parts.body, kind)
    }

    /// The resource in a body that may be left out.
    ///
    /// # Errors
    /// As [`new_resource`](Self::new_resource), when there is a body.
    pub fn optional_resource(&self, kind: &str) -> Result<Option<Body>, Error> {
        if self.parts.body.is_empty() { Ok(None) } else { self.new_resource(kind).map(Some) }
    }

    /// The changes that the body wants for a resource.
    ///
    /// # Errors
    /// 415 for another media type, otherwise as [`Body::update_of`].
    pub fn update_of(&self, kind: &str, id: &str) -> Result<Body, Error> {
        media::check_content_type(self.headers())?;
        Body::update_of(&self.parts.body, kind, id)
    }

    /// Checks `If-Match`, if it was sent, against the present entity tag (RFC 9110, section 13.1.1): the version, or
    /// what the resource has in its place. One that cannot be read names none.
    ///
    /// # Errors
    /// 412 when it names other tags only.
    pub fn check_if_match(&self, tag: impl Display) -> Result<(), Error> {
        let current = format!("\"{tag}\"");
        let sent: Vec<_> = self.headers().get_all(header::IF_MATCH).iter().collect();
        let mut tags =
            sent.iter().filter_map(|tags| tags.to_str().ok()).flat_map(|tags| tags.split(',')).map(str::trim);
        if sent.is_empty() || tags.any(|tag| tag == "*" || tag == current) {
            return Ok(());
        }
        let detail = format!("The resource has changed: its ETag is now {current}. Read it again.");
        let kind = Kind::Protocol(StatusCode::PRECONDITION_FAILED);
        Err(Error::new(kind, "precondition_failed", "Precondition failed", detail))
    }

    /// Where the request came from, as the gateway saw it: an IPv4 address, or the network of an IPv6
    /// address (64 bits: what one customer of a provider is given). Limits count by it.
    pub fn source(&self) -> String {
        match self.parts.source_ip.parse() {
            Ok(IpAddr::V4(address)) => address.to_string(),
            Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => address.to_string(),
                None => address.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
            },
            Err(_) => String::new(),
        }
    }

    /// The method and the path as requested, without the stage.
    pub fn method_and_path(&self) -> (&Method, &str) {
        (self.method(), self.path())
    }

    /// The absolute link to a path of the shop.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.parts.base_url)
    }

    /// The absolute link to this request.
    pub fn self_url(&self) -> String {
        self.url_of_pairs(self.query_pairs())
    }

    /// The absolute link to this request at another cursor: its other cursors replaced by this one.
    pub fn url_with(&self, name: &'static str, value: &str) -> String {
        let others = self.query_pairs().filter(|(name, _)| !matches!(*name, "page[after]" | "page[before]"));
        self.url_of_pairs(others.chain([(name, value)]))
    }

    fn url_of_pairs<'a>(&self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        self.url(&format!("{}{mark}{query}", self.path()))
    }

    /// The path below the base URL. Behind a domain of one's own with a base path, the gateway leaves
    /// that in front.
    fn path(&self) -> &str {
        let path = self.parts.path.as_str();
        let base = self.parts.base_url.splitn(4, '/').nth(3).unwrap_or_default();
        let below = path.strip_prefix('/').and_then(|path| path.strip_prefix(base));
        below.filter(|below| !base.is_empty() && below.starts_with('/')).unwrap_or(path)
    }

    fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.query.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The id that the gateway gave the request: on every answer, error and log line.
    pub(crate) fn id(&self) -> String {
        self.parts.request_id.clone()
    }

    /// The id that this request and all that follows from it go by in logs and events: the caller's
    /// `X-Correlation-Id`, or the request's own id.
    pub(crate) fn correlation_id(&self) -> String {
        self.header(correlation::HEADER).filter(|id| correlation::is_sound(id)).map_or_else(|| self.id(), str::to_owned)
    }

    /// The route's pattern, such as `/products/{id}`: for logs, so that they contain no ids.
    pub(crate) fn route(&self) -> String {
        self.parts.route.clone()
    }
}

/// The type in `fields[type]`.
fn field_type(name: &str) -> Option<&str> {
    name.strip_prefix("fields[")?.strip_suffix(']').filter(|kind| !kind.is_empty())
}
