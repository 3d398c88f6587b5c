//! Who may go on: access tokens that are sound and were not revoked since.

mod revocations;

use dynamo::Client;
use kernel::caller::Caller;
use kernel::{Error, StartupError};
use web::http::Request;
use web::token::Verifier;

pub use revocations::Revocations;

/// Checks access tokens, and that they were not revoked since: for functions that change money, stock or
/// what the shop offers. One consistent read, one unit.
pub struct Guard {
    tokens: Verifier,
    revocations: Revocations,
}

impl Guard {
    /// As [`Verifier::from_env`], with the revocations in `REVOCATIONS_TABLE`, over a client that a store
    /// connected.
    ///
    /// # Errors
    /// Names the variable that is missing or cannot be used.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(Verifier::from_env()?, Revocations::from_env_with(client)?))
    }

    /// From its parts.
    pub fn new(tokens: Verifier, revocations: Revocations) -> Self {
        Self { tokens, revocations }
    }

    /// Who calls: anybody signed in, whose token was not revoked. One consistent read.
    ///
    /// # Errors
    /// 401 without a valid token; when the table does not answer.
    pub async fn caller(&self, request: &Request) -> Result<Caller, Error> {
        let caller = self.tokens.caller(request)?;
        self.revocations.check(&caller).await?;
        Ok(caller)
    }

    /// The signed-in member of staff (or admin) who sent a request.
    ///
    /// # Errors
    /// As [`Verifier::staff`]; 401 when their credentials were revoked; when the table does not answer.
    pub async fn staff(&self, request: &Request) -> Result<Caller, Error> {
        let caller = self.tokens.staff(request)?;
        self.revocations.check(&caller).await?;
        Ok(caller)
    }
}
