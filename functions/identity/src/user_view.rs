//! What answers show of a user: to themselves, to admins, to the other services.

use serde_json::{Value, json};
use web::jsonapi::Resource;

use crate::user::User;

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
