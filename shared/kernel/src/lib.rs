//! What every service needs and no layer below it has: values, errors, configuration, log lines. Nothing here calls
//! anything. No business noun lives here.
//!
//! | Module | What it is for |
//! | --- | --- |
//! | [`error`] | everything that can go wrong, and the one place that picks status codes |
//! | [`input`] | a request's document as values, each fault with its JSON Pointer |
//! | [`text`] | text as people compare, sort and search it |
//! | [`query`] | the query parameters of a request |
//! | [`period`] | a period of time in a query |
//! | [`page`] | cursor pagination: which page is asked for, the cursors of its neighbours |
//! | [`actor`] | who acts in the present request, and where that is recorded |
//! | [`caller`] | who is calling: users and their roles |
//! | [`replay`] | what a request that was sent again finds |
//! | [`sequence`] | the place of a change among those of its item |
//! | [`digest`] | a keyed digest of what a log may not name |
//! | [`ids`], [`clock`], [`money`], [`histogram`] | identifiers, time, money, counts of values |
//! | [`config`] | typed environment variables |
//! | [`correlation`] | the id of the request that began it all |
//! | [`usage`] | what a piece of work costs at the database |
//! | [`log`] | structured log lines |
//! | [`breaker`] | a circuit breaker |
//! | [`program`] | a service's one program: the handler that `_HANDLER` names |

pub mod actor;
pub mod breaker;
pub mod caller;
pub mod clock;
pub mod config;
pub mod correlation;
pub mod digest;
pub mod error;
pub mod histogram;
pub mod ids;
pub mod input;
pub mod log;
pub mod money;
pub mod page;
pub mod period;
pub mod program;
pub mod query;
pub mod replay;
pub mod sequence;
pub mod text;
pub mod usage;

pub use config::StartupError;
pub use error::Error;
