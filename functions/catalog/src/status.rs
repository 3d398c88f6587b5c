//! The status of a product: whether it is on offer.

use contracts::catalog::ProductStatus;
use serde::{Deserialize, Serialize};

/// Whether a product is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Being prepared: staff only.
    Draft,
    /// On offer.
    Active,
    /// No longer on offer; old links still lead to it.
    Archived,
}

impl Status {
    /// The statuses by their names in the API.
    pub const NAMES: [(&'static str, Self); 3] =
        [("draft", Self::Draft), ("active", Self::Active), ("archived", Self::Archived)];

    /// The status with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
    }

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

impl From<Status> for ProductStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Draft => Self::Draft,
            Status::Active => Self::Active,
            Status::Archived => Self::Archived,
        }
    }
}
