//! A request as a handler reads it: ids, query, documents, preconditions, links.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::net::IpAddr;

use lambda_http::RequestExt;
use lambda_http::http::{HeaderValue, Method, StatusCode, header};
use lambda_http::request::RequestContext;

use crate::correlation;
use crate::error::{Error, Kind};
use crate::ids;
use crate::jsonapi::{self, media};

/// A request as a handler reads it.
pub struct Request {
    pub(super) event: lambda_http::Request,
    base_url: String,
}

impl Request {
    /// A request from its event. `public_url` is the shop's base URL (`https://shop.example/v1`);
    /// without one, links lead to the host and stage that the request came to.
    pub fn new(event: lambda_http::Request, public_url: Option<&str>) -> Self {
        let base_url =
            public_url.map_or_else(|| requested_base_url(&event), |url| url.trim_end_matches('/').to_owned());
        Self { event, base_url }
    }

    /// A path parameter that is an id.
    ///
    /// # Errors
    /// 404 when it is not in the form of our ids: nothing has that id, so nothing is read.
    pub fn path_id(&self, name: &str) -> Result<String, Error> {
        let parameters = self.event.path_parameters_ref();
        let id = parameters.and_then(|parameters| parameters.first(name)).filter(|id| ids::is_id(id));
        id.map(str::to_owned).ok_or_else(|| Error::not_found("Nothing has this id."))
    }

    /// The value of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether a header was sent at all.
    pub fn has_header(&self, name: &str) -> bool {
        self.event.headers().contains_key(name)
    }

    /// The query parameters, all of them among those the endpoint knows. Every endpoint knows `fields[type]`
    /// (JSON:API 1.1, "Sparse Fieldsets").
    ///
    /// # Errors
    /// 400 naming the parameter when it is unknown here or given twice.
    pub fn query(&self, known: &[&str]) -> Result<Query, Error> {
        let mut query = Query(BTreeMap::new());
        for (name, value) in self.query_pairs() {
            if !known.contains(&name) && field_type(name).is_none() {
                let hint = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Error::parameter(
                    name,
                    format!("Not a query parameter of this endpoint. It knows: {hint}."),
                ));
            }
            if query.0.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(Error::parameter(name, "Given more than once."));
            }
        }
        Ok(query)
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
    /// 415 for another media type, otherwise as [`jsonapi::Body::new_resource`].
    pub fn new_resource(&self, kind: &str) -> Result<jsonapi::Body, Error> {
        media::check_content_type(self.event.headers())?;
        jsonapi::Body::new_resource(self.event.body(), kind)
    }

    /// The resource in a body that may be left out.
    ///
    /// # Errors
    /// As [`new_resource`](Self::new_resource), when there is a body.
    pub fn optional_resource(&self, kind: &str) -> Result<Option<jsonapi::Body>, Error> {
        if self.event.body().is_empty() { Ok(None) } else { self.new_resource(kind).map(Some) }
    }

    /// The changes that the body wants for a resource.
    ///
    /// # Errors
    /// 415 for another media type, otherwise as [`jsonapi::Body::update_of`].
    pub fn update_of(&self, kind: &str, id: &str) -> Result<jsonapi::Body, Error> {
        media::check_content_type(self.event.headers())?;
        jsonapi::Body::update_of(self.event.body(), kind, id)
    }

    /// Checks `If-Match`, if it was sent, against the present entity tag (RFC 9110, section 13.1.1): the version, or
    /// what the resource has in its place. One that cannot be read names none.
    ///
    /// # Errors
    /// 412 when it names other tags only.
    pub fn check_if_match(&self, tag: impl Display) -> Result<(), Error> {
        let current = format!("\"{tag}\"");
        let sent: Vec<_> = self.event.headers().get_all(header::IF_MATCH).iter().collect();
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
        let source = match self.event.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.as_deref(),
            _ => None,
        };
        match source.unwrap_or_default().parse() {
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
        (self.event.method(), self.path())
    }

    /// The absolute link to a path of the shop.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
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
        let path = self.event.raw_http_path();
        let base = self.base_url.splitn(4, '/').nth(3).unwrap_or_default();
        let below = path.strip_prefix('/').and_then(|path| path.strip_prefix(base));
        below.filter(|below| !base.is_empty() && below.starts_with('/')).unwrap_or(path)
    }

    fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.event
            .query_string_parameters_ref()
            .into_iter()
            .flat_map(lambda_http::aws_lambda_events::query_map::QueryMap::iter)
    }

    /// The id that the gateway gave the request: on every answer, error and log line.
    pub(super) fn id(&self) -> String {
        match self.event.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone().unwrap_or_else(ids::new),
            _ => ids::new(),
        }
    }

    /// The id that this request and all that follows from it go by in logs and events: the caller's
    /// `X-Correlation-Id`, or the request's own id.
    pub(super) fn correlation_id(&self) -> String {
        self.header(correlation::HEADER).filter(|id| correlation::is_sound(id)).map_or_else(|| self.id(), str::to_owned)
    }

    /// The route's pattern, such as `/products/{id}`: for logs, so that they hold no ids.
    pub(super) fn route(&self) -> String {
        match self.event.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.resource_path.clone().unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// The scheme, host and stage that a request came to.
fn requested_base_url(event: &lambda_http::Request) -> String {
    let header = |name| event.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let scheme = header("x-forwarded-proto").unwrap_or("https");
    let host = header("host").unwrap_or("localhost");
    match event.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) if context.stage.is_some() => {
            format!("{scheme}://{host}/{}", context.stage.as_deref().unwrap_or_default())
        }
        _ => format!("{scheme}://{host}"),
    }
}

