//! The events of users: created, updated, deleted. Nothing personal.

use contracts::EventType;
use kernel::Error;
use kernel::caller::Role;
use messaging::{Change, Message, Step, To};
use serde::Deserialize;

/// What an event needs of a user's item: no address, no digest of a password.
pub const ATTRIBUTES: [&str; 8] =
    ["pk", "version", "createdAt", "updatedAt", "deletedAt", "correlationId", "role", "disabled"];

/// The events of a user. That of a deletion has nothing but the id.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    role: Option<Role>,
    disabled: Option<bool>,
    deleted_at: Option<String>,
}

/// What a change of the table says: a user was created, updated or deleted. Accounts, sessions and attempts are
/// nobody else's business.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn messages(change: &Change<'_>) -> Result<Vec<Message>, Error> {
    let key = change.key("pk")?;
    let Some(id) = key.strip_prefix("user#") else { return Ok(Vec::new()) };
    let Some(step) = change.step()? else { return Ok(Vec::new()) };
    let user: User = change.item()?;
    let step = if user.deleted_at.is_some() { Step::Deleted } else { step };
    let data = contracts::identity::User { role: user.role, disabled: user.disabled };
    let types = step.of(EventType::UserCreated, EventType::UserUpdated, EventType::UserDeleted);
    let event = change.event(types, id, &data)?;
    Ok(vec![Message { to: To::Topic, event }])
}
