//! Which passwords are accepted (as NIST SP 800-63B-4, section 3.1.1.2, and OWASP ASVS 5.0, V6.2, say, but for
//! the default length: NIST asks for 15 where nothing else protects an account): long enough, of any characters, no rules of composition, not a common one, and not made of what anybody would guess
//! for this user and this shop.

use std::collections::BTreeSet;

use caseless::default_case_fold_str;
use kernel::caller::Role;
use kernel::input::{Faults, Input};
use kernel::{StartupError, config, text};
use unicode_normalization::UnicodeNormalization;

/// 26,812 passwords that appear in published leaks, folded, sorted by their bytes. From the crate `passwords`
/// 3.1.19 (Magic Len, MIT licence), file `data/common-passwords.json`: all of 9 characters and more, and those of
/// 8 that are also among the most frequent ones of zxcvbn 4.5 or of Django 5.2.
const COMMON: &str = include_str!("common-passwords.txt");

/// The longest new password.
const LONGEST: usize = 256;

/// How many characters a password has to have besides the words that anybody would guess.
const BESIDES: usize = 6;

/// How many different characters that can be seen a password has to have: `zzzzzzzzzzzz` and eight spaces are guessed first.
const DIFFERENT: usize = 5;

/// The fewest characters of a password that opens the shop's back rooms (NIST SP 800-63B-4, section 3.1.1.2, where nothing but
/// the password protects an account).
pub const SHORTEST_OF_STAFF: usize = 15;

/// Shorter words are not looked for: `al` is in too many words.
const SHORTEST_WORD: usize = 3;

/// The shop's rules for new passwords.
pub struct Policy {
    shortest: usize,
    shop_name: String,
}

/// A new password that the policy accepts, composed (Unicode NFC), so that the same keys give the same
/// password everywhere. Otherwise exactly as typed.
pub struct NewPassword(pub String);

impl Policy {
    /// From `PASSWORD_MIN_LENGTH` and `SHOP_NAME`.
    ///
    /// # Errors
    /// Names the variable that is missing or cannot be read.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self::new(config::required("PASSWORD_MIN_LENGTH")?, config::required::<String>("SHOP_NAME")?))
    }

    /// With the fewest characters a password may have, and the shop's name.
    pub fn new(shortest: usize, shop_name: impl Into<String>) -> Self {
        Self { shortest, shop_name: shop_name.into() }
    }

    /// The rules for a user of a role.
    #[must_use]
    pub fn of(&self, role: Role) -> Self {
        let shortest = if role == Role::Customer { self.shortest } else { self.shortest.max(SHORTEST_OF_STAFF) };
        Self { shortest, shop_name: self.shop_name.clone() }
    }

    /// Reads a new password. `about` is what is known of the user: e-mail address, name.
    ///
    /// # Errors
    /// A fault that says which rule it breaks.
    pub fn parse(&self, input: Input, about: &[&str]) -> Result<NewPassword, Faults> {
        let size = input.fault(format!("must have {} to {LONGEST} characters", self.shortest));
        let common = input.fault("is one of the most common passwords: choose another");
        let uniform = input.fault(format!("must have at least {DIFFERENT} different characters that can be seen"));
        let guessable = input.fault("is mostly your e-mail address, your name or the shop's name: choose another");
        let password: String = input.any_text()?.nfc().collect();
        if !(self.shortest..=LONGEST).contains(&password.chars().count()) {
            return Err(size);
        }
        let seen: BTreeSet<char> = text::visible(&password).chars().filter(|one| !one.is_whitespace()).collect();
        if seen.len() < DIFFERENT {
            return Err(uniform);
        }
        let folded = fold(&password);
        if is_common(&folded) {
            return Err(common);
        }
        if self.besides(&folded, about) < BESIDES {
            return Err(guessable);
        }
        Ok(NewPassword(password))
    }

    /// How many characters are left of a password without what anybody would guess.
    fn besides(&self, password: &str, about: &[&str]) -> usize {
        let mut words: Vec<String> =
            about.iter().chain([&self.shop_name.as_str()]).flat_map(|text| words(text)).collect();
        // Longest first: the whole address before its parts.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.iter().fold(password.to_owned(), |rest, word| rest.replace(word, "")).chars().count()
    }
}

