//! The way to ask another service: a read of the internal API, with the services' API key, signed with the credentials of
//! the function's role (AWS Signature Version 4). Either alone is refused.
//!
//! The other may be slow, failing or away. A call has time-outs, is tried three times with jitter, and after five
//! failures in a row a circuit breaker spares the other and ourselves for 10 seconds, then lets one call through.
//! Nothing of it is set up before the first call.

use std::time::{Duration, Instant};

use aws::sigv4::RequestSigner;
use backon::Retryable;
use reqwest::{Client, Request, StatusCode};
use serde_json::Value;
use tokio::sync::OnceCell;

use futures_util::future::BoxFuture;
use kernel::breaker::Breaker;
use kernel::config::{self, StartupError};
use kernel::error::Error;
use kernel::{clock, correlation, log};

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// For a whole call: the other's function may have to start first.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How many failures in a row open the circuit breaker, and how long it spares the service then.
const FAILURES: u32 = 5;
const OPEN_FOR: Duration = Duration::from_secs(10);

/// Where another service is, and what opens its internal API.
pub struct Access {
    url: String,
    key: String,
    signer: RequestSigner,
}

impl Access {
    /// At the internal API's `<SERVICE>_URL` with the key `<SERVICE>_API_KEY`, signed with the function's credentials.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(service: &str) -> Result<Self, StartupError> {
        let (url, key) =
            (config::required(&format!("{service}_URL"))?, config::required(&format!("{service}_API_KEY"))?);
        Ok(Self { url, key, signer: RequestSigner::from_env("execute-api")? })
    }

    /// At a base URL, with a key and a signer.
    pub fn new(url: impl Into<String>, key: impl Into<String>, signer: RequestSigner) -> Self {
        Self { url: url.into(), key: key.into(), signer }
    }
}

/// Another service, as its internal API shows it.
pub struct Service {
    name: &'static str,
    /// What counts the calls to it.
    metric: &'static str,
    access: Access,
    client: OnceCell<Client>,
    breaker: Breaker,
}

impl Service {
    /// The service of a name (in the log). Each call is counted as `metric`.
    pub fn new(name: &'static str, metric: &'static str, access: Access) -> Self {
        let (breaker, client) = (Breaker::new(name, FAILURES, OPEN_FOR), OnceCell::new());
        Self { name, metric, access, client, breaker }
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
            let request = self.request(client, &path_and_query).map_err(Failed::Unsigned)?;
            let answer = ask(client, request).await;
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
            Failed::Unsigned(error) => error,
            Failed::Open => {
                let seconds = u32::try_from(OPEN_FOR.as_secs()).unwrap_or(u32::MAX);
                Error::unavailable(format!("{} is not called while its circuit breaker is open", self.name))
                    .retry_after(seconds)
            }
        })
    }

    /// A call, signed as it is sent. Each try is signed anew: a signature is accepted for five minutes.
    fn request(&self, client: &Client, path_and_query: &str) -> Result<Request, Error> {
        let url = format!("{}{path_and_query}", self.access.url);
        let call = client.get(url).header("x-api-key", &self.access.key);
        let mut call = call.header(correlation::HEADER, correlation::current()).build().map_err(Error::internal)?;
        self.access.signer.sign(&mut call, clock::now())?;
        Ok(call)
    }
}

async fn ask(client: &Client, request: Request) -> Result<Option<Value>, reqwest::Error> {
    let response = client.execute(request).await?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let mut document: Value = response.error_for_status()?.json().await?;
    Ok(Some(document["data"].take()))
}

/// Why a call gave no answer.
#[derive(Debug)]
enum Failed {
    Call(reqwest::Error),
    /// It could not be signed.
    Unsigned(Error),
    /// It was not made.
    Open,
}

/// Whether a failed call may succeed when tried again. A refusal (a wrong key, say) will not.
fn is_outage(error: &reqwest::Error) -> bool {
    let refused = |status: StatusCode| status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    !error.status().is_some_and(refused)
}
