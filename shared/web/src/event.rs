//! The event that API Gateway makes of a request (proxy integration, payload format 1.0), and the answer that it takes.
//!
//! Clients decide what is in a request, so reading its event cannot fail: what is missing or has another type is left
//! out, and [`Parts::fault`] is the error to answer with. (`lambda_http`, used before, ended the process on a `Host`
//! that is no URL, on control characters in headers, and on a body that is not base64.)

use std::collections::BTreeMap;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use kernel::{Error, correlation, ids};
use serde::{Deserialize, Serialize};
use serde_json::Value;

type Single = Option<BTreeMap<String, Option<String>>>;
type Multi = Option<BTreeMap<String, Option<Vec<Option<String>>>>>;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    http_method: Option<String>,
    path: Option<String>,
    headers: Single,
    multi_value_headers: Multi,
    query_string_parameters: Single,
    multi_value_query_string_parameters: Multi,
    path_parameters: Single,
    request_context: Option<Context>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    request_id: Option<String>,
    stage: Option<String>,
    domain_name: Option<String>,
    resource_path: Option<String>,
    identity: Option<Identity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    source_ip: Option<String>,
}

/// What a request consists of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub method: Method,
    /// As it was requested, without the stage.
    pub path: String,
    pub headers: HeaderMap,
    /// Sorted by name: the same request has the same links. Values of one name are in the order they were sent in.
    pub query: Vec<(String, String)>,
    pub path_parameters: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// The id that the gateway gave the request, or a new one.
    pub request_id: String,
    /// The route's pattern, such as `/products/{id}`.
    pub route: String,
    /// The network address that the request came from, as the gateway saw it.
    pub source_ip: String,
    /// Where the request came to.
    pub base_url: String,
    /// Why the request cannot be handled.
    pub fault: Option<Error>,
}

impl Parts {
    /// Reads an event.
    pub(crate) fn read(event: Value) -> Self {
        let mut fault = None;
        let event = Event::deserialize(event).unwrap_or_else(|error| {
            fault =
                Some(Error::malformed(format!("This is not an event of API Gateway's proxy integration: {error}.")));
            Event::default()
        });
        let context = event.request_context.unwrap_or_default();
        let method = event.http_method.unwrap_or_default();
        let method = Method::from_str(&method).unwrap_or_else(|_| {
            fault.get_or_insert_with(|| Error::malformed("The request has no valid method."));
            Method::GET
        });
        let mut headers = HeaderMap::new();
        for (name, value) in pairs(event.multi_value_headers, event.headers) {
            match (HeaderName::from_str(&name), HeaderValue::from_str(&value)) {
                (Ok(name), Ok(value)) => _ = headers.append(name, value),
                // Left out, a precondition would hold that nobody has checked.
                _ => _ = fault.get_or_insert_with(|| unusable(name)),
            }
        }
        let body = event.body.unwrap_or_default();
        let body = if event.is_base64_encoded == Some(true) {
            STANDARD.decode(body).unwrap_or_else(|_| {
                fault.get_or_insert_with(|| Error::malformed("The body is not base64, as the gateway says it is."));
                Vec::new()
            })
        } else {
            body.into_bytes()
        };
        Self {
            base_url: base_url(context.domain_name.as_deref(), context.stage.as_deref()),
            query: pairs(event.multi_value_query_string_parameters, event.query_string_parameters).collect(),
            path_parameters: pairs(None, event.path_parameters).collect(),
            path: event.path.filter(|path| path.starts_with('/')).unwrap_or_else(|| "/".to_owned()),
            request_id: context.request_id.filter(|id| correlation::is_sound(id)).unwrap_or_else(ids::new),
            route: context.resource_path.unwrap_or_default(),
            source_ip: context.identity.and_then(|identity| identity.source_ip).unwrap_or_default(),
            method,
            headers,
            body,
            fault,
        }
    }
}

