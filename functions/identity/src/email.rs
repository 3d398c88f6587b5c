//! E-mail addresses: what is one, and when two spellings are the same.

use caseless::default_case_fold_str;
use email_address::{EmailAddress, Options};
use kernel::input::{Faults, Input};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest e-mail address there is, in bytes (RFC 5321, section 4.5.3.1.3, less the brackets). Folded,
/// a few letters grow; an address that grows past this is not accepted either.
const BYTES: usize = 254;

/// An e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email(String);

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// A fault when it is not an e-mail address of at most 254 bytes.
    pub fn parse(input: Input) -> Result<Self, Faults> {
        let fault = input.fault(format!("must be an e-mail address of at most {BYTES} bytes"));
        let text = input.line(3..=BYTES)?;
        // An address alone: `Ana <ana@shop.test>` would be another spelling of the same mailbox.
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        // `"ana"@shop.test` is another spelling of `ana@shop.test` (RFC 5321, section 4.1.2).
        if !text.contains('"')
            && can_exist(&text)
            && can_exist(&fold(&text))
            && EmailAddress::parse_with_options(&text, options).is_ok()
            && text.rsplit_once('@').is_some_and(|(_, domain)| idna::domain_to_ascii(domain).is_ok())
        {
            Ok(Self(text))
        } else {
            Err(fault)
        }
    }

    /// As the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What all spellings of one address have in common.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// What all spellings of one address have in common: compatibility characters and case folded (Unicode
/// Standard, sections 3.13 and 5.18), the domain as mail servers look it up (`xn--…`, UTS #46), as browsers send it.
/// Letters of other scripts that only look alike stay different.
pub fn fold(email: &str) -> String {
    let composed: String = email.trim().nfkc().collect();
    let folded: String = default_case_fold_str(&composed).nfkc().collect();
    let in_ascii = |(local, domain): (&str, &str)| Some(format!("{local}@{}", idna::domain_to_ascii(domain).ok()?));
    folded.rsplit_once('@').and_then(in_ascii).unwrap_or(folded)
}

/// Whether a text is of a size that an address can have: others are not looked up.
pub fn can_exist(email: &str) -> bool {
    (1..=BYTES).contains(&email.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_is_read_and_anything_else_is_refused() {
        assert!(Email::parse(Input::new(json!("ana@shop.test"), "")).is_ok());
        for wrong in [
            "",
            "ana",
            "ana@",
            "@shop.test",
            "a b@shop.test",
            "ana@shop.test\r\nBcc: x",
            "Ana <ana@shop.test>",
            "ana@localhost",
            "\"ana\"@shop.test",
            "ana@[127.0.0.1]",
            &"a".repeat(300),
            &format!("{}@shop.test", "\u{fdfa}".repeat(80)),
        ] {
            assert!(Email::parse(Input::new(json!(wrong), "")).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn two_spellings_of_an_address_fold_to_one() {
        for (one, other) in [
            (" Jose\u{301}@Shop.TEST", "josé@shop.test"),
            ("STRASSE@shop.test", "straße@shop.test"),
            ("ａｎａ@shop.test", "ana@shop.test"),
            ("ΣΑΣ@shop.test", "σας@shop.test"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert_eq!(fold("ana@bücher.example"), fold("ana@xn--bcher-kva.example"));
        assert_ne!(fold("ana@shop.test"), fold("anna@shop.test"));
    }
}
