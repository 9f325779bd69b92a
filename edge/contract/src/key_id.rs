/// What operators call a key by, given the lower-case hex SHA-256 of the key: `key_` and the first 16 digits of it. It is no
/// secret.
pub fn key_id(hash: &str) -> String {
    [PREFIX, hash.get(..DIGITS).unwrap_or(hash)].concat()
}

/// The start of the hash that a key id names, or `None` if `text` is no key id.
pub fn hash_prefix(text: &str) -> Option<&str> {
    let hex = text.strip_prefix(PREFIX)?;
    let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (hex.len() == DIGITS && hex.bytes().all(lower_hex)).then_some(hex)
}

const PREFIX: &str = "key_";
const DIGITS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_id_names_the_start_of_the_hash(hash in "[0-9a-f]{64}") {
            let id = key_id(&hash);
            prop_assert_eq!(hash_prefix(&id), hash.get(..16));
        }

        #[test]
        fn anything_else_is_no_key_id(text in r"(key_)?([0-9A-Fa-f]{14,18}|\PC{0,16})") {
            let id = text.strip_prefix("key_").filter(|hex| hex.len() == 16);
            let is_hex = |hex: &str| hex.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
            prop_assert_eq!(hash_prefix(&text), id.filter(|hex| is_hex(hex)));
        }
    }
}
