//! The tables `IdentityTable` and `RevocationsTable` (of that, `access::Revocations` knows the
//! items). The items of the first:
//!
//! | `pk` | Contents | Written by |
//! | --- | --- | --- |
//! | `user#<id>` | the user; in `by-listing` and `by-role`. Of a deleted one only that it was deleted | `register`, changes ([`change`]) |
//! | `email#<folded address>` | the account: password hash, role. Its key makes the address unique | the same transactions |
//! | `national-id#<digest>` | whose it is. Its key makes the national id unique | the same transactions |
//! | `session#<id>` | a session; expires | [`sessions`] |
//! | `attempts#<subject>` | a count of the limiter; expires | [`attempts`] |

mod attempts;
mod audit_log;
mod change;
mod directory;
mod sessions;

use std::collections::HashMap;

use access::Revocations;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use dynamo::{Client, Item, Listing, Written, number, text};
use kernel::caller::{self, Caller, Role};
use kernel::error::Kind;
use kernel::page::{Page, PageRequest};
use kernel::{Error, StartupError, config};
use serde::Serialize;

use crate::account::{Account, Hashed};
use crate::national_id::NationalId;
use crate::user::User;
pub use audit_log::AuditEntries;
pub use change::Change;
pub use directory::Directory;
pub use sessions::Rotation;

const ALL_USERS: &str = "users";

/// The shop's users.
pub struct Users {
    client: Client,
    table: String,
    revocations: Revocations,
}

impl Users {
    /// The users in the table `IDENTITY_TABLE`, connected; revocations in `REVOCATIONS_TABLE`.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("IDENTITY_TABLE")?;
        let client = dynamo::client_from_env(&table, &[("pk", "warm-up")]).await?;
        let revocations = Revocations::from_env_with(client.clone())?;
        Ok(Self { client, table, revocations })
    }

    /// The users in a table, and their revocations in another.
    pub fn new(client: Client, table: impl Into<String>, revocations: impl Into<String>) -> Self {
        Self { revocations: Revocations::new(client.clone(), revocations), client, table: table.into() }
    }

    /// The client, for others to use over the same connection.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Stores a new user and their account. One transaction of two items, three with a national id.
    ///
    /// # Errors
    /// `Conflict` (`already_exists`) when the address or the national id is taken · `Unprocessable`
    /// (`idempotency_key_reused`) when the id is that of a deleted user, whose sales it would inherit.
    pub async fn register(&self, user: &User, account: &Account) -> Result<(), Error> {
        let mut parts = vec![self.put_new(&email_key(&user.email.folded()), account)?];
        if let Some(id) = &user.national_id {
            parts.push(self.claim_national_id(id, &user.id)?);
        }
        parts.push(dynamo::put_new(&self.table, item(user)?, "pk")?);
        match dynamo::transact(&self.client, parts).await? {
            Written::Done(()) => Ok(()),
            Written::Refused(refused) if refused.part(0) => Err(email_taken()),
            Written::Refused(refused) if user.national_id.is_some() && refused.part(1) => Err(national_id_taken()),
            Written::Refused(_) => Err(key_of_a_deleted_user()),
        }
    }

    /// The caller as they are now: who was deleted, disabled, has other credentials than their token was made from, or has
    /// signed out, is nobody. Two consistent reads.
    ///
    /// # Errors
    /// 401 when the token was revoked.
    pub async fn of(&self, caller: &Caller) -> Result<User, Error> {
        let (user, ()) = tokio::try_join!(self.user(&caller.id), self.revocations.check(caller))?;
        let user = user.filter(|user| user.accepts(caller));
        user.ok_or_else(caller::token_revoked)
    }

    /// A user who is there. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn user(&self, id: &str) -> Result<Option<User>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("pk", text(user_key(id))).consistent_read(true);
        let item = dynamo::get(read).await?.filter(|item| !item.contains_key(DELETED_AT));
        item.map(dynamo::from_item).transpose()
    }

    /// Those of up to 100 users, each named once, who are there, in this order. One consistent batch read.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn those(&self, ids: &[&str]) -> Result<Vec<User>, Error> {
        let keys = ids.iter().map(|id| Item::from([("pk".to_owned(), text(user_key(id)))])).collect();
        let wanted = HashMap::from([(self.table.clone(), keys)]);
        let found = dynamo::batch_get(&self.client, wanted).await?.remove(&self.table).unwrap_or_default();
        let there = found.into_iter().filter(|item| !item.contains_key(DELETED_AT)).map(dynamo::from_item::<User>);
        let mut users: HashMap<_, _> =
            there.map(|user| user.map(|user| (user.id.clone(), user))).collect::<Result<_, _>>()?;
        Ok(ids.iter().filter_map(|id| users.remove(*id)).collect())
    }

    /// The user of a folded address. Two consistent reads.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("pk", text(email_key(email)));
        let Some(item) = dynamo::get(read.consistent_read(true)).await? else { return Ok(None) };
        let account: Account = dynamo::from_item(item)?;
        self.user(&account.user_id).await
    }

    /// Replaces a password's hash by one of other parameters, or notes whether the password is long, unless it was changed
    /// meanwhile. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn renew_hash(&self, email: &str, old: &str, new: &Hashed) -> Result<(), Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(email_key(email)))
            .condition_expression("passwordHash = :old")
            .update_expression("SET passwordHash = :new, longPassword = :long")
            .expression_attribute_values(":old", text(old))
            .expression_attribute_values(":new", text(&new.text))
            .expression_attribute_values(":long", dynamo::boolean(new.is_long));
        // Refused, there is a newer password: its hash is new as well.
        dynamo::update(update).await.map(drop)
    }

    /// A page of the users, of all or of a role, newest first. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(&self, role: Option<Role>, request: &PageRequest) -> Result<Page<User>, Error> {
        let listing = match role {
            None => Listing::newest(&self.table, "by-listing", "listing", ALL_USERS),
            Some(role) => Listing::newest(&self.table, "by-role", "role", role.name()),
        };
        dynamo::list(&self.client, &listing, request, position, |_| true).await
    }

    fn put_new<T: Serialize>(&self, key: &str, value: &T) -> Result<TransactWriteItem, Error> {
        let mut item = dynamo::to_item(value)?;
        item.insert("pk".to_owned(), text(key));
        dynamo::put_new(&self.table, item, "pk")
    }

    fn put_over(&self, item: Item, version: u64) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression("#version = :version").expression_attribute_names("#version", "version");
        let put = put.expression_attribute_values(":version", number(version)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(Error::internal)?).build())
    }

    fn delete_part(&self, key: &str) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder().table_name(&self.table).key("pk", text(key)).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(Error::internal)?).build())
    }

    fn claim_national_id(&self, id: &NationalId, user_id: &str) -> Result<TransactWriteItem, Error> {
        self.put_new(&national_id_key(id), &HashMap::from([("userId", user_id)]))
    }
}

