//! The SKU of a product: the shop's own code, unique in any spelling.

use kernel::input::{Faults, Input};
use serde::{Deserialize, Serialize};

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

    /// A SKU that is asked for; `None` for what cannot be one.
    pub fn named(text: &str) -> Option<Self> {
        Self::parse(Input::new(text.into(), "")).ok()
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
