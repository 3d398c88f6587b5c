//! Changes of a user: one transaction over all items of theirs, so that none disagrees.

use access::audit_log;
use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem, Update};
use dynamo::{Attempts, Refused, Written, number, text};
use kernel::Error;
use kernel::caller::{self, Caller, Role};
use kernel::clock::Timestamp;
use kernel::error::Fault;

use super::{DELETED_AT, Users, email_key, email_taken, item, national_id_key, national_id_taken, sessions, user_key};
use crate::account::{Account, Hashed};
use crate::policy::SHORTEST_OF_STAFF;
use crate::user::{AUDITED, User};
use crate::user_view::Listed;

/// The condition of an account whose user becomes staff.
const LONG_PASSWORD: &str = "userId = :userId AND longPassword = :true";

/// What a user becomes.
pub struct Change<'a> {
    pub user: User,
    /// The password, when it or the address changes: it is in the address's item.
    pub password: Option<Hashed>,
    /// The session that stays when all others end.
    pub keeps_session: Option<&'a str>,
    /// The admin who makes the change, who has to be one at that moment.
    pub by: Option<&'a Caller>,
}

impl Change<'_> {
    /// A change of nothing but the user.
    pub fn to(user: User) -> Self {
        Self { user, password: None, keeps_session: None, by: None }
    }
}

/// A part of the transaction, for what its refusal means.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    User,
    Email,
    /// Of a user who becomes staff.
    LongPassword,
    NationalId,
    Session,
    Admin,
    Other,
}

type Parts = Vec<(Part, TransactWriteItem)>;

