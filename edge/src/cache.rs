//! What an isolate remembers between requests: plain data, bounded, and never an answer by itself; limit, scope and
//! account are checked before it is asked.

use contract::{JobId, KeyRecord};
use lru::LruCache;
use std::{collections::HashMap, num::NonZeroUsize, rc::Rc};

/// For how long a key's record is believed, in milliseconds. With KV's own 30 s this bounds how long a revoked key lives.
const KEY_TTL: u64 = 30_000;

/// For how long an unknown key is believed to be unknown, in milliseconds: short, because it may just have been minted.
const UNKNOWN_KEY_TTL: u64 = 10_000;

/// Keys remembered at once; as many unknown ones, so that a flood of those drives out no good one.
const KEYS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4_095);

/// Addresses that tried too many unknown keys, remembered at once.
const ADDRESSES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_023);

/// For how long the snapshot of a running job serves, in milliseconds.
const RUNNING_TTL: u64 = 500;

/// After how long a read that has not come back no longer holds others up, in milliseconds.
const READ_PATIENCE: u64 = 1_000;

/// What the snapshots may weigh together, in bytes. An isolate has 128 MB for everything.
const SNAPSHOT_BYTES: usize = 24 << 20;

/// What a snapshot weighs beside its body, in bytes: the table's share, the key and the counts.
const SNAPSHOT_OVERHEAD: usize = 256;

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

/// A job as one D1 statement saw it.
#[derive(Clone)]
pub struct Snapshot {
    /// Grows with every change of the job.
    pub version: u64,
    pub is_final: bool,
    /// In milliseconds since 1970 UTC.
    pub created_at: u64,
    /// The answer's body, whole.
    pub body: Rc<str>,
    /// When the statement that last confirmed it was sent, in milliseconds since 1970 UTC.
    pub read_at: u64,
}

impl Snapshot {
    fn is_fresh(&self, now: u64) -> bool {
        self.is_final || now < self.read_at.saturating_add(RUNNING_TTL)
    }
}

pub type SnapshotKey = (Rc<str>, u128);

/// Job snapshots by account and job, bounded in bytes, the least lately used going first.
pub struct SnapshotCache {
    snapshots: LruCache<SnapshotKey, Snapshot>,
    bytes: usize,
    /// Reads under way, by when they began.
    reading: HashMap<SnapshotKey, u64>,
}

/// What to do about a job.
pub enum Plan {
    /// It is known well enough.
    Serve(Snapshot),
    /// Somebody is reading it this moment: look again shortly.
    Wait,
    /// Read it; the older snapshot, if there is one, need not be read again where its version still stands.
    Read(Option<Snapshot>),
}

impl SnapshotCache {
    pub fn new() -> Self {
        Self { snapshots: LruCache::unbounded(), bytes: 0, reading: HashMap::new() }
    }

    pub fn plan(&mut self, key: &SnapshotKey, now: u64) -> Plan {
        let known = self.snapshots.get(key).cloned();
        match known {
            Some(snapshot) if snapshot.is_fresh(now) => Plan::Serve(snapshot),
            _ if self.reading.get(key).is_some_and(|since| now < since.saturating_add(READ_PATIENCE)) => Plan::Wait,
            known => Plan::Read(known),
        }
    }

    /// Tells the others that a read began at `now`.
    pub fn begin_read(&mut self, key: SnapshotKey, now: u64) {
        self.reading.insert(key, now);
    }

    /// The read that began at `since` is over, however it ended.
    pub fn end_read(&mut self, key: &SnapshotKey, since: u64) {
        if self.reading.get(key) == Some(&since) {
            self.reading.remove(key);
        }
    }

    /// Keeps a snapshot unless a newer one is there: reads may come back in another order than they were sent.
    pub fn put(&mut self, key: SnapshotKey, snapshot: Snapshot) {
        if self.snapshots.peek(&key).is_some_and(|kept| kept.version > snapshot.version) {
            return;
        }
        self.bytes = self.bytes.saturating_add(weight(&key, &snapshot));
        if let Some(old) = self.snapshots.put(key.clone(), snapshot) {
            self.bytes = self.bytes.saturating_sub(weight(&key, &old));
        }
        while self.bytes > SNAPSHOT_BYTES {
            let Some((key, old)) = self.snapshots.pop_lru() else { break };
            self.bytes = self.bytes.saturating_sub(weight(&key, &old));
        }
    }
}

fn weight((account, _): &SnapshotKey, snapshot: &Snapshot) -> usize {
    snapshot.body.len().saturating_add(account.len()).saturating_add(SNAPSHOT_OVERHEAD)
}

/// The table's key of one job.
pub fn snapshot_key(account: &str, id: JobId) -> SnapshotKey {
    (account.into(), id.as_u128())
}
