//! What becomes of a request that is sent again under the same idempotency key: it finds what the first one made.
//!
//! There is no table of keys. The id of what is made follows from the caller and the key, and the write that makes it
//! carries the condition that it does not exist; the body's fingerprint is stored with it.

use serde::Deserialize;

/// What became of something that was to be made under a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    Made(T),
    /// It was made before under the same key.
    Replayed(T),
    /// The key was used before for another body.
    KeyReused,
}

impl<T> Outcome<T> {
    /// The outcome of a repeated request, by what the first one stored.
    pub fn of_repeated(stored: Stored<T>, fingerprint: &str) -> Self {
        if stored.fingerprint == fingerprint { Self::Replayed(stored.value) } else { Self::KeyReused }
    }
}

/// Something stored, with the fingerprint of the request that made it.
#[derive(Debug, Deserialize)]
pub struct Stored<T> {
    #[serde(flatten)]
    pub value: T,
    pub fingerprint: String,
}
