//! Structured log lines: JSON on standard output, which Lambda sends to CloudWatch.
//!
//! What is logged is chosen field by field. Tokens, passwords, bodies, e-mails and whole events
//! never are.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{self, StartupError};

/// Starts logging at `LOG_LEVEL` (`info` when unset; `warn,shared=debug` style targets work too).
///
/// # Errors
/// When `LOG_LEVEL` cannot be read.
pub fn init() -> Result<(), StartupError> {
    let levels =
        config::optional::<Targets>("LOG_LEVEL")?.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_target(false)
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(levels)
        .try_init()
        .map_err(|error| StartupError(format!("logging cannot start: {error}")))
}
