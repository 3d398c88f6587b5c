//! The table `AuditLogTable`, as admins read it. Its entries are `access::audit_log`'s, and every service puts its own.

use access::audit_log::{ENTRIES, Entry};
use dynamo::{Client, Listing, Sieve};
use kernel::page::{Page, PageRequest};
use kernel::{Error, StartupError, config};

use crate::audit_query::AuditQuery;

/// How a page is filled from a resource's entries by all subjects.
const SIEVE: Sieve = Sieve { items: 100, queries: 20, refusal: too_rare };

fn too_rare() -> Error {
    let detail = "Too few of this resource's many changes are by this user. Add filter[createdAt] to look at fewer.";
    Error::parameter("filter[subject]", detail)
}

/// What those who work for the shop changed.
pub struct AuditEntries {
    client: Client,
    table: String,
}

impl AuditEntries {
    /// Of the table `AUDIT_LOG_TABLE`, over a client that another store connected.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(client, config::required::<String>("AUDIT_LOG_TABLE")?))
    }

    /// Of a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// A page of entries, newest first. One query; more when few of a resource's many entries are by the subject that
    /// is asked for.
    ///
    /// # Errors
    /// 400 naming `filter[subject]` when 2,000 of a resource's entries did not fill the page · when the table does not
    /// answer.
    pub async fn list(&self, query: &AuditQuery, page: &PageRequest) -> Result<Page<Entry>, Error> {
        let (index, partition_key, partition) = match (&query.resource, &query.subject) {
            (Some(resource), _) => (Some("by-resource"), "resource", resource.as_str()),
            (None, Some(subject)) => (Some("by-subject"), "subject", subject.as_str()),
            (None, None) => (None, "listing", ENTRIES),
        };
        let sieve = (query.resource.is_some() && query.subject.is_some()).then_some(SIEVE);
        let newest = Listing::newest(&self.table, "", partition_key, partition);
        let listing = Listing { index, ascending: query.ascending, within: query.created.clone(), sieve, ..newest };
        let keep = |entry: &Entry| query.subject.as_ref().is_none_or(|subject| *subject == entry.subject);
        dynamo::list(&self.client, &listing, page, Entry::position, keep).await
    }
}
