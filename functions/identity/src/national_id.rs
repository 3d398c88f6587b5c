//! National ids: personal data that nobody needs to read back. What is stored is a digest under a key that
//! is not in the table, for uniqueness, and the last digits, for the owner to recognise.
//!
//! A bare hash would not do: there are so few valid numbers that all can be tried in a second.

use hmac::{Hmac, KeyInit, Mac};
use kernel::Error;
use kernel::input::{Faults, Input};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How many of its last characters a masked national id shows.
const SHOWN: usize = 3;

/// Whether a text, its separators taken out, is a national id of a country.
type Rule = fn(&str) -> bool;

/// The rule of each country whose national ids are accepted. Another country is a function and a row.
const RULES: [(&str, Rule); 1] = [("EC", cedula)];

/// A national id as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NationalId {
    /// HMAC-SHA-256 of country and number, in hexadecimal: equal for equal ids, and nothing without the key.
    pub digest: String,
    /// What its owner is shown.
    pub masked: String,
}

/// A national id that is valid, not yet sealed. Never stored, never logged.
pub struct Plain(String);

/// The national ids of the shop's country, if it takes any.
pub struct Country {
    code: String,
    rule: Option<Rule>,
}

impl Country {
    /// The country of a code; an empty one for a shop that takes no national ids. `None` where there is no rule.
    pub fn known(code: &str) -> Option<Self> {
        let rule = RULES.iter().find(|(known, _)| *known == code).map(|(_, rule)| *rule);
        (rule.is_some() || code.is_empty()).then(|| Self { code: code.to_owned(), rule })
    }

    /// Reads a national id, spaces and hyphens left out.
    ///
    /// # Errors
    /// A fault when it is none, or the shop does not take them.
    pub fn parse(&self, input: Input) -> Result<Plain, Faults> {
        let Some(rule) = self.rule else { return Err(input.fault("is not used by this shop: leave it out")) };
        let fault = input.fault(format!("is not a valid national id ({})", self.code));
        let text: String = input.line(1..=32)?.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if rule(&text) { Ok(Plain(text)) } else { Err(fault) }
    }

    /// The form that is stored, under a key.
    ///
    /// # Errors
    /// `Internal` never: HMAC takes a key of any length.
    pub fn seal(&self, plain: &Plain, key: &str) -> Result<NationalId, Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(Error::internal)?;
        mac.update(self.code.as_bytes());
        mac.update(&[0]);
        mac.update(plain.0.as_bytes());
        let digest = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(NationalId { digest, masked: mask(&plain.0) })
    }
}

fn mask(id: &str) -> String {
    let hidden = id.chars().count().saturating_sub(SHOWN);
    id.chars().enumerate().map(|(index, character)| if index < hidden { '*' } else { character }).collect()
}

/// Ecuador's cédula: ten digits; a province (01 to 24, 30 for those registered abroad), a third digit
/// below 6 (natural persons), and a check digit (modulo 10 over the first nine, every other one doubled).
/// Source: Dirección General de Registro Civil, Identificación y Cedulación.
fn cedula(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|character| character.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| digits.len() == 10) else { return false };
    let province = digits[0] * 10 + digits[1];
    let weighted = digits[..9].iter().enumerate().map(|(index, digit)| {
        let product = if index % 2 == 0 { digit * 2 } else { *digit };
        if product > 9 { product - 9 } else { product }
    });
    let check = (10 - weighted.sum::<u32>() % 10) % 10;
    (matches!(province, 1..=24) || province == 30) && digits[2] < 6 && digits[9] == check
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_cedula_has_a_province_and_a_check_digit() {
        for good in ["1710034065", "0926687856", "1713175071", "3050000003"] {
            assert!(cedula(good), "{good}");
        }
        for bad in
            ["1710034064", "9910034065", "0010034065", "1770034065", "171003406", "17100340655", "171003406a", ""]
        {
            assert!(!cedula(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_stored_shows_the_number_to_nobody_and_recognises_it() {
        let country = Country::known("EC").unwrap();
        let seal = |text: &str, key: &str| {
            let plain = country.parse(Input::new(json!(text), "")).ok().unwrap();
            country.seal(&plain, key).unwrap()
        };
        let sealed = seal("171003406-5", "key");
        assert_eq!(sealed.masked, "*******065");
        assert!(!sealed.digest.contains("1710034"));
        assert_eq!(sealed, seal(" 1710034065 ", "key"));
        assert_ne!(sealed.digest, seal("1710034065", "other").digest);
    }
}
