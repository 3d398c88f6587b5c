//! The SKU and the status of a product.

use serde::{Deserialize, Serialize};
use shared::jsonapi::{Faults, Input};

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

/// A stock-keeping unit: the shop's own code of a product, unique in any spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sku(String);

impl Sku {
    /// Reads a SKU.
    ///
    /// # Errors
    /// A fault when it is not 1 to 64 letters, digits, `.`, `_` and `-`.
    pub fn parse(input: Input) -> Result<Self, Faults> {
        let fault = input.fault("must be letters, digits, '.', '_' and '-' only");
        let text = input.line(1..=64)?;
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if plain { Ok(Self(text)) } else { Err(fault) }
    }

    /// As staff wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one SKU have in common.
    pub fn folded(&self) -> String {
        self.0.to_ascii_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skus_that_differ_in_case_are_one() {
        assert_eq!(Sku("cup-1".to_owned()).folded(), Sku("CUP-1".to_owned()).folded());
    }
}