/// What a deleted user's item has.
const DELETED_AT: &str = "deletedAt";

/// The key of an item that has events, by what it is and its id.
pub fn event_key(kind: &str, id: &str) -> Option<Item> {
    (kind == "user").then(|| Item::from([("pk".to_owned(), text(user_key(id)))]))
}

fn user_key(id: &str) -> String {
    format!("user#{id}")
}

/// 422: the id follows from the key, and belonged to somebody else.
fn key_of_a_deleted_user() -> Error {
    let detail = "This key was used before, for an account that was deleted since. Take a new key.";
    Error::new(Kind::Unprocessable, "idempotency_key_reused", "Idempotency key reused", detail)
        .in_header("Idempotency-Key")
}

fn email_key(folded: &str) -> String {
    format!("email#{folded}")
}

fn national_id_key(id: &NationalId) -> String {
    format!("national-id#{}", id.digest)
}

fn item(user: &User) -> Result<Item, Error> {
    let mut item = dynamo::to_item(user)?;
    item.insert("pk".to_owned(), text(user_key(&user.id)));
    item.insert("listing".to_owned(), text(ALL_USERS));
    item.insert(dynamo::POSITION.to_owned(), text(position(user)));
    Ok(dynamo::stamped(item))
}

fn position(user: &User) -> String {
    dynamo::position(user.created_at, &user.id)
}

fn email_taken() -> Error {
    Error::already_exists("/data/attributes/email", "This e-mail address is registered already. Sign in.")
}

fn national_id_taken() -> Error {
    Error::already_exists("/data/attributes/nationalId", "Another account has this national id.")
}
