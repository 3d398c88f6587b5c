//! Content negotiation (JSON:API 1.1, "Content Negotiation", server responsibilities).

use http::{HeaderMap, StatusCode, header};

use kernel::error::{Error, Kind};

/// The media type of every request and answer document.
pub const MEDIA_TYPE: &str = "application/vnd.api+json";

/// Checks that the caller can read our answers.
///
/// # Errors
/// 406 when every instance of the JSON:API media type in `Accept` carries a parameter other than
/// `ext` and `profile`, or an extension (we have none).
pub fn check_accept(headers: &HeaderMap) -> Result<(), Error> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut instances = values.flat_map(split_ranges).filter(|range| names_jsonapi(range)).peekable();
    if instances.peek().is_none()
        || instances.any(|range| parameters(range).all(|name| matches!(name, "profile" | "q")))
    {
        return Ok(());
    }
    let detail = format!("Every {MEDIA_TYPE} in Accept has a parameter or extension that is not supported here.");
    Err(Error::new(Kind::Protocol(StatusCode::NOT_ACCEPTABLE), "not_acceptable", "Not acceptable", detail))
}

/// Checks that a request body says it is a JSON:API document.
///
/// # Errors
/// 415 when `Content-Type` is not the JSON:API media type, or carries a parameter other than
/// `profile`.
pub fn check_content_type(headers: &HeaderMap) -> Result<(), Error> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if names_jsonapi(value) && parameters(value).all(|name| name == "profile") {
        return Ok(());
    }
    let detail = format!("Send the header `Content-Type: {MEDIA_TYPE}`, without media type parameters.");
    let kind = Kind::Protocol(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    Err(Error::new(kind, "unsupported_media_type", "Unsupported media type", detail))
}

/// The media ranges of an `Accept` header: commas part them, except within quotes.
fn split_ranges(header: &str) -> Vec<&str> {
    let mut quoted = false;
    header
        .split(move |character| {
            quoted ^= character == '"';
            character == ',' && !quoted
        })
        .map(str::trim)
        .collect()
}

fn names_jsonapi(range: &str) -> bool {
    range.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(MEDIA_TYPE))
}

/// The names of a media range's parameters. A quoted value with a semicolon would read as a
/// further name and be refused: no `ext` or `profile` URI has one.
fn parameters(range: &str) -> impl Iterator<Item = &str> {
    range.split(';').skip(1).map(|parameter| parameter.split('=').next().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn accept_is_refused_only_when_every_jsonapi_instance_is_modified() {
        for good in [
            "",
            "*/*",
            "text/html",
            MEDIA_TYPE,
            "application/vnd.api+json;charset=utf-8, application/vnd.api+json",
            "application/vnd.api+json; profile=\"https://a.example/b,c\"",
            "application/vnd.api+json;q=0.5",
        ] {
            assert!(check_accept(&headers(header::ACCEPT, good)).is_ok(), "{good}");
        }
        for bad in ["application/vnd.api+json;charset=utf-8", "application/vnd.api+json; ext=\"https://a.example/x\""] {
            assert!(check_accept(&headers(header::ACCEPT, bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_body_of_another_media_type_is_refused() {
        for good in [MEDIA_TYPE, "Application/VND.api+json", "application/vnd.api+json; profile=\"https://a.example\""]
        {
            assert!(check_content_type(&headers(header::CONTENT_TYPE, good)).is_ok(), "{good}");
        }
        for bad in ["", "application/json", "application/vnd.api+json; charset=utf-8", "application/vnd.api+json;ext=x"]
        {
            assert!(check_content_type(&headers(header::CONTENT_TYPE, bad)).is_err(), "{bad}");
        }
    }
}
