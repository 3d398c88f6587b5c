//! Identifiers: opaque strings outside, UUIDs inside (RFC 9562).

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A new id that sorts by the time it was made (UUIDv7).
pub fn new() -> String {
    Uuid::now_v7().to_string()
}

/// An id that follows from its parts alone (UUIDv8 over SHA-256): the same parts give the same id,
/// so a repeated request finds what the first one made. Parts are length-prefixed: `["ab", "c"]`
/// and `["a", "bc"]` differ.
pub fn derived(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::new_v8(bytes).to_string()
}

/// Whether a text is an id in the one form we give out (lower case, hyphenated). Anything else
/// cannot name a thing, and does not deserve a read.
pub fn is_id(text: &str) -> bool {
    text.len() == 36 && text.parse::<Uuid>().is_ok_and(|id| id.to_string() == text)
}

/// An id that a client sent, or the id of nothing if it is not in our form: it cannot name a thing, and may
/// be of any length.
pub fn known_or_none(text: &str) -> String {
    if is_id(text) { text.to_owned() } else { "none".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_id() {
        assert_eq!(derived(&["sales", "ana", "key"]), derived(&["sales", "ana", "key"]));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(derived(&["ab", "c"]), derived(&["a", "bc"]));
    }

    #[test]
    fn ids_are_recognised_in_the_form_we_give_out_only() {
        let id = new();
        assert!(is_id(&id) && is_id(&derived(&["a"])));
        assert!(!is_id(&id.to_uppercase()) && !is_id("../etc") && !is_id(""));
    }
}
