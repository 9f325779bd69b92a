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

/// By a SHA-256: a record where there is one, and a time in milliseconds since 1970 UTC.
type Remembering = LruCache<[u8; 32], (Option<Rc<KeyRecord>>, u64)>;

/// Key records by the hash of the key, and blocked addresses by the hash of the address.
pub struct KeyCache {
    known: Remembering,
    unknown: Remembering,
    blocked: Remembering,
}

/// What is remembered of a key.
#[derive(PartialEq, Debug)]
pub enum Remembered {
    /// KV knew it a moment ago.
    Good(Rc<KeyRecord>),
    /// KV knew it when it was last asked, too long ago to be believed.
    WasGood,
    /// KV knew no such key a moment ago.
    Unknown,
    Nothing,
}

impl KeyCache {
    pub fn new() -> Self {
        Self { known: LruCache::new(KEYS), unknown: LruCache::new(KEYS), blocked: LruCache::new(ADDRESSES) }
    }

    pub fn get(&mut self, hash: &[u8; 32], now: u64) -> Remembered {
        match self.known.get(hash) {
            Some((Some(record), read_at)) if now < read_at.saturating_add(KEY_TTL) => {
                return Remembered::Good(record.clone());
            }
            Some(_) => return Remembered::WasGood,
            None => {}
        }
        match self.unknown.get(hash) {
            Some((_, read_at)) if now < read_at.saturating_add(UNKNOWN_KEY_TTL) => Remembered::Unknown,
            _ => Remembered::Nothing,
        }
    }

    /// Keeps what KV said at `now`.
    pub fn put(&mut self, hash: [u8; 32], record: Option<Rc<KeyRecord>>, now: u64) {
        let (into, from) = match record {
            Some(_) => (&mut self.known, &mut self.unknown),
            None => (&mut self.unknown, &mut self.known),
        };
        from.pop(&hash);
        into.put(hash, (record, now));
    }

    /// The seconds for which the address must not make this isolate ask KV, if there are any.
    pub fn blocked(&mut self, address: &[u8; 32], now: u64) -> Option<u32> {
        let left = self.blocked.get(address)?.1.checked_sub(now).filter(|left| *left > 0)?;
        u32::try_from(left.div_ceil(1_000)).ok()
    }

    /// Blocks the address for `seconds`.
    pub fn block(&mut self, address: [u8; 32], seconds: u32, now: u64) {
        self.blocked.put(address, (None, now.saturating_add(u64::from(seconds).saturating_mul(1_000))));
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
        assert_eq!(cache.get(&KEY, 0), Remembered::Nothing);
        cache.put(KEY, Some(record()), 5);
        assert_eq!(cache.get(&KEY, 30_004), Remembered::Good(record()));
        assert_eq!(cache.get(&KEY, 30_005), Remembered::WasGood);
    }

    #[test]
    fn an_unknown_key_is_asked_for_again_after_ten_seconds() {
        let mut cache = KeyCache::new();
        cache.put(KEY, None, 0);
        assert_eq!(cache.get(&KEY, 9_999), Remembered::Unknown);
        assert_eq!(cache.get(&KEY, 10_000), Remembered::Nothing);
    }

    #[test]
    fn a_revoked_key_becomes_an_unknown_one_and_a_minted_one_a_known_one() {
        let mut cache = KeyCache::new();
        cache.put(KEY, Some(record()), 0);
        cache.put(KEY, None, 1);
        assert_eq!(cache.get(&KEY, 2), Remembered::Unknown);
        cache.put(KEY, Some(record()), 3);
        assert_eq!(cache.get(&KEY, 4), Remembered::Good(record()));
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
        assert_eq!(cache.get(&KEY, 1), Remembered::Good(record()));
        assert_eq!(cache.unknown.len(), KEYS.get());
    }

    #[test]
    fn an_address_is_blocked_until_its_time_is_over() {
        let mut cache = KeyCache::new();
        cache.block([1; 32], 10, 1_000);
        assert_eq!(cache.blocked(&[1; 32], 1_001), Some(10));
        assert_eq!(cache.blocked(&[1; 32], 10_999), Some(1));
        assert_eq!(cache.blocked(&[1; 32], 11_000), None);
        assert_eq!(cache.blocked(&[2; 32], 1_001), None);
    }
}
