//! The edge of every function: [`run`] serves a handler as a Lambda function behind a REST API,
//! [`Request`] is what a handler reads, [`Response`] what it gives.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Method, header};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::event::Answer;
pub use crate::request::{Request, Response};
use crate::{jsonapi, media};
use kernel::config::{self, StartupError};
use kernel::error::Error;
use kernel::usage::Meter;
use kernel::{actor, correlation, digest, log};

/// How long a handler may take: its answer comes before the function's own time-out of 10 seconds.
const DEADLINE: Duration = Duration::from_secs(8);

/// On every answer (OWASP, "REST Security Cheat Sheet", "Security Headers"), unless its handler said something else: browsers
/// come back by HTTPS only, take answers for nothing but what they say they are, and show them in no frame. HSTS is for this
/// host alone: a shop's other hosts are not ours to decide about.
const GUARDS: [(HeaderName, &str); 4] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
];

/// Headers by which a caller shows who they are: answers to these are theirs alone.
const CREDENTIALS: [&str; 3] = ["authorization", "cart-token", "x-api-key"];

/// What a handler is doing. Boxed, so that serving is compiled once, in this crate, and not again
/// into each of the shop's binaries.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;

/// Serves a handler until Lambda ends the environment. An error of the handler becomes its JSON:API
/// answer; each request leaves one line in the log.
///
/// # Errors
/// When the configuration cannot be read or the runtime cannot be reached.
pub async fn run<H, F>(handler: H) -> Result<(), StartupError>
where
    H: Fn(Request) -> F + Send + Sync,
    F: Future<Output = Result<Response, Error>> + Send,
{
    serve(&|request| Box::pin(handler(request))).await
}

type Handler<'a> = dyn Fn(Request) -> Answering<'a> + Send + Sync + 'a;

fn serve<'a>(handler: &'a Handler<'a>) -> Pin<Box<dyn Future<Output = Result<(), StartupError>> + 'a>> {
    Box::pin(async move {
        log::init()?;
        let public_url = config::optional::<String>("PUBLIC_URL")?;
        let public_url = public_url.as_deref();
        let log_key = config::optional::<String>("LOG_KEY")?;
        let log_key = log_key.as_deref();
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
            let request = Request::new(event.payload, public_url);
            let response = answer(request, log_key, handler).await;
            Ok::<_, Infallible>(Answer::from(response))
        }))
        .await
        .map_err(|error| StartupError(format!("the Lambda runtime ended: {error}")))
    })
}

/// One request through a handler: media types checked, errors turned into answers, one log line. What it
/// used of DynamoDB is among the answer's extensions, for tests to look at. Without a `log_key`, the log does not say where it
/// came from.
pub async fn answer<'a>(
    request: Request,
    log_key: Option<&str>,
    handler: impl FnOnce(Request) -> Answering<'a>,
) -> Response {
    static WARM: AtomicBool = AtomicBool::new(false);
    let cold_start = !WARM.swap(true, Ordering::Relaxed);
    let started = Instant::now();
    let (request_id, method, route) = (request.id(), request.method().clone(), request.route());
    let personal = method != Method::GET || CREDENTIALS.iter().any(|name| request.has_header(name));
    let correlation_id = request.correlation_id();
    let address = log_key.map(|key| digest::keyed(key, &request.source()));
    let handled = correlation::within(correlation_id.clone(), async {
        let request = request.checked()?;
        media::check_accept(request.headers())?;
        let answer = tokio::time::timeout(DEADLINE, handler(request)).await;
        answer.unwrap_or_else(|late| Err(Error::unavailable(late)))
    });
    let ((result, actor), usage) = Meter::measure(actor::within(handled)).await;
    let (code, cause) = match &result {
        Ok(_) => (None, None),
        Err(error) => (Some(error.code), error.cause()),
    };
    if let Some(cause) = cause {
        tracing::error!(request_id, correlation_id, code, cause, "failed");
    }
    // What was refused may be there a moment later, and may say something of whoever asked.
    let is_kept_by_nobody = personal || result.is_err();
    let mut response = result.unwrap_or_else(|error| jsonapi::error(&error, &request_id));
    if is_kept_by_nobody {
        response = not_stored(response);
    }
    for (name, value) in GUARDS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    tracing::info!(
        request_id,
        correlation_id,
        function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        method = method.as_str(),
        route,
        subject = actor.as_ref().map(|actor| actor.subject.as_str()),
        role = actor.as_ref().map(|actor| actor.role),
        address,
        status = response.status().as_u16(),
        duration_ms = started.elapsed().as_secs_f64() * 1000.0,
        cold_start,
        db_calls = usage.calls,
        read_units = usage.read_units,
        write_units = usage.write_units,
        code,
        "request"
    );
    response.extensions_mut().insert(usage);
    response
}

/// An answer that is not JSON:API, and for how long others may cache it (`Cache-Control`).
pub fn raw(content_type: &'static str, cache_control: &'static str, body: &str) -> Response {
    let mut response = Response::new(body.to_owned());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    response
}

/// An answer with a header more.
///
/// # Errors
/// `Internal` for a value that no header can have.
pub fn with_header(mut response: Response, name: &'static str, value: &str) -> Result<Response, Error> {
    let value = HeaderValue::from_str(value).map_err(Error::internal)?;
    response.headers_mut().insert(name, value);
    Ok(response)
}

/// An answer that nobody may cache. Those to whoever shows credentials or changes something, and errors, are such by
/// themselves.
pub fn not_stored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