impl Users {
    /// Changes a user: `change` is given the present one and returns the next, or refuses. When
    /// someone else writes in between, it is asked again. One read; one transaction of one item for a name,
    /// of three (user, account, revocation) for what ends sessions, of up to five for a new address and a
    /// new national id.
    ///
    /// # Errors
    /// `NotFound` · what `change` says · `Conflict` (`already_exists`) when the address or the national id is
    /// taken · a fault of the role when a customer with a short password is to become staff · 401 when the session to keep has ended, or the admin is none any more · `Unavailable` when
    /// others keep writing.
    pub async fn change<'a>(
        &self,
        id: &str,
        now: Timestamp,
        change: impl Fn(User) -> Result<Change<'a>, Error>,
    ) -> Result<User, Error> {
        let mut attempts = Attempts::of("the user");
        loop {
            attempts.next().await?;
            let old = self.user(id).await?.ok_or_else(|| Error::not_found("There is no user with this id."))?;
            let change = change(old.clone())?;
            if change.user == old {
                return Ok(old);
            }
            let mut parts = self.parts(&old, &change, now)?;
            let entry = audit_log::entry(Some(&Listed(old)), Some(&Listed(change.user.clone())), &AUDITED)?;
            parts.extend(entry.map(|entry| (Part::Other, entry)));
            match self.write(parts).await? {
                Written::Done(()) => return Ok(change.user),
                Written::Refused(Part::User) => {}
                Written::Refused(part) => return Err(meaning(part)),
            }
        }
    }

    /// Deletes a user, if `allow` does not refuse the present one: personal data is deleted, address and
    /// national id are free, tokens are revoked, the session it was done in is deleted. The id stays, so that
    /// sales keep their customer, and for up to 30 days rows of other sessions, which end with it, and counts of
    /// attempts, which do not say whose they are.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Unavailable` when others keep writing.
    pub async fn delete(
        &self,
        caller: &Caller,
        now: Timestamp,
        allow: impl Fn(&User) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let id = caller.id.as_str();
        let mut attempts = Attempts::of("the user");
        loop {
            attempts.next().await?;
            let user = self.user(id).await?.ok_or_else(|| Error::not_found("There is no user with this id."))?;
            allow(&user)?;
            let tombstone = dynamo::stamped(dynamo::new_item([
                ("pk", text(user_key(id))),
                ("id", text(id)),
                ("version", number(user.version + 1)),
                (DELETED_AT, text(now.to_string())),
            ]));
            let mut parts = vec![
                (Part::User, self.put_over(tombstone, user.version)?),
                (Part::Other, self.delete_part(&email_key(&user.email.folded()))?),
                (Part::Other, self.delete_part(&sessions::key(&caller.session_id))?),
                (Part::Other, self.revocations.revoke(id, user.credentials_version + 1, now)?),
            ];
            if let Some(national_id) = &user.national_id {
                parts.push((Part::Other, self.delete_part(&national_id_key(national_id))?));
            }
            if self.write(parts).await?.is_done() {
                return Ok(());
            }
        }
    }

    fn parts(&self, old: &User, change: &Change<'_>, now: Timestamp) -> Result<Parts, Error> {
        let new = &change.user;
        let (old_email, new_email) = (old.email.folded(), new.email.folded());
        let mut parts = vec![(Part::User, self.put_over(item(new)?, old.version)?)];
        if old_email != new_email {
            let password = change.password.clone();
            let password = password.ok_or_else(|| Error::internal("a new address needs the password's hash"))?;
            parts.push((Part::Email, self.put_new(&email_key(&new_email), &Account::of(new, password))?));
            parts.push((Part::Other, self.delete_part(&email_key(&old_email))?));
        } else if old.credentials_version != new.credentials_version {
            // When the user is the one that was read, so is the account's address.
            let promoted = old.role == Role::Customer && new.role != Role::Customer;
            let part = if promoted { Part::LongPassword } else { Part::User };
            parts.push((part, self.update_account(&email_key(&new_email), change, promoted)?));
        }
        if old.national_id != new.national_id {
            if let Some(id) = &new.national_id {
                parts.push((Part::NationalId, self.claim_national_id(id, &new.id)?));
            }
            if let Some(id) = &old.national_id {
                parts.push((Part::Other, self.delete_part(&national_id_key(id))?));
            }
        }
        if old.credentials_version != new.credentials_version {
            parts.push((Part::Other, self.revocations.revoke(&new.id, new.credentials_version, now)?));
        }
        if let Some(session_id) = change.keeps_session {
            parts.push((Part::Session, self.keep_session(session_id, new)?));
        }
        if let Some(admin) = change.by {
            parts.push((Part::Admin, self.is_admin(admin)?));
        }
        Ok(parts)
    }

    fn update_account(&self, key: &str, change: &Change<'_>, promoted: bool) -> Result<TransactWriteItem, Error> {
        let user = &change.user;
        let mut expression =
            "SET #role = :role, #disabled = :disabled, credentialsVersion = :credentialsVersion".to_owned();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(key))
            .condition_expression(if promoted { LONG_PASSWORD } else { "userId = :userId" })
            .expression_attribute_names("#role", "role")
            .expression_attribute_names("#disabled", "disabled")
            .expression_attribute_values(":userId", text(&user.id))
            .expression_attribute_values(":role", text(user.role.name()))
            .expression_attribute_values(":disabled", dynamo::boolean(user.disabled))
            .expression_attribute_values(":credentialsVersion", number(user.credentials_version));
        if promoted {
            update = update.expression_attribute_values(":true", dynamo::boolean(true));
        }
        if let Some(password) = &change.password {
            expression += ", passwordHash = :passwordHash, longPassword = :longPassword";
            update = update
                .expression_attribute_values(":passwordHash", text(&password.text))
                .expression_attribute_values(":longPassword", dynamo::boolean(password.is_long));
        }
        let update = update.update_expression(expression).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn keep_session(&self, session_id: &str, user: &User) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(sessions::key(session_id)))
            .condition_expression("userId = :userId")
            .update_expression("SET credentialsVersion = :credentialsVersion")
            .expression_attribute_values(":userId", text(&user.id))
            .expression_attribute_values(":credentialsVersion", number(user.credentials_version));
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }

    fn is_admin(&self, caller: &Caller) -> Result<TransactWriteItem, Error> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(user_key(&caller.id)))
            .condition_expression("#role = :admin AND credentialsVersion = :credentialsVersion")
            .expression_attribute_names("#role", "role")
            .expression_attribute_values(":admin", text(Role::Admin.name()))
            .expression_attribute_values(":credentialsVersion", number(caller.credentials_version));
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }

    /// Writes all parts or none; the part that refused, [`Part::User`] first.
    async fn write(&self, parts: Parts) -> Result<Written<(), Part>, Error> {
        let (names, parts): (Vec<Part>, Vec<TransactWriteItem>) = parts.into_iter().unzip();
        let refused = |refused: Refused| {
            let failed = refused.failed.iter().filter_map(|(index, _)| names.get(*index).copied());
            let failed: Vec<Part> = failed.collect();
            if failed.contains(&Part::User) { Part::User } else { failed.first().copied().unwrap_or(Part::Other) }
        };
        Ok(dynamo::transact(&self.client, parts).await?.map_refused(refused))
    }
}

fn meaning(refused: Part) -> Error {
    match refused {
        Part::Email => email_taken(),
        Part::LongPassword => password_too_short(),
        Part::NationalId => national_id_taken(),
        Part::Session | Part::Admin => caller::token_revoked(),
        Part::User | Part::Other => Error::internal("a part without a condition was refused"),
    }
}

/// 422: a customer's password is too short for staff.
fn password_too_short() -> Error {
    let detail = format!(
        "this user's password may have fewer than {SHORTEST_OF_STAFF} characters: they have to choose a longer one, or sign in once if it is long, before"
    );
    Error::attributes(vec![Fault::at("/data/attributes/role", detail)])
}
