//! The way to ask catalog for a product, when inventory has no snapshot of it: `GET /internal/products/{id}`.

use kernel::{Error, StartupError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use web::service::{Access, Service};

use crate::snapshot::Snapshot;

/// Catalog, as other services see it.
pub struct Catalog(Service);

#[derive(Deserialize)]
struct Product<T> {
    attributes: T,
}

impl Catalog {
    /// At the internal API's `CATALOG_URL`, with the key `CATALOG_API_KEY`, signed.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self::new(Access::from_env("CATALOG")?))
    }

    /// Where it is, and what opens it.
    pub fn new(access: Access) -> Self {
        Self(Service::new("catalog", "CatalogAsked", access))
    }

    /// A product as catalog has it now; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable` when catalog does not answer in time, or the breaker spares it.
    pub async fn product(&self, id: &str) -> Result<Option<Snapshot>, Error> {
        self.product_as(id).await
    }

    /// As [`product`](Self::product), with as much of it as the caller needs.
    ///
    /// # Errors
    /// As [`product`](Self::product).
    pub async fn product_as<T: DeserializeOwned>(&self, id: &str) -> Result<Option<T>, Error> {
        let Some(data) = self.0.data(format!("/internal/products/{id}")).await? else { return Ok(None) };
        let product = Product::<T>::deserialize(data).map_err(Error::internal)?;
        Ok(Some(product.attributes))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{CatalogStandIn, cup};
    use kernel::error::Kind;

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
    async fn a_catalog_that_keeps_failing_is_not_called() {
        let stand_in = CatalogStandIn::start(&[500]).await;
        for _ in 0..4 {
            assert_eq!(stand_in.catalog.product("p").await.unwrap_err().kind, Kind::Unavailable);
        }
        assert_eq!(stand_in.calls(), 5);
    }
}
