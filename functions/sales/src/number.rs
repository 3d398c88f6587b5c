//! Sale numbers: for people.

use kernel::clock::Timestamp;

/// A number that people can read to each other: the day of the sale and 40 bits of its id in
/// Crockford's Base32, which has no I, L, O and U. No counter, so nothing that all sales wait for;
/// of a million sales on one day, two have the same number with a chance of about one in three, and
/// the id distinguishes them.
pub fn number(id: &str, now: Timestamp) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = id.bytes().filter_map(|byte| char::from(byte).to_digit(16)).rev().take(10);
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
    fn a_number_has_the_day_and_eight_readable_letters() {
        let number = number("0193551e-7c00-8000-8000-0123456789ab", Timestamp::UNIX_EPOCH);
        assert_eq!(number.len(), 17);
        assert!(number.starts_with("19700101-") && !number[9..].contains(['I', 'L', 'O', 'U']));
    }
}
