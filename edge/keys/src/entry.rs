//! What KV holds of a key: its record, under the hash of the key.

use contract::{ApiKey, KeyRecord};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One entry of the namespace, in the form in which `wrangler kv bulk put` reads it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// The entry's name: [`hash`] of the key.
    pub key: String,
    /// The record as JSON, which is what the Worker reads.
    pub value: String,
    /// The record again, where KV lists it: so a listing needs no reads.
    pub metadata: Metadata,
}

/// What is listed of a key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Metadata {
    /// What the key may do.
    #[serde(flatten)]
    pub record: KeyRecord,
    /// Its last four characters, by which whoever holds the key knows it again. Keys that were minted before these were kept
    /// have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<String>,
}

impl Entry {
    /// The entry that makes `key` a good one.
    ///
    /// # Errors
    /// When the record does not serialise, which would be a bug.
    pub fn new(key: ApiKey<'_>, record: KeyRecord) -> serde_json::Result<Self> {
        let text = key.expose();
        // A key is ASCII, and what its checksum is made of: the random part stays untold.
        let ending = text.get(text.len().saturating_sub(ENDING)..).map(str::to_owned);
        Self::of(hash(key), Metadata { record, ending })
    }

    /// The entry that says `metadata` of the key with this hash.
    ///
    /// # Errors
    /// As [`Entry::new`].
    pub fn of(hash: String, metadata: Metadata) -> serde_json::Result<Self> {
        Ok(Self { key: hash, value: serde_json::to_string(&metadata.record)?, metadata })
    }
}

/// The name of an account, if `text` may be one.
///
/// # Errors
/// What it must be.
pub fn account(text: &str) -> Result<String, &'static str> {
    let charset = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if (1..=64).contains(&text.len()) && text.bytes().all(charset) {
        Ok(text.to_owned())
    } else {
        Err("an account is named by 1 to 64 letters, digits, `_`, `-` and `.`")
    }
}

/// SHA-256 of the key in lower-case hex.
pub fn hash(key: ApiKey<'_>) -> String {
    Sha256::digest(key.expose().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// So many characters of a key are kept: fewer than its checksum has.
const ENDING: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Scope, Tier};

    #[test]
    fn an_entry_holds_the_record_twice_and_of_the_key_the_ending_alone() {
        let record = KeyRecord {
            account: "acme".to_owned(),
            tier: Tier::Developer,
            scopes: vec![Scope::MemoriesRead],
            created_at: 1_700_000_000_000,
            expires_at: None,
            monthly_writes: None,
            agents: Some(7),
        };
        let entry = Entry::new(ApiKey::parse("kor_self_abcdef").unwrap(), record).unwrap();
        // sha256sum says the same.
        assert_eq!(entry.key, "0e274c50b1d183ad7bbeb457c2ab41e0d6d9074ccb3b376b2314472bf4e448a0");
        let json =
            r#"{"account":"acme","tier":"developer","scopes":["memories:read"],"created_at":1700000000000,"agents":7}"#;
        assert_eq!(entry.value, json);
        let bulk = serde_json::to_value(&entry).unwrap();
        let listed = json.replace('}', r#","ending":"cdef"}"#);
        assert_eq!(bulk["metadata"], serde_json::from_str::<serde_json::Value>(&listed).unwrap());
        assert!(!bulk.to_string().contains("abcdef"));
        // As entries were before they had an ending.
        let old: Metadata = serde_json::from_str(json).unwrap();
        assert_eq!((&old.record, old.ending), (&entry.metadata.record, None));
    }
}
