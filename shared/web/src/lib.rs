//! HTTP and JSON:API: what handlers behind an API read and answer, who their callers are, and how another service is
//! asked.
//!
//! | Module | What it is for |
//! | --- | --- |
//! | [`http`] | run a handler as a Lambda function |
//! | [`event`] | the event that API Gateway sends, and the answer that it takes |
//! | [`request`] | a request as a handler reads it |
//! | [`jsonapi`] | answers as JSON:API documents |
//! | [`changes`] | what a `PATCH` asks for |
//! | [`media`] | content negotiation: 406 and 415 by JSON:API |
//! | [`token`] | access tokens: who sent a request |
//! | [`idempotency`] | the `Idempotency-Key` header |
//! | [`service`] | asking another service over HTTP: time-outs, retries, circuit breaker |

pub mod changes;
pub mod event;
mod fields;
pub mod http;
pub mod idempotency;
pub mod jsonapi;
pub mod media;
pub mod request;
pub mod service;
pub mod token;
