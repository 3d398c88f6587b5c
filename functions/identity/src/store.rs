//! The table `IdentityTable`. Two items a user, written together:
//!
//! | `pk` | What it holds | Read by |
//! | --- | --- | --- |
//! | `user#<id>` | the profile | get-profile |
//! | `email#<folded address>` | the account: password hash, role. Its key makes the address unique | login |

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::Serialize;
use shared::store::{self, Refused, text};
use shared::{Error, StartupError, config};

use crate::user::{Account, User};

/// The shop's users.
pub struct Users {
    client: Client,
    table: String,
}

impl Users {
    /// The users in the table `IDENTITY_TABLE`, connected.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("IDENTITY_TABLE")?;
        Ok(Self::new(store::client_from_env(&table, &[("pk", "warm-up")]).await?, table))
    }

    /// The users in a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Keeps a new user and their account. One transaction of two items.
    ///
    /// # Errors
    /// `Conflict` (`already_exists`) when the address is taken.
    pub async fn register(&self, user: &User, account: &Account) -> Result<(), Error> {
        let email_key = format!("email#{}", user.email.folded());
        let parts = vec![self.put_new(&email_key, account)?, self.put_new(&user_key(&user.id), user)?];
        match store::transact(&self.client, parts).await? {
            Ok(()) => Ok(()),
            Err(Refused { .. }) => Err(Error::already_exists(
                "/data/attributes/email",
                "This e-mail address is registered already. Sign in.",
            )),
        }
    }

    /// The account of a folded address. One consistent read: a password changed a moment ago counts.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn account(&self, email: &str) -> Result<Option<Account>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("pk", text(format!("email#{email}")));
        store::get(read.consistent_read(true)).await?.map(store::from_item).transpose()
    }

    /// A user. One read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<User>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("pk", text(user_key(id)));
        store::get(read).await?.map(store::from_item).transpose()
    }

    fn put_new<T: Serialize>(&self, key: &str, value: &T) -> Result<TransactWriteItem, Error> {
        let mut item = store::to_item(value)?;
        item.insert("pk".to_owned(), text(key));
        store::put_new(&self.table, item, "pk")
    }
}

fn user_key(id: &str) -> String {
    format!("user#{id}")
}
