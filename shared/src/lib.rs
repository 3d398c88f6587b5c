//! What every service needs and none owns. No business noun lives here.
//!
//! | Module | What it is for |
//! | --- | --- |
//! | [`error`] | everything that can go wrong, and the one place that picks status codes |
//! | [`program`] | a service's one program: the handler that `_HANDLER` names |
//! | [`http`] | the edge: run a handler as a Lambda function, read a request, write an answer |
//! | [`jsonapi`] | JSON:API 1.1: documents in and out, media types, pages |
//! | [`auth`] | who is calling: access tokens, roles |
//! | [`idempotency`] | the `Idempotency-Key` header, derived ids, fingerprints of bodies |
//! | [`aws`] | how every AWS client is set up |
//! | [`sigv4`] | signing HTTP requests that are made without an AWS client |
//! | [`store`] | the DynamoDB client, its meter, its errors, listings |
//! | [`events`] | events of a table's stream, the topic they go to |
//! | [`queue`] | functions driven by a queue, sending to queues, dead letters |
//! | [`job`] | functions that an operator or a schedule calls |
//! | [`service`] | asking another service over HTTP: time-outs, retries, circuit breaker |
//! | [`breaker`] | a circuit breaker |
//! | [`correlation`] | the id of the request that began it all |
//! | [`config`] | typed environment variables |
//! | [`ids`], [`clock`], [`money`], [`histogram`] | identifiers, time, money, counts of values |
//! | [`log`] | structured log lines |
//! | `testing` | for tests of every crate: the embedded DynamoDB, requests, tokens, faults |

pub mod auth;
pub mod aws;
pub mod breaker;
pub mod clock;
pub mod config;
pub mod correlation;
pub mod error;
pub mod events;
pub mod histogram;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod job;
pub mod jsonapi;
pub mod log;
pub mod money;
pub mod program;
pub mod queue;
pub mod service;
pub mod sigv4;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use config::StartupError;
pub use error::Error;
