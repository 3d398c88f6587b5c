//! Users: what is stored of one, and what the API shows.

use kernel::caller::{Caller, Role};
use kernel::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::email::Email;
use crate::national_id::NationalId;

/// What the audit log shows of a change: nothing personal.
pub const AUDITED: [&str; 2] = ["role", "disabled"];

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

    /// Whether a token of theirs is still valid, here where the user is read anyway.
    pub fn accepts(&self, caller: &Caller) -> bool {
        !self.disabled && self.credentials_version == caller.credentials_version
    }

    /// What anybody would guess a password of theirs to be made of.
    pub fn known_words(&self) -> Vec<&str> {
        [Some(self.email.as_str()), self.display_name.as_deref()].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::user;
    use crate::user_view::Listed;
    use web::jsonapi::Resource;

    #[test]
    fn others_are_not_shown_a_national_id_not_even_masked() {
        let id = NationalId { digest: "d".to_owned(), masked: "*******065".to_owned() };
        let ana = User { national_id: Some(id), ..user("ana") };
        assert_eq!(ana.attributes()["nationalId"], "*******065");
        assert!(Listed(ana).attributes().get("nationalId").is_none());
    }
}
