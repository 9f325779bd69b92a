//! What KV holds of a key: its record, under the hash of the key.

use contract::{ApiKey, KeyRecord};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// One entry of the namespace, in the form in which `wrangler kv bulk put` reads it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// The entry's name: [`hash`] of the key.
    pub key: String,
    /// The record as JSON, which is what the Worker reads.
    pub value: String,
    /// The record again, where KV lists it: so a listing needs no reads.
    pub metadata: KeyRecord,
}

impl Entry {
    /// The entry that makes `key` a good one.
    ///
    /// # Errors
    /// When the record does not serialise, which would be a bug.
    pub fn new(key: ApiKey<'_>, record: KeyRecord) -> serde_json::Result<Self> {
        Ok(Self { key: hash(key), value: serde_json::to_string(&record)?, metadata: record })
    }
}

/// SHA-256 of the key in lower-case hex.
pub fn hash(key: ApiKey<'_>) -> String {
    Sha256::digest(key.expose().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What operators call a key by: `key_` and the first 16 hex digits of its hash. It is no secret.
pub fn key_id(hash: &str) -> String {
    format!("{KEY_ID_PREFIX}{}", hash.get(..KEY_ID_DIGITS).unwrap_or(hash))
}

/// The start of the hash that a key id names, or `None` if `text` is no key id.
pub fn hash_prefix(text: &str) -> Option<&str> {
    let hex = text.strip_prefix(KEY_ID_PREFIX)?;
    let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (hex.len() == KEY_ID_DIGITS && hex.bytes().all(lower_hex)).then_some(hex)
}

const KEY_ID_PREFIX: &str = "key_";
const KEY_ID_DIGITS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Scope, Tier};
    use proptest::prelude::*;

    #[test]
    fn an_entry_holds_the_record_twice_and_the_key_not_at_all() {
        let record = KeyRecord {
            account: "acme".to_owned(),
            tier: Tier::Developer,
            scopes: vec![Scope::MemoriesRead],
            created_at: 1_700_000_000_000,
            expires_at: None,
            monthly_writes: None,
            agents: Some(7),
        };
        let entry = Entry::new(ApiKey::parse("kor_self_abc").unwrap(), record).unwrap();
        // sha256sum says the same.
        assert_eq!(entry.key, "e853315f8aa3c1b970c77391e1ea939035dc284d1c30d329558aef4038dabf61");
        let json =
            r#"{"account":"acme","tier":"developer","scopes":["memories:read"],"created_at":1700000000000,"agents":7}"#;
        assert_eq!(entry.value, json);
        let bulk = serde_json::to_value(&entry).unwrap();
        assert_eq!(bulk["metadata"], serde_json::from_str::<serde_json::Value>(json).unwrap());
        assert!(!bulk.to_string().contains("kor_self_abc"));
    }

    proptest! {
        #[test]
        fn a_key_id_names_the_start_of_the_hash(hash in "[0-9a-f]{64}") {
            let id = key_id(&hash);
            prop_assert_eq!(hash_prefix(&id), Some(&hash[..16]));
        }

        #[test]
        fn anything_else_is_no_key_id(text in r"(key_)?([0-9A-Fa-f]{14,18}|\PC{0,16})") {
            let id = text.strip_prefix("key_").filter(|hex| hex.len() == 16);
            let is_hex = |hex: &str| hex.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
            prop_assert_eq!(hash_prefix(&text), id.filter(|hex| is_hex(hex)));
        }
    }
}
