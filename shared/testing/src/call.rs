//! A call of a handler as API Gateway makes it, from the function's sample event.

use std::future::Future;

use http::HeaderMap;
use serde_json::{Value, json};

use crate::roles::as_function;
use kernel::error::Error;
use kernel::usage::Usage;
use web::http::{Request, Response, answer};
use web::media::MEDIA_TYPE;

/// The base URL of every answer in tests.
pub const BASE_URL: &str = "https://shop.test/v1";

/// A REST proxy event on its way to a handler.
#[derive(Clone)]
pub struct Call {
    function: String,
    event: Value,
}

/// What a handler answered, after the edge.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// What it used of DynamoDB.
    pub usage: Usage,
}

impl Call {
    /// The sample event of a function, `events/<function>.json`, without its token.
    ///
    /// # Panics
    /// When the function has no sample event.
    pub fn event(function: &str) -> Self {
        let path = format!("{}/../../events/{function}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { function: function.to_owned(), event: serde_json::from_str(&text).unwrap() }.without("authorization")
    }

    /// With a path parameter.
    pub fn path(mut self, name: &str, value: &str) -> Self {
        self.event["pathParameters"] = json!({name: value});
        self
    }

    /// At another path.
    pub fn at(mut self, path: &str) -> Self {
        self.event["path"] = json!(path);
        self.event["requestContext"]["path"] = json!(format!("/v1{path}"));
        self
    }

    /// From an address of the network.
    pub fn from(mut self, address: &str) -> Self {
        self.event["requestContext"]["identity"]["sourceIp"] = json!(address);
        self
    }

    /// With a header, in place of the event's own.
    pub fn header(self, name: &str, value: &str) -> Self {
        let mut call = self.without(name);
        call.event["headers"][name] = json!(value);
        call.event["multiValueHeaders"][name] = json!([value]);
        call
    }

    /// Without a header.
    pub fn without(mut self, name: &str) -> Self {
        for headers in ["headers", "multiValueHeaders"] {
            if let Some(headers) = self.event[headers].as_object_mut() {
                headers.retain(|header, _| !header.eq_ignore_ascii_case(name));
            }
        }
        self
    }

    /// With an access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With these query parameters.
    pub fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        self.event["queryStringParameters"] = pairs.iter().map(|(name, value)| (*name, json!(value))).collect();
        self.event["multiValueQueryStringParameters"] =
            pairs.iter().map(|(name, value)| (*name, json!([value]))).collect();
        self
    }

    /// With a document as its body.
    pub fn document(self, document: &Value) -> Self {
        self.text(&document.to_string())
    }

    /// With attributes of a resource of a type as its body, and an id when it updates one.
    pub fn resource(self, kind: &str, id: Option<&str>, attributes: &Value) -> Self {
        let mut data = json!({"type": kind, "attributes": attributes});
        if let Some(id) = id {
            data["id"] = json!(id);
        }
        self.document(&json!({"data": data}))
    }

    /// With any text as its body.
    pub fn text(mut self, body: &str) -> Self {
        self.event["body"] = json!(body);
        self.header("content-type", MEDIA_TYPE)
    }

    /// Sends it through the edge to a handler, under the role of its function.
    ///
    /// # Panics
    /// When the event is no REST proxy event, or the answer is not JSON.
    pub async fn send<F>(&self, handler: impl FnOnce(Request) -> F) -> Answer
    where
        F: Future<Output = Result<Response, Error>> + Send,
    {
        let request = Request::new(self.event.clone(), Some(BASE_URL));
        // Boxed: a test that sends many has them all on its stack.
        let answered = Box::pin(answer(request, Some("key"), |request| Box::pin(handler(request))));
        let response = as_function(&self.function, answered).await;
        let (parts, body) = response.into_parts();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() };
        let usage = parts.extensions.get().copied().unwrap_or_default();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, usage }
    }
}

impl Answer {
    /// The text of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The id of the primary resource, or nothing.
    pub fn id(&self) -> &str {
        self.body["data"]["id"].as_str().unwrap_or_default()
    }

    /// An attribute of the primary resource.
    pub fn attribute(&self, name: &str) -> &Value {
        &self.body["data"]["attributes"][name]
    }

    /// The code of the first error, or nothing.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or_default()
    }

    /// The JSON Pointers of all errors.
    pub fn pointers(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["source"]["pointer"].as_str()).collect()
    }
}
