//! Who may go on: access tokens that are sound and were not revoked since. And what those who work for the shop change:
//! the audit log.

pub mod audit_log;
mod revocations;

use dynamo::Client;
use kernel::caller::Caller;
use kernel::{Error, StartupError};
use web::http::Request;
use web::token::Verifier;

pub use audit_log::AuditLog;
pub use revocations::Revocations;

/// Checks access tokens, and that they were not revoked since: for all that changes something, and for what staff alone may
/// read. One consistent read, one unit. What staff change from then on is recorded in the audit log.
pub struct Guard {
    tokens: Verifier,
    revocations: Revocations,
    audit_log: AuditLog,
}

impl Guard {
    /// As [`Verifier::from_env`] and [`AuditLog::from_env`], with the revocations in `REVOCATIONS_TABLE`, over a client that
    /// a store connected.
    ///
    /// # Errors
    /// Names the variable that is missing or cannot be used.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(Verifier::from_env()?, Revocations::from_env_with(client)?, AuditLog::from_env()?))
    }

    /// From its parts.
    pub fn new(tokens: Verifier, revocations: Revocations, audit_log: AuditLog) -> Self {
        Self { tokens, revocations, audit_log }
    }

    /// Who calls: anybody signed in, whose token was not revoked. One consistent read.
    ///
    /// # Errors
    /// 401 without a valid token; when the table does not answer.
    pub async fn caller(&self, request: &Request) -> Result<Caller, Error> {
        self.unless_revoked(self.tokens.caller(request)?).await
    }

    /// Who calls, for reads of what is theirs. Staff may read what is everybody's: theirs alone are checked for revocation,
    /// by one consistent read; a customer's token reads a customer's own until it expires.
    ///
    /// # Errors
    /// As [`caller`](Self::caller).
    pub async fn reader(&self, request: &Request) -> Result<Caller, Error> {
        self.unless_revoked_staff(self.tokens.caller(request)?).await
    }

    /// The caller of an endpoint that serves everybody and shows staff more, if they signed in; otherwise as
    /// [`reader`](Self::reader).
    ///
    /// # Errors
    /// 401 when an invalid token was sent, or a revoked one of staff; when the table does not answer.
    pub async fn visitor(&self, request: &Request) -> Result<Option<Caller>, Error> {
        match self.tokens.anyone(request)? {
            Some(caller) => self.unless_revoked_staff(caller).await.map(Some),
            None => Ok(None),
        }
    }

    /// The caller of an endpoint that guests use as well, if they signed in, whose token was not revoked. One consistent
    /// read for those.
    ///
    /// # Errors
    /// 401 when an invalid or revoked token was sent; when the table does not answer.
    pub async fn caller_or_guest(&self, request: &Request) -> Result<Option<Caller>, Error> {
        match self.tokens.anyone(request)? {
            Some(caller) => self.unless_revoked(caller).await.map(Some),
            None => Ok(None),
        }
    }

    /// Refuses everybody but staff, at an endpoint whose [`visitor`](Self::visitor) is known. No read.
    ///
    /// # Errors
    /// As [`Verifier::staff`].
    pub fn staff_only(&self, request: &Request) -> Result<(), Error> {
        self.tokens.staff(request).map(drop)
    }

    async fn unless_revoked_staff(&self, caller: Caller) -> Result<Caller, Error> {
        if caller.is_staff() { self.unless_revoked(caller).await } else { Ok(caller) }
    }

    /// The signed-in member of staff (or admin) who sent a request.
    ///
    /// # Errors
    /// As [`Verifier::staff`]; 401 when their credentials were revoked; when the table does not answer.
    pub async fn staff(&self, request: &Request) -> Result<Caller, Error> {
        self.unless_revoked(self.tokens.staff(request)?).await
    }

    async fn unless_revoked(&self, caller: Caller) -> Result<Caller, Error> {
        self.revocations.check(&caller).await?;
        self.audit_log.begin(&caller)?;
        Ok(caller)
    }
}
