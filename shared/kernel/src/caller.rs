//! Who is calling: a signed-in user and their role.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Their own profile, cart, purchases, sales and reviews.
    Customer,
    /// Also the catalogue, stock, all sales, moderation of reviews.
    Staff,
    /// Also users and roles.
    Admin,
}

impl Role {
    /// The roles by the names that requests and answers use.
    pub const NAMES: [(&str, Self); 3] = [("customer", Self::Customer), ("staff", Self::Staff), ("admin", Self::Admin)];

    /// A role by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }
}

/// A signed-in user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub id: String,
    pub role: Role,
    /// The version of their credentials that the token was made from: an older one may be revoked.
    pub credentials_version: u64,
    pub session_id: String,
}

impl Caller {
    /// Whether the caller works for the shop.
    pub fn is_staff(&self) -> bool {
        self.role >= Role::Staff
    }
}

/// 401: a token that was forged, has expired, or was revoked. The answer does not say which.
pub fn token_revoked() -> Error {
    Error::unauthenticated("The access token is not valid or has expired. Refresh the session, or sign in again.")
}
