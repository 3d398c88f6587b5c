//! The way to ask catalog for a product, when inventory has no snapshot of it or wants a fresh one:
//! `GET /internal/products/{id}` with the services' API key.
//!
//! Catalog may be slow, failing or away. A call has time-outs, is tried three times with jitter, and
//! after five failures in a row a circuit breaker spares catalog and ourselves for 10 seconds, then
//! lets one call through. Nothing of it is set up before the first call.

use std::error::Error as StdError;
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use reqwest::{Certificate, Client, StatusCode};
use serde::Deserialize;
use shared::breaker::Breaker;
use shared::store::Call;
use shared::{Error, StartupError, aws, config, correlation, log};
use tokio::sync::OnceCell;

use crate::stock::Snapshot;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// For a whole call: catalog's function may have to start first.
const TIMEOUT: Duration = Duration::from_secs(2);
const RETRIES: usize = 2;
/// How many failures in a row open the circuit breaker, and how long it spares catalog then.
const FAILURES: u32 = 5;
const SPARED: Duration = Duration::from_secs(10);

/// Catalog, as other services see it.
pub struct Catalog {
    url: String,
    key: String,
    client: OnceCell<Client>,
    breaker: Breaker,
}

#[derive(Deserialize)]
struct Document {
    data: Resource,
}

#[derive(Deserialize)]
struct Resource {
    attributes: Snapshot,
}

impl Catalog {
    /// At the internal API's `CATALOG_URL`, with the key `CATALOG_API_KEY`.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self::new(config::required::<String>("CATALOG_URL")?, config::required::<String>("CATALOG_API_KEY")?))
    }

    /// At a base URL, with a key.
    pub fn new(url: impl Into<String>, key: impl Into<String>) -> Self {
        let breaker = Breaker::new("catalog", FAILURES, SPARED);
        Self { url: url.into(), key: key.into(), client: OnceCell::new(), breaker }
    }

    /// A product as catalog has it now; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable` when catalog does not answer in time, or the breaker spares it.
    pub fn product<'a>(&'a self, id: &'a str) -> Call<'a, Option<Snapshot>> {
        Box::pin(self.try_product(id))
    }

    async fn try_product(&self, id: &str) -> Result<Option<Snapshot>, Error> {
        let client = self.client.get_or_try_init(|| async { connect() }).await?;
        let attempt = || async {
            if !self.breaker.allows(Instant::now()) {
                return Err(Failed::Spared);
            }
            log::count("CatalogAsked");
            let answer = self.ask(client, id).await;
            match &answer {
                Err(error) if is_outage(error) => self.breaker.failed(Instant::now()),
                _ => self.breaker.succeeded(),
            }
            answer.map_err(Failed::Call)
        };
        let backoff = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_times(RETRIES)
            .with_jitter();
        let result = attempt
            .retry(backoff)
            .when(|failed| matches!(failed, Failed::Call(error) if is_outage(error)))
            .notify(|failed, _| {
                tracing::warn!(
                    ?failed,
                    correlation_id = correlation::current(),
                    "catalog did not answer, trying again"
                );
            });
        result.await.map_err(|failed| match failed {
            Failed::Call(error) if is_outage(&error) => Error::unavailable(error),
            Failed::Call(error) => Error::internal(error),
            Failed::Spared => {
                let seconds = u32::try_from(SPARED.as_secs()).unwrap_or(u32::MAX);
                Error::unavailable("catalog is being spared by the circuit breaker").retry_after(seconds)
            }
        })
    }

    async fn ask(&self, client: &Client, id: &str) -> Result<Option<Snapshot>, reqwest::Error> {
        let url = format!("{}/internal/products/{id}", self.url);
        let call = client.get(url).header("x-api-key", &self.key).header(correlation::HEADER, correlation::current());
        let response = call.send().await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let document: Document = response.error_for_status()?.json().await?;
        Ok(Some(document.data.attributes))
    }
}

/// Why a call gave no answer.
#[derive(Debug)]
enum Failed {
    Call(reqwest::Error),
    /// It was not made.
    Spared,
}

/// Whether a failed call may succeed when tried again. A refusal (a wrong key, say) will not.
fn is_outage(error: &reqwest::Error) -> bool {
    let refused = |status: StatusCode| status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    !error.status().is_some_and(refused)
}

fn connect() -> Result<Client, Error> {
    let internal = |error: reqwest::Error| Error::internal(Box::<dyn StdError + Send + Sync>::from(error));
    let roots = Certificate::from_pem_bundle(aws::ROOTS.as_bytes()).map_err(internal)?;
    let client = Client::builder().tls_certs_only(roots).connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT);
    client.build().map_err(internal)
}

#[cfg(test)]
mod tests {
    use crate::testing::{CatalogStandIn, cup};
    use shared::error::Kind;

    #[tokio::test]
    async fn a_product_is_asked_for_with_the_key_and_an_unknown_one_is_none() {
        let stand_in = CatalogStandIn::start(&[200, 404]).await;
        assert_eq!(stand_in.catalog.product("p").await.unwrap(), Some(cup(1)));
        assert_eq!(stand_in.catalog.product("q").await.unwrap(), None);
        assert_eq!(stand_in.calls(), 2);
    }

    #[tokio::test]
    async fn a_failing_call_is_tried_again() {
        let stand_in = CatalogStandIn::start(&[500, 503, 200]).await;
        assert_eq!(stand_in.catalog.product("p").await.unwrap(), Some(cup(1)));
        assert_eq!(stand_in.calls(), 3);
    }

    #[tokio::test]
    async fn a_refusal_is_our_fault_and_not_tried_again() {
        let stand_in = CatalogStandIn::start(&[403]).await;
        assert_eq!(stand_in.catalog.product("p").await.unwrap_err().kind, Kind::Internal);
        assert_eq!(stand_in.calls(), 1);
    }

    #[tokio::test]
    async fn a_catalog_that_keeps_failing_is_spared() {
        let stand_in = CatalogStandIn::start(&[500]).await;
        for _ in 0..4 {
            assert_eq!(stand_in.catalog.product("p").await.unwrap_err().kind, Kind::Unavailable);
        }
        assert_eq!(stand_in.calls(), 5);
    }
}
