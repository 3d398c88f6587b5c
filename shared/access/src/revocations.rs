//! Access tokens that were revoked before they expire. A token is checked without any call, so it
//! outlives a changed password or role by up to its 15 minutes. Functions that change money, stock, roles
//! or passwords do not wait for that: they read whether the user's credentials were revoked.
//!
//! The table `RevocationsTable` has an item for a user only for as long as older tokens are about; identity
//! writes it in the transaction that changes the credentials. It contains nothing but the user's id, the
//! oldest version of credentials whose tokens are valid, and when it expires (`expiresAt`, seconds since 1970).

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::Deserialize;

use dynamo::{Item, from_item, get, number, text};
use kernel::caller::{self, Caller};
use kernel::clock::{Timestamp, seconds};
use kernel::config::{self, StartupError};
use kernel::error::Error;
use web::token;

/// Whose tokens were revoked.
pub struct Revocations {
    client: Client,
    table: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revocation {
    /// Tokens of older versions are revoked.
    credentials_version: u64,
}

impl Revocations {
    /// The revocations in the table `REVOCATIONS_TABLE`, over a client that a store connected.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(client, config::required::<String>("REVOCATIONS_TABLE")?))
    }

    /// The revocations in a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Lets a caller pass whose credentials are those their token was made from. One consistent read.
    ///
    /// # Errors
    /// 401 when they were revoked; when the table does not answer.
    pub async fn check(&self, caller: &Caller) -> Result<(), Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key(&caller.id))).consistent_read(true);
        check(caller, get(read).await?)
    }

    /// What a batch read has to ask for to check the caller by the way: table and keys.
    pub fn wanted(&self, caller: &Caller) -> (String, Vec<Item>) {
        (self.table.clone(), vec![key(&caller.id)])
    }

    /// As [`check`](Self::check), by what a batch read found for [`wanted`](Self::wanted).
    ///
    /// # Errors
    /// 401 when the caller's credentials were revoked.
    pub fn check_found(&self, caller: &Caller, found: Vec<Item>) -> Result<(), Error> {
        check(caller, found.into_iter().next())
    }

    /// The part of a transaction that revokes all tokens of a user made from versions before this one.
    ///
    /// # Errors
    /// `Internal` never: all that a put needs is given.
    pub fn revoke(&self, user_id: &str, credentials_version: u64, now: Timestamp) -> Result<TransactWriteItem, Error> {
        // Older tokens have expired by then, by any clock.
        let expires_at = seconds(now) + token::TOKEN_SECONDS + 60 * token::LEEWAY;
        let mut item = key(user_id);
        item.insert("credentialsVersion".to_owned(), number(credentials_version));
        item.insert("expiresAt".to_owned(), number(expires_at));
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

fn key(user_id: &str) -> Item {
    HashMap::from([("userId".to_owned(), text(user_id))])
}

fn check(caller: &Caller, item: Option<Item>) -> Result<(), Error> {
    let revocation: Option<Revocation> = item.map(from_item).transpose()?;
    match revocation {
        Some(revocation) if caller.credentials_version < revocation.credentials_version => Err(caller::token_revoked()),
        _ => Ok(()),
    }
}