/// The type in `fields[type]`.
fn field_type(name: &str) -> Option<&str> {
    name.strip_prefix("fields[")?.strip_suffix(']').filter(|kind| !kind.is_empty())
}

/// Query parameters by name.
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// From names and values.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that is one of a few words, as what each stands for.
    ///
    /// # Errors
    /// 400 naming the parameter for any other.
    pub fn word<T: Copy>(&self, name: &str, known: &[(&str, T)]) -> Result<Option<T>, Error> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| Some(*value));
        found.ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            Error::parameter(name, format!("Ask for one of {}.", words.join(", ")))
        })
    }

    /// A parameter that names ids, separated by commas: each different one.
    ///
    /// # Errors
    /// 400 naming the parameter without an id, with more than `most`, and with one twice.
    pub fn list(&self, name: &str, most: usize) -> Result<Option<Vec<&str>>, Error> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let ids: Vec<&str> = text.split(',').filter(|id| ids::is_id(id)).collect();
        let different: BTreeSet<&&str> = ids.iter().collect();
        match different.len() == text.split(',').count() && different.len() <= most {
            true => Ok(Some(ids)),
            false => Err(Error::parameter(name, format!("Name 1 to {most} different ids, separated by commas."))),
        }
    }

    /// The relationships that `include` asks for, each among those the endpoint can include.
    ///
    /// # Errors
    /// 400 naming `include` for any other path.
    pub fn include(&self, known: &[&str]) -> Result<BTreeSet<&str>, Error> {
        let paths: BTreeSet<&str> = self.get("include").into_iter().flat_map(|paths| paths.split(',')).collect();
        match paths.iter().find(|path| !path.is_empty() && !known.contains(path)) {
            Some(path) => {
                let detail = format!("{path:?} cannot be included here. What can be: {}.", known.join(", "));
                Err(Error::parameter("include", detail))
            }
            None => Ok(paths),
        }
    }

    /// The order that `sort` asks for: one of the known fields, and whether descending (`-`).
    ///
    /// # Errors
    /// 400 naming `sort` for any other.
    pub fn sort<T: Copy>(&self, known: &[(&str, T)]) -> Result<Option<(T, bool)>, Error> {
        let Some(sort) = self.get("sort") else { return Ok(None) };
        let (field, descending) = sort.strip_prefix('-').map_or((sort, false), |field| (field, true));
        let found = known.iter().find(|(name, _)| *name == field).map(|(_, value)| Some((*value, descending)));
        found.ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let detail =
                format!("Lists sort by one of {}, each also descending with a `-` in front.", names.join(", "));
            Error::parameter("sort", detail)
        })
    }
}
