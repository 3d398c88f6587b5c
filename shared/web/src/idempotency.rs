//! The `Idempotency-Key` header: a request that is sent again finds what the first one made.
//!
//! There is no table of keys. The id of what is made follows from the caller and the key, and the
//! write that makes it carries the condition that it does not exist; the body's fingerprint is
//! stored with it (draft-ietf-httpapi-idempotency-key-header).

use http::{HeaderName, HeaderValue};

use crate::jsonapi::{self, Resource};
use crate::request::{Request, Response};
use kernel::error::{Error, Kind};
use kernel::ids;
use kernel::replay::Outcome;

const HEADER: &str = "Idempotency-Key";

/// A key that a caller gave a request: 1 to 255 visible ASCII characters.
pub struct Key(String);

impl Key {
    /// The key of a request that has to have one.
    ///
    /// # Errors
    /// 400 without the header, or when it is not 1 to 255 visible ASCII characters.
    pub fn required(request: &Request) -> Result<Self, Error> {
        Self::optional(request)?.ok_or_else(|| {
            Error::header(
                HEADER,
                "Send an Idempotency-Key, new for each purchase you mean and the same when you repeat it.",
            )
        })
    }

    /// The key of a request that may have one.
    ///
    /// # Errors
    /// 400 when it is not 1 to 255 visible ASCII characters.
    pub fn optional(request: &Request) -> Result<Option<Self>, Error> {
        if !request.has_header(HEADER) {
            return Ok(None);
        }
        let key = request.header(HEADER).filter(|key| (1..=255).contains(&key.len()));
        match key.filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic())) {
            Some(key) => Ok(Some(Self(key.to_owned()))),
            None => Err(Error::header(HEADER, "The key has to be 1 to 255 visible ASCII characters.")),
        }
    }

    /// The id of what this key makes for a caller in a collection. Other callers' equal keys, and
    /// the same key in another collection, make other things.
    pub fn id(&self, collection: &str, caller: &str) -> String {
        ids::derived(&[collection, caller, &self.0])
    }
}

/// 201 with what was made, now or before (`Idempotent-Replayed: true`).
///
/// # Errors
/// 422 when the key was used before for another body.
pub fn created<T: Resource>(outcome: &Outcome<T>, request: &Request) -> Result<Response, Error> {
    answer(outcome, |made| jsonapi::created(made, request))
}

/// As [`created`], with an answer of the caller's.
///
/// # Errors
/// 422 when the key was used before for another body.
pub fn answer<T>(outcome: &Outcome<T>, answer: impl FnOnce(&T) -> Response) -> Result<Response, Error> {
    match outcome {
        Outcome::Made(made) => Ok(answer(made)),
        Outcome::Replayed(made) => Ok(replayed(answer(made))),
        Outcome::KeyReused => Err(reused()),
    }
}

fn reused() -> Error {
    let detail = "This key was used before with another body. Take a new key for a new request.";
    Error::new(Kind::Unprocessable, "idempotency_key_reused", "Idempotency key reused", detail).in_header(HEADER)
}

fn replayed(mut response: Response) -> Response {
    let name = HeaderName::from_static("idempotent-replayed");
    response.headers_mut().insert(name, HeaderValue::from_static("true"));
    response
}
