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

/// Counts something as a metric of CloudWatch, in the namespace `Zoco`, by function: a line in the log of which
/// CloudWatch makes it, without a call (Embedded Metric Format).
pub fn count(metric: &'static str) {
    println!("{}", counted(metric, crate::clock::now().as_millisecond()));
}

fn counted(metric: &'static str, milliseconds: i64) -> serde_json::Value {
    serde_json::json!({
        "_aws": {
            "Timestamp": milliseconds,
            "CloudWatchMetrics": [{
                "Namespace": "Zoco",
                "Dimensions": [["function"]],
                "Metrics": [{"Name": metric, "Unit": "Count"}],
            }],
        },
        "function": std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        "correlation_id": crate::correlation::current(),
        metric: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_a_line_in_the_form_that_cloudwatch_reads() {
        let line = counted("CircuitBreakerOpened", 5);
        let names = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(
            (&names["Metrics"][0]["Name"], &line["_aws"]["Timestamp"]),
            (&"CircuitBreakerOpened".into(), &5.into())
        );
        assert_eq!((&line["CircuitBreakerOpened"], &names["Dimensions"][0][0]), (&1.into(), &"function".into()));
    }
}
