//! Who bought, as identity knows them now: asked for when an answer is to include it, and stored nowhere here.

use std::collections::BTreeSet;

use kernel::{Error, StartupError};
use serde::Deserialize;
use serde_json::Value;
use web::jsonapi::Resource;
use web::service::{Access, Service};

use crate::sale::Sale;

/// Identity, as sales see it.
pub struct Customers(Service);

/// A customer: how to speak to them.
#[derive(Debug, Deserialize)]
pub struct Customer {
    id: String,
    attributes: Value,
}

impl Customers {
    /// At the internal API's `IDENTITY_URL`, with the key `IDENTITY_API_KEY`, signed.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self::new(Access::from_env("IDENTITY")?))
    }

    /// Where it is, and what opens it.
    pub fn new(access: Access) -> Self {
        Self(Service::new("identity", "IdentityAsked", access))
    }

    /// The customers of up to 100 sales, each once; without those who deleted their account. One call, none for no
    /// sales.
    ///
    /// # Errors
    /// `Unavailable` when identity does not answer in time, or the circuit breaker is open.
    pub async fn of(&self, sales: &[Sale]) -> Result<Vec<Customer>, Error> {
        let ids: BTreeSet<&str> = sales.iter().map(|sale| sale.customer_id.as_str()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = ids.into_iter().collect();
        let found = self.0.data(format!("/internal/users?filter%5Bid%5D={}", ids.join(","))).await?;
        let found = found.ok_or_else(|| Error::internal("identity has no list of users"))?;
        Vec::deserialize(found).map_err(Error::internal)
    }
}

impl Resource for Customer {
    const TYPE: &'static str = "users";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        self.attributes.clone()
    }
}
