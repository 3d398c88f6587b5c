//! The way to ask another service: a read of the internal API, with the services' API key.
//!
//! The other may be slow, failing or away. A call has time-outs, is tried three times with jitter, and after five
//! failures in a row a circuit breaker spares the other and ourselves for 10 seconds, then lets one call through.
//! Nothing of it is set up before the first call.

use std::time::{Duration, Instant};

use backon::Retryable;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::sync::OnceCell;

use futures_util::future::BoxFuture;
use kernel::breaker::Breaker;
use kernel::error::Error;
use kernel::{correlation, log};

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// For a whole call: the other's function may have to start first.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How many failures in a row open the circuit breaker, and how long it spares the service then.
const FAILURES: u32 = 5;
const OPEN_FOR: Duration = Duration::from_secs(10);

/// Another service, as its internal API shows it.
pub struct Service {
    name: &'static str,
    /// What counts the calls to it.
    metric: &'static str,
    url: String,
    key: String,
    client: OnceCell<Client>,
    breaker: Breaker,
}

impl Service {
    /// The service of a name (in the log), at a base URL, with a key. Each call is counted as `metric`.
    pub fn new(name: &'static str, metric: &'static str, url: impl Into<String>, key: impl Into<String>) -> Self {
        let (breaker, client) = (Breaker::new(name, FAILURES, OPEN_FOR), OnceCell::new());
        Self { name, metric, url: url.into(), key: key.into(), client, breaker }
    }

    /// The primary data of what is at a path with a query; `None` when there is nothing (404).
    ///
    /// # Errors
    /// `Unavailable` when the service does not answer in time, or the breaker spares it · `Internal` when it refuses.
    pub fn data(&self, path_and_query: String) -> BoxFuture<'_, Result<Option<Value>, Error>> {
        Box::pin(self.try_data(path_and_query))
    }

    async fn try_data(&self, path_and_query: String) -> Result<Option<Value>, Error> {
        let connect = || async { aws::http_client(CONNECT_TIMEOUT, TIMEOUT).map_err(Error::internal) };
        let client = self.client.get_or_try_init(connect).await?;
        let attempt = || async {
            if !self.breaker.allows(Instant::now()) {
                return Err(Failed::Open);
            }
            log::count(self.metric);
            let answer = self.ask(client, &path_and_query).await;
            match &answer {
                Err(error) if is_outage(error) => self.breaker.failed(Instant::now()),
                _ => self.breaker.succeeded(),
            }
            answer.map_err(Failed::Call)
        };
        let result = attempt
            .retry(aws::backoff())
            .when(|failed| matches!(failed, Failed::Call(error) if is_outage(error)))
            .notify(|failed, _| {
                tracing::warn!(
                    service = self.name,
                    ?failed,
                    correlation_id = correlation::current(),
                    "a service did not answer, trying again"
                );
            });
        result.await.map_err(|failed| match failed {
            Failed::Call(error) if is_outage(&error) => Error::unavailable(error),
            Failed::Call(error) => Error::internal(error),
            Failed::Open => {
                let seconds = u32::try_from(OPEN_FOR.as_secs()).unwrap_or(u32::MAX);
                Error::unavailable(format!("{} is not called while its circuit breaker is open", self.name))
                    .retry_after(seconds)
            }
        })
    }

    async fn ask(&self, client: &Client, path_and_query: &str) -> Result<Option<Value>, reqwest::Error> {
        let url = format!("{}{path_and_query}", self.url);
        let call = client.get(url).header("x-api-key", &self.key).header(correlation::HEADER, correlation::current());
        let response = call.send().await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let mut document: Value = response.error_for_status()?.json().await?;
        Ok(Some(document["data"].take()))
    }
}

/// Why a call gave no answer.
#[derive(Debug)]
enum Failed {
    Call(reqwest::Error),
    /// It was not made.
    Open,
}

/// Whether a failed call may succeed when tried again. A refusal (a wrong key, say) will not.
fn is_outage(error: &reqwest::Error) -> bool {
    let refused = |status: StatusCode| status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    !error.status().is_some_and(refused)
}
