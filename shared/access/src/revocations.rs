//! Access tokens that were revoked before they expire. A token is checked without any call, so it
//! outlives a changed password or role, or a sign-out, by up to its 15 minutes. What changes something, and what staff
//! alone may read, does not wait for that: it reads whether the user's credentials or the session were revoked.
//!
//! The table `RevocationsTable` has an item for a user only for as long as older tokens are about; identity
//! writes it in the transaction that changes the credentials or ends a session. It contains nothing but the user's id, the
//! oldest version of credentials whose tokens are valid, the sessions that were ended, each with the time when its tokens
//! have expired, and when it expires itself (`expiresAt`, seconds since 1970).

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use dynamo::{Item, from_item, get, number, text, to_item};
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

/// How many sessions of a user may be ended within the life of an access token. Then the user has to wait: the item is read
/// with every purchase, and stays small.
const MOST_SESSIONS: usize = 100;

/// What was revoked of a user's tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Revocation {
    user_id: String,
    /// Tokens of older versions are revoked.
    credentials_version: u64,
    /// Tokens of these sessions are, with the seconds since 1970 when the last of them has expired.
    sessions: BTreeMap<String, u64>,
    expires_at: u64,
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
        check(caller, self.read(&caller.id).await?)
    }

    async fn read(&self, user_id: &str) -> Result<Option<Item>, Error> {
        get(self.client.get_item().table_name(&self.table).set_key(Some(key(user_id))).consistent_read(true)).await
    }

    /// The part of a transaction that revokes the access tokens of one session of a user; `None` when they are revoked
    /// already. It is refused when something else of the user was revoked meanwhile. One consistent read.
    ///
    /// # Errors
    /// 429 when very many sessions of the user were ended a moment ago; when the table does not answer.
    pub async fn end(
        &self,
        user_id: &str,
        session_id: &str,
        now: Timestamp,
    ) -> Result<Option<TransactWriteItem>, Error> {
        let read = self.read(user_id).await?;
        let old: Option<Revocation> = read.map(from_item).transpose()?;
        let mut new = old.clone().unwrap_or_default();
        if new.sessions.contains_key(session_id) {
            return Ok(None);
        }
        user_id.clone_into(&mut new.user_id);
        new.sessions.retain(|_, expire| *expire > seconds(now));
        if new.sessions.len() >= MOST_SESSIONS {
            let next = new.sessions.values().min().map_or(1, |soonest| soonest.saturating_sub(seconds(now)));
            let detail =
                format!("You have signed out {MOST_SESSIONS} times within minutes. Try again in {next} seconds.");
            return Err(Error::too_many(detail, u32::try_from(next).unwrap_or(u32::MAX)));
        }
        new.expires_at = new.expires_at.max(tokens_expired(now));
        new.sessions.insert(session_id.to_owned(), tokens_expired(now));
        let put = Put::builder().table_name(&self.table).set_item(Some(to_item(&new)?));
        let put = match old {
            None => put.condition_expression("attribute_not_exists(userId)"),
            // As it was read. One that revokes all tokens names no sessions.
            Some(old) if old.sessions.is_empty() => put
                .condition_expression("credentialsVersion = :version AND attribute_not_exists(sessions)")
                .expression_attribute_values(":version", number(old.credentials_version)),
            Some(old) => put
                .condition_expression("credentialsVersion = :version AND sessions = :sessions")
                .expression_attribute_values(":version", number(old.credentials_version))
                .expression_attribute_values(":sessions", to_item(&old)?["sessions"].clone()),
        };
        Ok(Some(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build()))
    }

    /// What a batch read has to ask for to check the caller by the way: table and keys.
    pub fn wanted(&self, caller: &Caller) -> (String, Vec<Item>) {
        (self.table.clone(), vec![key(&caller.id)])
    }

    /// As [`check`](Self::check), by what a batch read found for [`wanted`](Self::wanted).
    ///
    /// # Errors
    /// 401 when the caller's credentials were revoked.
    pub fn check_found(&self, caller: &Caller, found: &mut HashMap<String, Vec<Item>>) -> Result<(), Error> {
        check(caller, found.remove(&self.table).and_then(|items| items.into_iter().next()))
    }

    /// The part of a transaction that revokes all tokens of a user made from versions before this one.
    ///
    /// # Errors
    /// `Internal` never: all that a put needs is given.
    pub fn revoke(&self, user_id: &str, credentials_version: u64, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let item = dynamo::new_item([
            ("userId", text(user_id)),
            ("credentialsVersion", number(credentials_version)),
            ("expiresAt", number(tokens_expired(now))),
        ]);
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// When all tokens of now have expired, by any clock: seconds since 1970.
fn tokens_expired(now: Timestamp) -> u64 {
    seconds(now) + token::TOKEN_SECONDS + 60 * token::LEEWAY
}

fn key(user_id: &str) -> Item {
    HashMap::from([("userId".to_owned(), text(user_id))])
}

fn check(caller: &Caller, item: Option<Item>) -> Result<(), Error> {
    let revocation: Option<Revocation> = item.map(from_item).transpose()?;
    match revocation {
        Some(revocation)
            if caller.credentials_version < revocation.credentials_version
                || revocation.sessions.contains_key(&caller.session_id) =>
        {
            Err(caller::token_revoked())
        }
        _ => Ok(()),
    }
}