/// A text and the words in it, folded.
fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let parts = folded.split(|character: char| !character.is_alphanumeric());
    let words = parts.chain([folded.as_str()]).filter(|word| word.chars().count() >= SHORTEST_WORD);
    words.map(str::to_owned).collect()
}

fn fold(text: &str) -> String {
    default_case_fold_str(&text.nfc().collect::<String>()).nfc().collect()
}

/// Looks a password up by bisection of the sorted lines: nothing is built at start-up.
fn is_common(password: &str) -> bool {
    let mut rest = COMMON;
    while !rest.is_empty() {
        let mut middle = rest.len() / 2;
        while !rest.is_char_boundary(middle) {
            middle -= 1;
        }
        let start = rest[..middle].rfind('\n').map_or(0, |newline| newline + 1);
        let end = rest[start..].find('\n').map_or(rest.len(), |newline| start + newline);
        match password.cmp(&rest[start..end]) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => rest = &rest[..start],
            std::cmp::Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn accepts(password: &str) -> bool {
        let about = ["ana.torres@kiosk.example", "Ana Torres"];
        Policy::new(8, "Zoco").parse(Input::new(json!(password), ""), &about).is_ok()
    }

    #[test]
    fn the_list_is_sorted_folded_and_large() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() >= 10_000 && lines.is_sorted());
        assert!(lines.iter().all(|line| line.chars().count() >= 8 && fold(line) == *line));
    }

    #[test]
    fn every_common_password_is_refused_in_any_case() {
        assert!(COMMON.lines().all(is_common));
        for common in ["password", "Password", "12345678", "qwertyuiop", "iloveyou", "baseball1"] {
            assert!(!accepts(common), "{common}");
        }
        assert!(!is_common("") && !is_common("no one has this one") && !is_common("\u{10ffff}"));
    }

    #[test]
    fn passwords_have_8_to_256_characters_of_any_script() {
        for good in ["vier-und-7", "пароль-пароля", "🦀🐌🦑🐙🦐🦞🦀🐚", &"wxyz!".repeat(12), &"worte ".repeat(42)]
        {
            assert!(accepts(good), "{good}");
        }
        for bad in ["1234567", &"x".repeat(257)] {
            assert!(!accepts(bad), "{bad}");
        }
        assert!(Policy::new(8, "Zoco").parse(Input::new(json!(12_345_678), ""), &[]).is_err());
        assert!(Policy::new(15, "Zoco").parse(Input::new(json!("vier-und-7"), ""), &[]).is_err());
    }

    #[test]
    fn passwords_have_five_different_characters_that_can_be_seen() {
        for bad in [
            "        ",
            "\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}",
            "zzzzzzzzzzzz",
            "abababababcd",
            "a b c d a b c d",
        ] {
            assert!(!accepts(bad), "{bad:?}");
        }
        assert!(accepts("a b c d e a b c"));
    }

    #[test]
    fn those_of_staff_have_fifteen_characters_or_more() {
        let shortest = |policy: &Policy, role| policy.of(role).shortest;
        let (common, strict) = (Policy::new(8, "Zoco"), Policy::new(20, "Zoco"));
        assert_eq!([Role::Customer, Role::Staff, Role::Admin].map(|role| shortest(&common, role)), [8, 15, 15]);
        assert_eq!([Role::Customer, Role::Staff].map(|role| shortest(&strict, role)), [20, 20]);
    }

    #[test]
    fn what_anybody_would_guess_of_this_user_is_refused() {
        for guessable in ["zoco2026!", "ana.torres@kiosk.example", "AnaTorres1", "torres12345", "zocozocozoco"] {
            assert!(!accepts(guessable), "{guessable}");
        }
        assert!(accepts("torres of the seven seas") && accepts("zoco-cafe-lantern"));
    }

    #[test]
    fn two_ways_to_type_a_letter_give_one_password() {
        let read = |text: &str| Policy::new(8, "Zoco").parse(Input::new(json!(text), ""), &[]).ok().map(|new| new.0);
        assert_eq!(read("pe\u{301}rdida en quito"), read("p\u{e9}rdida en quito"));
        assert_eq!(read("  spaces stay  ").as_deref(), Some("  spaces stay  "));
    }
}
