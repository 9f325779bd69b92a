//! What an isolate remembers of jobs: plain data, bounded in bytes, and never an answer by itself: limit, scope and
//! account are checked before it is asked.

use lru::LruCache;
use std::{num::NonZeroUsize, rc::Rc};

/// For how long the snapshot of a running job serves, in milliseconds.
const RUNNING_TTL: u64 = 500;

/// After how long a read that has not come back no longer holds others up, in milliseconds.
const READ_PATIENCE: u64 = 1_000;

/// Reads under way that are remembered at once. Past it one more may be made than needed, and nothing else happens.
const READS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4_095);

/// What the snapshots may weigh together, in bytes. An isolate has 128 MB for everything.
const SNAPSHOT_BYTES: usize = 24 << 20;

/// What a snapshot weighs beside its body, in bytes: the table's share, the key and the counts.
const SNAPSHOT_OVERHEAD: usize = 256;

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

/// The account, and the bits of the job's id.
pub type SnapshotKey = (Rc<str>, u128);

/// Job snapshots by account and job, bounded in bytes, the least lately used going first.
pub struct SnapshotCache {
    snapshots: LruCache<SnapshotKey, Snapshot>,
    bytes: usize,
    /// Reads under way, by when they began.
    reading: LruCache<SnapshotKey, u64>,
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
        Self { snapshots: LruCache::unbounded(), bytes: 0, reading: LruCache::new(READS) }
    }

    pub fn plan(&mut self, key: &SnapshotKey, now: u64) -> Plan {
        let known = self.snapshots.get(key).cloned();
        match known {
            Some(snapshot) if snapshot.is_fresh(now) => Plan::Serve(snapshot),
            _ if self.reading.peek(key).is_some_and(|since| now < since.saturating_add(READ_PATIENCE)) => Plan::Wait,
            known => Plan::Read(known),
        }
    }

    /// Tells the others that a read began at `now`.
    pub fn begin_read(&mut self, key: SnapshotKey, now: u64) {
        self.reading.put(key, now);
    }

    /// The read that began at `since` is over, however it ended.
    pub fn end_read(&mut self, key: &SnapshotKey, since: u64) {
        if self.reading.peek(key) == Some(&since) {
            self.reading.pop(key);
        }
    }

    /// A running job's snapshot serves no longer, since the job is known to have moved.
    pub fn outdate(&mut self, key: &SnapshotKey) {
        if let Some(snapshot) = self.snapshots.peek_mut(key) {
            snapshot.read_at = 0;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(account: &str, id: u128) -> SnapshotKey {
        (account.into(), id)
    }

    fn snapshot(version: u64, is_final: bool, body: &str, read_at: u64) -> Snapshot {
        Snapshot { version, is_final, created_at: 0, body: body.into(), read_at }
    }

    fn served(cache: &mut SnapshotCache, key: &SnapshotKey, now: u64) -> Option<u64> {
        match cache.plan(key, now) {
            Plan::Serve(snapshot) => Some(snapshot.version),
            Plan::Wait | Plan::Read(_) => None,
        }
    }

    #[test]
    fn a_running_job_serves_for_half_a_second_and_a_final_one_for_good() {
        let mut cache = SnapshotCache::new();
        cache.put(key("acme", 1), snapshot(1, false, "", 1_000));
        cache.put(key("acme", 2), snapshot(1, true, "", 1_000));
        assert_eq!(served(&mut cache, &key("acme", 1), 1_499), Some(1));
        assert_eq!(served(&mut cache, &key("acme", 1), 1_500), None);
        assert_eq!(served(&mut cache, &key("acme", 2), u64::MAX), Some(1));
    }

    #[test]
    fn what_has_moved_is_read_again_and_what_is_final_is_not() {
        let mut cache = SnapshotCache::new();
        for (id, is_final) in [(1, false), (2, true)] {
            cache.put(key("acme", id), snapshot(1, is_final, "", 1_000));
            cache.outdate(&key("acme", id));
        }
        assert!(matches!(cache.plan(&key("acme", 1), 1_001), Plan::Read(Some(_))));
        assert_eq!(served(&mut cache, &key("acme", 2), 1_001), Some(1));
        cache.outdate(&key("acme", 3));
    }

    #[test]
    fn another_account_is_never_served_the_job() {
        let mut cache = SnapshotCache::new();
        cache.put(key("acme", 1), snapshot(1, true, "", 0));
        assert_eq!(served(&mut cache, &key("evil", 1), 0), None);
    }

    #[test]
    fn one_reads_and_the_others_wait_until_it_is_back_or_lost() {
        let mut cache = SnapshotCache::new();
        let key = key("acme", 1);
        assert!(matches!(cache.plan(&key, 0), Plan::Read(None)));
        cache.begin_read(key.clone(), 0);
        assert!(matches!(cache.plan(&key, 999), Plan::Wait));
        assert!(matches!(cache.plan(&key, 1_000), Plan::Read(None)));
        cache.begin_read(key.clone(), 1_000);
        cache.end_read(&key, 0);
        assert!(matches!(cache.plan(&key, 1_001), Plan::Wait), "the first read's end is not the second's");
        cache.end_read(&key, 1_000);
        assert!(matches!(cache.plan(&key, 1_002), Plan::Read(None)));
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let mut cache = SnapshotCache::new();
        let key = key("acme", 1);
        cache.put(key.clone(), snapshot(2, false, "newer", 10));
        cache.put(key.clone(), snapshot(1, false, "older", 20));
        assert_eq!(served(&mut cache, &key, 11), Some(2));
    }

    #[test]
    fn the_least_lately_used_go_first_and_the_bytes_stay_bounded() {
        let mut cache = SnapshotCache::new();
        let megabyte = "x".repeat(1 << 20);
        cache.put(key("acme", 0), snapshot(1, true, &megabyte, 0));
        for id in 1..100 {
            assert_eq!(served(&mut cache, &key("acme", 0), 0), Some(1), "what is asked for stays");
            cache.put(key("acme", id), snapshot(1, true, &megabyte, 0));
            assert!(cache.bytes <= SNAPSHOT_BYTES);
        }
        assert_eq!(served(&mut cache, &key("acme", 1), 0), None);
        assert_eq!(served(&mut cache, &key("acme", 99), 0), Some(1));
        cache.put(key("acme", 100), snapshot(1, true, &"x".repeat(SNAPSHOT_BYTES), 0));
        assert_eq!((cache.bytes, cache.snapshots.len()), (0, 0), "what is larger than all is not kept");
    }
}
