//! Users: what is stored of one, and what the API shows.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::auth::{Caller, Role};
use shared::clock::Timestamp;
use shared::jsonapi::Resource;

use crate::email::Email;
use crate::national_id::NationalId;

/// A user as stored, and as users see themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub email: Email,
    pub display_name: Option<String>,
    pub national_id: Option<NationalId>,
    pub role: Role,
    pub disabled: bool,
    /// As [`Account::credentials_version`](crate::account::Account::credentials_version).
    pub credentials_version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl User {
    /// The user after something that ends all sessions and access tokens.
    #[must_use]
    pub fn with_new_credentials(self, now: Timestamp) -> Self {
        let credentials_version = self.credentials_version + 1;
        Self { credentials_version, updated_at: now, version: self.version + 1, ..self }
    }

    /// Whether a token of theirs still holds, here where the user is read anyway.
    pub fn accepts(&self, caller: &Caller) -> bool {
        !self.disabled && self.credentials_version == caller.credentials_version
    }

    /// What anybody would guess a password of theirs to be made of.
    pub fn known_words(&self) -> Vec<&str> {
        [Some(self.email.as_str()), self.display_name.as_deref()].into_iter().flatten().collect()
    }
}

impl Resource for User {
    const TYPE: &'static str = "users";

    fn id(&self) -> &str {
        &self.id
    }

    /// Users see themselves only, and that is where they do.
    fn path(&self) -> Option<String> {
        Some("/users/me".to_owned())
    }

    fn attributes(&self) -> Value {
        json!({
            "email": self.email.as_str(),
            "displayName": self.display_name,
            "nationalId": self.national_id.as_ref().map(|id| &id.masked),
            "role": self.role,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        })
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

/// A user as admins see them: without the national id, with what admins may change. There is no endpoint
/// that shows one alone.
pub struct Listed(pub User);

impl Resource for Listed {
    const TYPE: &'static str = "users";

    fn id(&self) -> &str {
        &self.0.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({
            "email": self.0.email.as_str(),
            "displayName": self.0.display_name,
            "role": self.0.role,
            "disabled": self.0.disabled,
            "createdAt": self.0.created_at,
            "updatedAt": self.0.updated_at,
        })
    }

    fn version(&self) -> Option<u64> {
        Some(self.0.version)
    }
}

/// A user as the other services, and through them the shop's staff, see them: how to speak to them.
pub struct Named(pub User);

impl Resource for Named {
    const TYPE: &'static str = "users";

    fn id(&self) -> &str {
        &self.0.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({"email": self.0.email.as_str(), "displayName": self.0.display_name})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::user;

    #[test]
    fn others_are_not_shown_a_national_id_not_even_masked() {
        let id = NationalId { digest: "d".to_owned(), masked: "*******065".to_owned() };
        let ana = User { national_id: Some(id), ..user("ana") };
        assert_eq!(ana.attributes()["nationalId"], "*******065");
        assert!(Listed(ana).attributes().get("nationalId").is_none());
    }
}
