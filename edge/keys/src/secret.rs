//! The text of a new key: a prefix, 32 random bytes in base62, and a checksum in base62 over everything before it.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The fewest base62 digits that hold any 32 bytes.
const RANDOM_DIGITS: usize = 43;
/// The fewest base62 digits that hold any CRC-32.
const CHECKSUM_DIGITS: usize = 6;

/// A key that nobody has seen yet. `prefix` is one of [`contract::KEY_PREFIXES`].
///
/// # Errors
/// When the system has no randomness to give.
pub fn generate(prefix: &str) -> Result<String, getrandom::Error> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    Ok(with_checksum(prefix, &random))
}

/// Whether `key` ends in the checksum of what comes before it. Keys issued elsewhere have none and are good all the same.
pub fn has_valid_checksum(key: &str) -> bool {
    let split = key.len().checked_sub(CHECKSUM_DIGITS).and_then(|at| key.split_at_checked(at));
    split.is_some_and(|(body, end)| checksum(body) == end)
}

fn with_checksum(prefix: &str, random: &[u8; 32]) -> String {
    let body = format!("{prefix}{}", base62(random, RANDOM_DIGITS));
    let checksum = checksum(&body);
    body + &checksum
}

fn checksum(body: &str) -> String {
    base62(&crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECKSUM_DIGITS)
}

/// The big-endian `number` in exactly `width` digits, which must be enough for it.
fn base62(number: &[u8], width: usize) -> String {
    let mut quotient = number.to_vec();
    let mut digits = vec![0; width];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in &mut quotient {
            let dividend = remainder << 8 | u32::from(*byte);
            *byte = (dividend / 62) as u8;
            remainder = dividend % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{ApiKey, KEY_PREFIXES};
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn digits_are_those_of_the_number_at_a_fixed_width() {
        assert_eq!(base62(&[0; 32], 43), "0".repeat(43));
        assert_eq!(base62(&61_u32.to_be_bytes(), 6), "00000z");
        assert_eq!(base62(&62_u32.to_be_bytes(), 6), "000010");
        assert_eq!(base62(&u32::MAX.to_be_bytes(), 6), "4gfFC3");
    }

    #[test]
    fn the_largest_random_bytes_still_fit() {
        let bits_of_a_digit = f64::from(62_u32).log2();
        assert!(bits_of_a_digit * RANDOM_DIGITS as f64 >= 256.0 && bits_of_a_digit * CHECKSUM_DIGITS as f64 >= 32.0);
    }

    #[test]
    fn a_known_key_has_a_known_checksum() {
        let key = with_checksum("kor_self_", &[7; 32]);
        assert_eq!(key, "kor_self_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF139mgYS");
    }

    #[test]
    fn no_two_keys_are_the_same() {
        let keys: HashSet<String> = (0..1_000).map(|_| generate("kor_self_").unwrap()).collect();
        assert_eq!(keys.len(), 1_000);
    }

    proptest! {
        #[test]
        fn what_is_minted_is_a_key_with_a_checksum(random: [u8; 32], prefix in prop::sample::select(&KEY_PREFIXES)) {
            let key = with_checksum(prefix, &random);
            prop_assert_eq!(key.len(), prefix.len() + 49);
            prop_assert!(ApiKey::parse(&key).is_ok());
            prop_assert!(has_valid_checksum(&key));
        }

        #[test]
        fn other_random_bytes_make_another_key(one: [u8; 32], other: [u8; 32]) {
            prop_assert_eq!(one == other, with_checksum("kor_self_", &one) == with_checksum("kor_self_", &other));
        }

        #[test]
        fn a_changed_character_is_detected(random: [u8; 32], at in 0..58_usize, to in "[0-9A-Za-z]") {
            let key = with_checksum("kor_self_", &random);
            let mut changed = key.clone();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(has_valid_checksum(&changed), changed == key);
        }

        #[test]
        fn any_text_can_be_checked(text in r"\PC*") {
            has_valid_checksum(&text);
        }
    }
}
