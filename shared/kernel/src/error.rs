//! Everything that can go wrong, said once. [`Kind::status`] is the only place that picks a status
//! code; `http` turns an [`Error`] into a JSON:API errors document and logs its cause.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;
use serde_json::Value;

/// What sort of failure it is, as far as the answer's status is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request as a whole cannot be read.
    BadRequest,
    /// Nobody is signed in, or the token is not valid.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The request is sound; the present state does not allow it.
    Conflict,
    /// The document can be read; what it says cannot be accepted.
    Unprocessable,
    /// HTTP itself says no: method, media types, size, preconditions.
    Protocol(StatusCode),
    /// The caller asks too often.
    TooMany,
    /// Something we depend on does not answer; trying again may help.
    Unavailable,
    /// Our fault.
    Internal,
}

impl Kind {
    /// The status code of an answer to this kind of failure.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Protocol(status) => status,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Where in the request the fault lies (JSON:API 1.1, "Error Objects", `source`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A JSON Pointer (RFC 6901) into the request document.
    Pointer(String),
    /// The name of a query parameter.
    Parameter(String),
    /// The name of a request header.
    Header(String),
}

/// One error object: what is wrong, where, and what machines may want to know about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub detail: String,
    pub source: Option<Source>,
    pub meta: Option<Value>,
}

impl Fault {
    /// A fault at a JSON Pointer into the request document.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), source: Some(Source::Pointer(pointer.into())), meta: None }
    }
}

/// A failed request: its kind, the code clients switch on, one fault or more, and the cause that is
/// logged and never sent.
#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    pub code: &'static str,
    pub title: &'static str,
    pub faults: Vec<Fault>,
    /// Seconds after which trying again makes sense: the `Retry-After` header.
    pub retry_after: Option<u32>,
    /// The methods a path knows: the `Allow` header.
    pub allow: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Any failure, from its parts.
    pub fn new(kind: Kind, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let fault = Fault { detail: detail.into(), source: None, meta: None };
        Self { kind, code, title, faults: vec![fault], retry_after: None, allow: None, cause: None }
    }

    /// 400: the body is not JSON, or not a JSON:API document.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, "malformed_document", "Malformed document", detail)
    }

    /// 400: a query parameter that is unknown here, or whose value cannot be used.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, "invalid_parameter", "Invalid query parameter", detail)
            .with_source(Source::Parameter(name.to_owned()))
    }

    /// 400: a request header that is missing or whose value cannot be used.
    pub fn header(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, "invalid_header", "Invalid request header", detail).in_header(name)
    }

    /// 422: members of the document that are missing, unknown, of the wrong kind or out of range.
    pub fn attributes(faults: Vec<Fault>) -> Self {
        Self::new(Kind::Unprocessable, "invalid_attribute", "Invalid attribute", "").with_faults(faults)
    }

    /// 401: no token, or an invalid one.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(Kind::Unauthenticated, "unauthenticated", "Sign-in required", detail)
    }

    /// 403: the caller's role may not do this at all.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, "forbidden", "Not allowed", detail)
    }

    /// 404: there is no such resource, or it belongs to somebody else.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, "not_found", "Not found", detail)
    }

    /// 409: the present state does not allow it; `code` says which rule.
    pub fn conflict(code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, title, detail)
    }

    /// 409: a value that has to be unique is taken already.
    pub fn already_exists(pointer: &str, detail: impl Into<String>) -> Self {
        Self::conflict("already_exists", "Already exists", detail).at(pointer)
    }

    /// 429: asked too often; the same may be asked again after so many seconds.
    pub fn too_many(detail: impl Into<String>, seconds: u32) -> Self {
        Self::new(Kind::TooMany, "too_many_requests", "Too many requests", detail).retry_after(seconds)
    }

    /// 503: something we depend on did not answer; trying again in a second may help.
    pub fn unavailable(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let detail =
            "A part of the shop did not answer in time. Try again, with the same Idempotency-Key if you sent one.";
        let error = Self::new(Kind::Unavailable, "unavailable", "Temporarily unavailable", detail);
        Self { cause: Some(cause.into()), retry_after: Some(1), ..error }
    }

    /// 500: our fault; the cause is logged, the answer has the request id only.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let detail = "Something went wrong on our side. The error's id names the request.";
        let error = Self::new(Kind::Internal, "internal", "Internal error", detail);
        Self { cause: Some(cause.into()), ..error }
    }

    /// 405: the path knows other methods only (`Allow`).
    pub fn method_not_allowed(detail: impl Into<String>, allow: &str) -> Self {
        let kind = Kind::Protocol(StatusCode::METHOD_NOT_ALLOWED);
        let error = Self::new(kind, "method_not_allowed", "Method not allowed", detail);
        Self { allow: Some(allow.to_owned()), ..error }
    }

    /// The same error, to be tried again after so many seconds.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The same error with other faults: one for each thing that is wrong.
    pub fn with_faults(self, faults: Vec<Fault>) -> Self {
        Self { faults, ..self }
    }

    /// The same error, its (only) fault at a place in the request document.
    pub fn at(self, pointer: impl Into<String>) -> Self {
        self.with_source(Source::Pointer(pointer.into()))
    }

    /// The same error with facts for machines.
    pub fn with_meta(mut self, meta: Value) -> Self {
        for fault in &mut self.faults {
            fault.meta = Some(meta.clone());
        }
        self
    }

    /// The chain of causes in one line, or `None` when the failure is the caller's.
    pub fn cause(&self) -> Option<String> {
        self.cause.as_deref().map(|cause| chain(cause))
    }

    /// Why it failed, in a line, for an operator: the cause, or what was wrong with what was asked.
    pub fn reason(&self) -> String {
        let details = || self.faults.iter().map(|fault| fault.detail.as_str()).collect::<Vec<_>>().join("; ");
        self.cause().unwrap_or_else(details)
    }

    /// The same error, its (only) fault in a request header.
    pub fn in_header(self, name: impl Into<String>) -> Self {
        self.with_source(Source::Header(name.into()))
    }

    fn with_source(mut self, source: Source) -> Self {
        for fault in &mut self.faults {
            fault.source = Some(source.clone());
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.status().as_u16(), self.code)?;
        for fault in &self.faults {
            write!(f, ": {}", fault.detail)?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

/// An error and what lies beneath it. An SDK error by itself prints only "dispatch failure".
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_logged_with_all_its_sources() {
        let beneath = std::io::Error::other("connection refused");
        let error = Error::internal(Error::unavailable(beneath));
        assert!(error.cause().is_some_and(|text| text.ends_with(": connection refused")));
    }

    #[test]
    fn a_cause_is_not_part_of_what_is_sent() {
        let error = Error::internal(std::io::Error::other("table ProductsTable"));
        assert!(!error.faults.iter().any(|fault| fault.detail.contains("ProductsTable")));
    }
}
