//! Functions that an operator or a schedule calls: JSON in, JSON out. Who may call is for IAM to say.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use kernel::config::StartupError;
use kernel::error::Error;
use kernel::usage::{Meter, Usage};
use kernel::{actor, log};

/// Serves a job until Lambda ends the environment. What it is asked for has to be readable as `I`; what it answers
/// is sent as JSON. A failure is answered with its cause: the caller is the operator.
///
/// # Errors
/// When the configuration cannot be read or the runtime cannot be reached.
pub fn run<'a, I, O, H, F>(handler: H) -> Pin<Box<dyn Future<Output = Result<(), StartupError>> + 'a>>
where
    I: DeserializeOwned + 'a,
    O: Serialize + 'a,
    H: Fn(I) -> F + 'a,
    F: Future<Output = Result<O, Error>> + 'a,
{
    Box::pin(async move {
        log::init()?;
        let handler = &handler;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<I>| async move {
            let started = Instant::now();
            let ((result, _), usage) = Meter::measure(actor::within(handler(event.payload))).await;
            let cause = result.as_ref().err().map(Error::reason);
            log(&event.context.request_id, started, &usage, cause.as_deref());
            result.map_err(|error| error.reason())
        }))
        .await
        .map_err(|error| StartupError(format!("the Lambda runtime ended: {error}")))
    })
}

fn log(request_id: &str, started: Instant, usage: &Usage, cause: Option<&str>) {
    tracing::info!(
        request_id,
        function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        duration_ms = started.elapsed().as_secs_f64() * 1000.0,
        db_calls = usage.calls,
        read_units = usage.read_units,
        write_units = usage.write_units,
        cause,
        "job"
    );
}