/// Names and values in the order of the names; of those that the gateway gives in both forms, the one with all values.
fn pairs(multi: Multi, single: Single) -> impl Iterator<Item = (String, String)> {
    let single = single.unwrap_or_default().into_iter().map(|(name, value)| (name, Some(vec![value])));
    let mut all: BTreeMap<_, _> = single.collect();
    all.extend(multi.unwrap_or_default());
    all.into_iter().flat_map(|(name, values)| {
        values.into_iter().flatten().flatten().map(move |value| (name.clone(), value)).collect::<Vec<_>>()
    })
}

fn unusable(name: String) -> Error {
    Error::header(name, "Has characters that a header cannot have.")
}

/// The URL that a request came to: by HTTPS, at the domain name that the gateway gives, at its stage. `Host` and
/// `X-Forwarded-Proto` come from the client: links, and what others may cache, do not follow them.
fn base_url(domain: Option<&str>, stage: Option<&str>) -> String {
    let is_host = |host: &&str| {
        Authority::from_str(host).is_ok_and(|host| !host.host().is_empty() && !host.as_str().contains('@'))
    };
    let host = domain.filter(is_host).unwrap_or("localhost");
    match stage {
        Some(stage) => format!("https://{host}/{stage}"),
        None => format!("https://{host}"),
    }
}

/// An answer as API Gateway takes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    status_code: u16,
    multi_value_headers: BTreeMap<String, Vec<String>>,
    body: String,
    is_base64_encoded: bool,
}

impl From<http::Response<String>> for Answer {
    fn from(response: http::Response<String>) -> Self {
        let (parts, body) = response.into_parts();
        let mut headers = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in &parts.headers {
            headers.entry(name.to_string()).or_default().extend(value.to_str().map(str::to_owned));
        }
        Self { status_code: parts.status.as_u16(), multi_value_headers: headers, body, is_base64_encoded: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn links_lead_to_the_gateways_own_domain_name_whatever_the_client_says_of_host_and_scheme() {
        for (headers, domain, expected) in [
            (json!({}), "id.execute-api.test", "https://id.execute-api.test/v1"),
            (json!({"Host": "evil.test", "X-Forwarded-Proto": "http"}), "id.test", "https://id.test/v1"),
            (json!({"Host": "evil.test"}), "[", "https://localhost/v1"),
            (json!({"Host": "evil.test"}), "user@id.test", "https://localhost/v1"),
            (json!({"Host": "evil.test"}), "", "https://localhost/v1"),
        ] {
            let context = json!({"stage": "v1", "domainName": domain});
            let url = Parts::read(json!({"headers": headers, "requestContext": context})).base_url;
            assert_eq!(url, expected, "{headers} {domain}");
        }
    }

    fn fault(event: Value) -> Option<&'static str> {
        Parts::read(event).fault.map(|error| error.code)
    }

    #[test]
    fn what_no_request_can_have_is_a_fault_of_the_request() {
        assert_eq!(fault(json!({"httpMethod": "GET"})), None);
        assert_eq!(fault(json!({"httpMethod": "GET", "headers": {"If-Match": "\u{1}"}})), Some("invalid_header"));
        assert_eq!(fault(json!({"httpMethod": "A B"})), Some("malformed_document"));
        assert_eq!(
            fault(json!({"httpMethod": "GET", "body": "%", "isBase64Encoded": true})),
            Some("malformed_document")
        );
        assert_eq!(fault(json!({"headers": 5})), Some("malformed_document"));
        assert_eq!(fault(json!("an event")), Some("malformed_document"));
    }

    #[test]
    fn all_values_of_a_name_are_read_and_names_are_in_order() {
        let event = json!({
            "httpMethod": "GET",
            "queryStringParameters": {"b": "2", "a": "1"},
            "multiValueQueryStringParameters": {"b": ["1", "2"], "a": ["1"]},
            "headers": {"if-match": "\"2\"", "accept": "x"},
            "multiValueHeaders": {"if-match": ["\"1\"", "\"2\""]},
        });
        let parts = Parts::read(event);
        let query: Vec<_> = parts.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(query, [("a", "1"), ("b", "1"), ("b", "2")]);
        assert_eq!((parts.headers.get_all("if-match").iter().count(), parts.headers.len()), (2, 3));
    }
}
