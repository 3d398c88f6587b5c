//! Sale numbers: for people.

use kernel::clock::Timestamp;
use kernel::ids;

/// A new number that people can read to each other: the day of the sale and 40 random bits in
/// Crockford's Base32, which has no I, L, O and U. Random, so that nobody can choose one by the key of a request; no
/// counter, so nothing that all sales wait for. Of a million sales on one day, two have the same number with a chance of
/// about one in three, and the id distinguishes them.
pub fn number(now: Timestamp) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    // The last 62 bits of an id are random (RFC 9562, section 5.7).
    let random = ids::new();
    let bits = random.bytes().filter_map(|byte| char::from(byte).to_digit(16)).rev().take(10);
    let mut bits = bits.fold(0_u64, |bits, digit| bits << 4 | u64::from(digit));
    let mut code = String::with_capacity(8);
    for _ in 0..8 {
        code.push(char::from(ALPHABET[usize::try_from(bits % 32).unwrap_or_default()]));
        bits /= 32;
    }
    let day: String = now.to_string().chars().take(10).filter(char::is_ascii_digit).collect();
    format!("{day}-{code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_from_nothing() {
        assert_ne!(number(Timestamp::UNIX_EPOCH), number(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn a_number_has_the_day_and_eight_readable_letters() {
        let number = number(Timestamp::UNIX_EPOCH);
        assert_eq!(number.len(), 17);
        assert!(number.starts_with("19700101-") && !number[9..].contains(['I', 'L', 'O', 'U']));
    }
}
