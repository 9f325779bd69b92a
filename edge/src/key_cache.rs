//! What an isolate remembers of API keys: plain data, bounded. The rate limit is never remembered.

use contract::KeyRecord;
use lru::LruCache;
use std::{num::NonZeroUsize, rc::Rc};

/// For how long a key's record is believed, in milliseconds. With KV's own 30 s this bounds how long a revoked key lives.
const KEY_TTL: u64 = 30_000;

/// For how long an unknown key is believed to be unknown, in milliseconds: short, because it may just have been minted.
const UNKNOWN_KEY_TTL: u64 = 10_000;

/// Keys remembered at once; as many unknown ones, so that a flood of those drives out no good one.
const KEYS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4_095);

/// Addresses that tried too many unknown keys, remembered at once.
const ADDRESSES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_023);

/// Key records by the SHA-256 of the key.
pub struct KeyCache {
    known: LruCache<[u8; 32], (Rc<KeyRecord>, u64)>,
    unknown: LruCache<[u8; 32], u64>,
    blocked: LruCache<Box<str>, u64>,
}

impl KeyCache {
    pub fn new() -> Self {
        Self { known: LruCache::new(KEYS), unknown: LruCache::new(KEYS), blocked: LruCache::new(ADDRESSES) }
    }

    /// `None`: ask KV. `Some(None)`: KV knew no such key a moment ago.
    pub fn get(&mut self, hash: &[u8; 32], now: u64) -> Option<Option<Rc<KeyRecord>>> {
        if let Some((record, read_at)) = self.known.get(hash)
            && now < read_at.saturating_add(KEY_TTL)
        {
            return Some(Some(record.clone()));
        }
        let read_at = self.unknown.get(hash)?;
        (now < read_at.saturating_add(UNKNOWN_KEY_TTL)).then_some(None)
    }

    /// Keeps what KV said at `now`.
    pub fn put(&mut self, hash: [u8; 32], record: Option<Rc<KeyRecord>>, now: u64) {
        match record {
            Some(record) => {
                self.unknown.pop(&hash);
                self.known.put(hash, (record, now));
            }
            None => {
                self.known.pop(&hash);
                self.unknown.put(hash, now);
            }
        }
    }

    /// The seconds for which the address must not make this isolate ask KV, if there are any.
    pub fn blocked(&mut self, address: &str, now: u64) -> Option<u32> {
        let left = self.blocked.get(address)?.checked_sub(now).filter(|left| *left > 0)?;
        u32::try_from(left.div_ceil(1_000)).ok()
    }

    /// Blocks the address for `seconds`.
    pub fn block(&mut self, address: &str, seconds: u32, now: u64) {
        self.blocked.put(address.into(), now.saturating_add(u64::from(seconds).saturating_mul(1_000)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Tier;

    const KEY: [u8; 32] = [1; 32];

    fn record() -> Rc<KeyRecord> {
        Rc::new(KeyRecord {
            account: "acme".to_owned(),
            tier: Tier::Hobby,
            scopes: Vec::new(),
            created_at: 0,
            expires_at: None,
            monthly_writes: None,
            agents: None,
        })
    }

    #[test]
    fn a_record_is_believed_for_thirty_seconds() {
        let mut cache = KeyCache::new();
        assert_eq!(cache.get(&KEY, 0), None);
        cache.put(KEY, Some(record()), 5);
        assert_eq!(cache.get(&KEY, 30_004), Some(Some(record())));
        assert_eq!(cache.get(&KEY, 30_005), None);
    }

    #[test]
    fn an_unknown_key_is_asked_for_again_after_ten_seconds() {
        let mut cache = KeyCache::new();
        cache.put(KEY, None, 0);
        assert_eq!(cache.get(&KEY, 9_999), Some(None));
        assert_eq!(cache.get(&KEY, 10_000), None);
    }

    #[test]
    fn a_revoked_key_becomes_an_unknown_one_and_a_minted_one_a_known_one() {
        let mut cache = KeyCache::new();
        cache.put(KEY, Some(record()), 0);
        cache.put(KEY, None, 1);
        assert_eq!(cache.get(&KEY, 2), Some(None));
        cache.put(KEY, Some(record()), 3);
        assert_eq!(cache.get(&KEY, 4), Some(Some(record())));
    }

    #[test]
    fn a_flood_of_unknown_keys_drives_out_no_known_one() {
        let mut cache = KeyCache::new();
        cache.put(KEY, Some(record()), 0);
        for key in 0..10_000_u16 {
            let mut hash = [0; 32];
            hash[..2].copy_from_slice(&key.to_le_bytes());
            cache.put(hash, None, 0);
        }
        assert_eq!(cache.get(&KEY, 1), Some(Some(record())));
        assert_eq!(cache.unknown.len(), KEYS.get());
    }

    #[test]
    fn an_address_is_blocked_until_its_time_is_over() {
        let mut cache = KeyCache::new();
        cache.block("192.0.2.1", 10, 1_000);
        assert_eq!(cache.blocked("192.0.2.1", 1_001), Some(10));
        assert_eq!(cache.blocked("192.0.2.1", 10_999), Some(1));
        assert_eq!(cache.blocked("192.0.2.1", 11_000), None);
        assert_eq!(cache.blocked("192.0.2.2", 1_001), None);
    }
}
