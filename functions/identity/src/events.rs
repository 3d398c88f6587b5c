//! What identity tells the other services: that a user came, changed or went. Nothing personal.

use serde::Deserialize;
use serde_json::json;
use shared::Error;
use shared::auth::Role;
use shared::events::{Change, Message, Step, To};

/// What is told of a user. Of a deleted one, nothing is left but that.
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
    let data = json!({"role": user.role, "disabled": user.disabled});
    let event = change.event("identity", &format!("user.{}", step.name()), id, data)?;
    Ok(vec![Message { to: To::Topic, event }])
}
