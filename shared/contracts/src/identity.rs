//! What identity says: that a user was created, updated or deleted. Nothing personal.

use kernel::caller::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EventData, EventType, shapes};

/// A user. After a deletion there is only the id, in the subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct User {
    #[schemars(schema_with = "shapes::role_or_null")]
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

impl EventData for User {
    const TYPES: &'static [EventType] = &[EventType::UserCreated, EventType::UserUpdated, EventType::UserDeleted];
}
