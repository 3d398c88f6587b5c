//! The way to ask catalog for a product, when inventory has no snapshot of it or wants a fresh one:
//! `GET /internal/products/{id}` with the services' API key.
//!
//! Catalog may be slow, failing or away. A call has time-outs, is tried three times with jitter, and
//! after five calls of which half failed a circuit breaker spares catalog and ourselves for 10
//! seconds. Nothing of it is set up before the first call.

use std::error::Error as StdError;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use recloser::{AsyncRecloser, Recloser};
use reqwest::{Certificate, Client, StatusCode};
use serde::Deserialize;
use shared::store::Call;
use shared::{Error, StartupError, aws, config};
use tokio::sync::OnceCell;

use crate::stock::Snapshot;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// For a whole call: catalog's function may have to start first.
const TIMEOUT: Duration = Duration::from_secs(2);
const RETRIES: usize = 2;
/// How long the circuit breaker stays open.
const SPARED_SECONDS: u32 = 10;

/// Catalog, as other services see it.
pub struct Catalog {
    url: String,
    key: String,
    client: OnceCell<Client>,
    breaker: AsyncRecloser,
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
        let breaker = Recloser::custom()
            .error_rate(0.5)
            .closed_len(5)
            .half_open_len(1)
            .open_wait(Duration::from_secs(SPARED_SECONDS.into()))
            .build();
        Self { url: url.into(), key: key.into(), client: OnceCell::new(), breaker: breaker.into() }
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
        let attempt = || async { self.breaker.call_with(is_outage, self.ask(client, id)).await };
        let backoff = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_times(RETRIES)
            .with_jitter();
        let result = attempt
            .retry(backoff)
            .when(|error| matches!(error, recloser::Error::Inner(error) if is_outage(error)))
            .notify(|error, _| tracing::warn!(?error, "catalog did not answer, trying again"));
        result.await.map_err(|error| match error {
            recloser::Error::Inner(error) if is_outage(&error) => Error::unavailable(error),
            recloser::Error::Inner(error) => Error::internal(error),
            recloser::Error::Rejected => {
                Error::unavailable("catalog is being spared by the circuit breaker").retry_after(SPARED_SECONDS)
            }
        })
    }

    async fn ask(&self, client: &Client, id: &str) -> Result<Option<Snapshot>, reqwest::Error> {
        let url = format!("{}/internal/products/{id}", self.url);
        let response = client.get(url).header("x-api-key", &self.key).send().await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let document: Document = response.error_for_status()?.json().await?;
        Ok(Some(document.data.attributes))
    }
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
        assert!(stand_in.calls() < 12, "{} calls reached catalog", stand_in.calls());
    }
}
