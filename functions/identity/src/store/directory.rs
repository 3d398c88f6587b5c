//! Who is or was a user of the shop: for audits, which need no more.

use std::collections::{HashMap, HashSet};

use dynamo::{Client, Item, text};
use kernel::{Error, StartupError, config};

use super::user_key;

/// The most keys of a batch read.
const BATCH: usize = 100;

/// The ids of the shop's users.
pub struct Directory {
    client: Client,
    table: String,
}

impl Directory {
    /// Of the table `IDENTITY_TABLE`, over a client that another store connected.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(client, config::required::<String>("IDENTITY_TABLE")?))
    }

    /// Of a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Those of these ids, each named once, that are or were users: of deleted accounts the id stays. A
    /// consistent batch read for each 100.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn known<'a>(&self, ids: &HashSet<&'a str>) -> Result<HashSet<&'a str>, Error> {
        let ids: Vec<&str> = ids.iter().copied().collect();
        let mut known = HashSet::new();
        for some in ids.chunks(BATCH) {
            let keys = some.iter().map(|id| Item::from([("pk".to_owned(), text(user_key(id)))]));
            let wanted = HashMap::from([(self.table.clone(), keys.collect())]);
            let found = dynamo::batch_get(&self.client, wanted).await?.remove(&self.table).unwrap_or_default();
            let found: HashSet<&str> =
                found.iter().filter_map(|item| Some(item.get("pk")?.as_s().ok()?.as_str())).collect();
            known.extend(some.iter().filter(|id| found.contains(user_key(id).as_str())));
        }
        Ok(known)
    }
}
