//! Jobs as D1 last showed them, bounded in bytes, and what keeps their readers from asking twice for the same.
//!
//! However many clients watch a job, and however slow D1 is, an isolate begins at most two reads of it a second: each
//! read is marked while it is under way, whoever comes meanwhile waits, and takes any outcome whose read began after
//! they came, be it a job, the news that there is none, or that D1 did not answer.

use lru::LruCache;
use std::{cell::RefCell, num::NonZeroUsize, rc::Rc};

/// For how long an outcome serves those who come later, in milliseconds from its arrival. A final job's serves for good.
const TTL: u64 = 500;

/// For how long the mark of a read holds others up, in milliseconds. A read may never come back, since a request ends
/// with its client; and where D1 takes longer than this, one read a second is none too many.
const READ_PATIENCE: u64 = 1_000;

/// Jobs that are marked or missing, remembered at once. Past it one more read may be made than needed, and no harm done.
const MARKS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4_095);

/// What the snapshots may weigh together, in bytes. An isolate has 128 MB for everything.
const SNAPSHOT_BYTES: usize = 16 << 20;

/// What a snapshot weighs beside its body, in bytes: the table's share, the key and the counts.
const SNAPSHOT_OVERHEAD: usize = 256;

/// The account, and the bits of the job's id.
pub type SnapshotKey = (Rc<str>, u128);

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
}

/// When a read was begun and when it came back, in milliseconds since 1970 UTC.
#[derive(Clone, Copy)]
struct Span {
    began: u64,
    arrived: u64,
}

impl Mark {
    /// Whether the job has moved while that was read.
    fn overtook(&self, span: Span) -> bool {
        self.moved.is_some_and(|moved| span.began <= moved)
    }
}

impl Span {
    /// Of what serves nobody who comes later.
    const OVER: Self = Self { began: 0, arrived: 0 };

    /// Whether it tells somebody enough who came at `came`: it began after that, or is fresh still.
    fn serves(self, came: u64, now: u64) -> bool {
        self.began >= came || now < self.arrived.saturating_add(TTL)
    }
}

/// A read that brought no snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Miss {
    /// There is no such job.
    NoSuchJob,
    /// D1 did not answer.
    Unavailable,
}

/// What to do about a job.
pub enum Plan {
    /// It is known well enough.
    Serve(Snapshot),
    /// It is known well enough that nothing can be shown of it.
    Refuse(Miss),
    /// Somebody is reading it this moment: look again shortly.
    Wait,
    /// Read it, and tell the [`Reading`] how that ended. Where the version is still this one, the rest need not be read.
    Read(Option<u64>),
}

#[derive(Default)]
struct Mark {
    /// Since when a read is under way, if one is.
    reading: Option<u64>,
    miss: Option<(Miss, Span)>,
    /// When the job is known to have moved: a read that had begun by then may not have seen it.
    moved: Option<u64>,
}

/// Job snapshots by account and job, the least lately used going first.
struct Snapshots {
    kept: LruCache<SnapshotKey, (Snapshot, Span)>,
    bytes: usize,
    marks: LruCache<SnapshotKey, Mark>,
}

thread_local! {
    static SNAPSHOTS: RefCell<Snapshots> = RefCell::new(Snapshots::new());
}

/// What somebody is to do about a job who came at `came`. A read that this asks for is marked.
pub fn plan(key: &SnapshotKey, came: u64, now: u64) -> Plan {
    SNAPSHOTS.with_borrow_mut(|snapshots| snapshots.plan(key, came, now))
}

/// A job is known to have moved at `now`: what was read of it before serves no longer, unless it was final, nor does a read that
/// is still under way.
pub fn outdate(key: &SnapshotKey, now: u64) {
    SNAPSHOTS.with_borrow_mut(|snapshots| snapshots.outdate(key, now));
}

/// A read under way: as long as this lives, however the request ends.
pub struct Reading {
    key: SnapshotKey,
    began: u64,
}

impl Reading {
    /// The read that [`plan`] asked for at `now`.
    pub fn new(key: SnapshotKey, now: u64) -> Self {
        Self { key, began: now }
    }

    /// The read brought `snapshot`, at `now`.
    pub fn brought(self, snapshot: Snapshot, now: u64) {
        let span = Span { began: self.began, arrived: now };
        SNAPSHOTS.with_borrow_mut(|snapshots| snapshots.keep(self.key.clone(), snapshot, span));
    }

    /// The read found that the job's version still is `version`. `None` where the snapshot of it was evicted meanwhile.
    pub fn confirmed(&self, version: u64, now: u64) -> Option<Snapshot> {
        let span = Span { began: self.began, arrived: now };
        SNAPSHOTS.with_borrow_mut(|snapshots| snapshots.confirm(&self.key, version, span))
    }

    /// The read brought nothing.
    pub fn missed(self, miss: Miss, now: u64) {
        let span = Span { began: self.began, arrived: now };
        SNAPSHOTS.with_borrow_mut(|snapshots| snapshots.miss(&self.key, miss, span));
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        SNAPSHOTS.with_borrow_mut(|snapshots| snapshots.end_read(&self.key, self.began));
    }
}

impl Snapshots {
    fn new() -> Self {
        Self { kept: LruCache::unbounded(), bytes: 0, marks: LruCache::new(MARKS) }
    }

    fn plan(&mut self, key: &SnapshotKey, came: u64, now: u64) -> Plan {
        let version = match self.kept.get(key) {
            Some((snapshot, span)) if snapshot.is_final || span.serves(came, now) => {
                return Plan::Serve(snapshot.clone());
            }
            Some((snapshot, _)) => Some(snapshot.version),
            None => None,
        };
        let mark = self.mark(key);
        if let Some((miss, span)) = mark.miss
            && span.serves(came, now)
        {
            return Plan::Refuse(miss);
        }
        if mark.reading.is_some_and(|began| now < began.saturating_add(READ_PATIENCE)) {
            return Plan::Wait;
        }
        mark.reading = Some(now);
        Plan::Read(version)
    }

    fn mark(&mut self, key: &SnapshotKey) -> &mut Mark {
        self.marks.get_or_insert_mut(key.clone(), Mark::default)
    }

    /// The read that began at `began` is over, however it ended.
    fn end_read(&mut self, key: &SnapshotKey, began: u64) {
        if let Some(mark) = self.marks.peek_mut(key)
            && mark.reading == Some(began)
        {
            mark.reading = None;
            if mark.miss.is_none() {
                self.marks.pop(key);
            }
        }
    }

    fn miss(&mut self, key: &SnapshotKey, miss: Miss, span: Span) {
        if let Some(mark) = self.marks.peek_mut(key)
            && !mark.overtook(span)
        {
            mark.miss = Some((miss, span));
        }
    }

    fn outdate(&mut self, key: &SnapshotKey, now: u64) {
        if let Some((_, span)) = self.kept.peek_mut(key) {
            *span = Span::OVER;
        }
        // A read that took too long may be under way without a mark.
        *self.mark(key) = Mark { moved: Some(now), ..Mark::default() };
    }

    /// What a read of that span tells who comes later: nothing, where the job has moved meanwhile.
    fn still_tells(&self, key: &SnapshotKey, span: Span) -> Span {
        if self.marks.peek(key).is_some_and(|mark| mark.overtook(span)) { Span::OVER } else { span }
    }

    fn confirm(&mut self, key: &SnapshotKey, version: u64, span: Span) -> Option<Snapshot> {
        let span = self.still_tells(key, span);
        let (snapshot, kept) = self.kept.peek_mut(key).filter(|(snapshot, _)| snapshot.version == version)?;
        *kept = span;
        Some(snapshot.clone())
    }

    /// Keeps a snapshot unless a newer one is there: reads may come back in another order than they were sent.
    fn keep(&mut self, key: SnapshotKey, snapshot: Snapshot, span: Span) {
        if self.kept.peek(&key).is_some_and(|(kept, _)| kept.version > snapshot.version) {
            return;
        }
        let span = self.still_tells(&key, span);
        if let Some(mark) = self.marks.peek_mut(&key) {
            mark.miss = None;
        }
        self.bytes = self.bytes.saturating_add(weight(&key, &snapshot));
        if let Some((old, _)) = self.kept.put(key.clone(), (snapshot, span)) {
            self.bytes = self.bytes.saturating_sub(weight(&key, &old));
        }
        while self.bytes > SNAPSHOT_BYTES {
            let Some((key, (old, _))) = self.kept.pop_lru() else { break };
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

    fn snapshot(version: u64, is_final: bool, body: &str) -> Snapshot {
        Snapshot { version, is_final, created_at: 0, body: body.into() }
    }

    fn span(began: u64, arrived: u64) -> Span {
        Span { began, arrived }
    }

    /// What somebody gets who comes this moment.
    fn served(snapshots: &mut Snapshots, key: &SnapshotKey, now: u64) -> Option<u64> {
        match snapshots.plan(key, now, now) {
            Plan::Serve(snapshot) => Some(snapshot.version),
            _ => None,
        }
    }

    #[test]
    fn a_running_job_serves_for_half_a_second_from_its_arrival_and_a_final_one_for_good() {
        let mut snapshots = Snapshots::new();
        snapshots.keep(key("acme", 1), snapshot(1, false, ""), span(1_000, 3_000));
        snapshots.keep(key("acme", 2), snapshot(1, true, ""), span(1_000, 3_000));
        assert_eq!(served(&mut snapshots, &key("acme", 1), 3_499), Some(1));
        assert_eq!(served(&mut snapshots, &key("acme", 1), 3_500), None);
        assert_eq!(served(&mut snapshots, &key("acme", 2), u64::MAX), Some(1));
    }

    #[test]
    fn whoever_waited_takes_any_snapshot_whose_read_began_after_they_came() {
        let mut snapshots = Snapshots::new();
        let key = key("acme", 1);
        snapshots.keep(key.clone(), snapshot(1, false, ""), span(1_000, 11_000));
        assert!(matches!(snapshots.plan(&key, 1_000, 20_000), Plan::Serve(_)));
        assert!(matches!(snapshots.plan(&key, 1_001, 20_000), Plan::Read(Some(1))));
    }

    #[test]
    fn one_reads_and_the_others_wait_until_it_is_back_or_lost() {
        let mut snapshots = Snapshots::new();
        let key = key("acme", 1);
        assert!(matches!(snapshots.plan(&key, 0, 0), Plan::Read(None)));
        assert!(matches!(snapshots.plan(&key, 0, 999), Plan::Wait));
        assert!(matches!(snapshots.plan(&key, 0, 1_000), Plan::Read(None)), "that one is marked as well");
        snapshots.end_read(&key, 0);
        assert!(matches!(snapshots.plan(&key, 0, 1_001), Plan::Wait), "the first read's end is not the second's");
        snapshots.end_read(&key, 1_000);
        assert!(matches!(snapshots.plan(&key, 0, 1_002), Plan::Read(None)));
    }

    #[test]
    fn a_read_that_brings_nothing_answers_those_who_waited_for_it_too() {
        for miss in [Miss::NoSuchJob, Miss::Unavailable] {
            let mut snapshots = Snapshots::new();
            let key = key("acme", 1);
            assert!(matches!(snapshots.plan(&key, 0, 0), Plan::Read(None)));
            snapshots.miss(&key, miss, span(0, 2_000));
            snapshots.end_read(&key, 0);
            assert!(matches!(snapshots.plan(&key, 0, 9_000), Plan::Refuse(found) if found == miss));
            assert!(matches!(snapshots.plan(&key, 2_499, 2_499), Plan::Refuse(_)), "it is fresh");
            assert!(matches!(snapshots.plan(&key, 2_500, 2_500), Plan::Read(None)));
            snapshots.keep(key.clone(), snapshot(1, false, ""), span(2_500, 2_510));
            assert_eq!(served(&mut snapshots, &key, 2_511), Some(1), "what is found replaces what was missed");
        }
    }

    #[test]
    fn at_any_latency_five_hundred_watchers_begin_at_most_two_reads_a_second() {
        for latency in [1, 100, 499, 500, 999, 1_000, 2_000, 10_000] {
            let (mut snapshots, key) = (Snapshots::new(), key("acme", 1));
            let mut came = [0; 500];
            let mut under_way: Vec<u64> = Vec::new();
            let mut reads = 0_u32;
            const SECONDS: u64 = 60;
            for now in (0..SECONDS * 1_000).step_by(4) {
                under_way.retain(|began| {
                    let back = now >= began + latency;
                    if back {
                        snapshots.keep(key.clone(), snapshot(1, false, ""), span(*began, now));
                        snapshots.end_read(&key, *began);
                    }
                    !back
                });
                for came in &mut came {
                    match snapshots.plan(&key, *came, now) {
                        Plan::Serve(_) => *came = now,
                        Plan::Wait => {}
                        Plan::Read(_) => {
                            reads += 1;
                            under_way.push(now);
                        }
                        Plan::Refuse(_) => panic!("there is such a job"),
                    }
                }
            }
            assert!(f64::from(reads) / SECONDS as f64 <= 2.0, "{reads} reads at {latency} ms");
        }
    }

    #[test]
    fn what_has_moved_is_read_again_and_what_is_final_is_not() {
        let mut snapshots = Snapshots::new();
        for (id, is_final) in [(1, false), (2, true)] {
            snapshots.keep(key("acme", id), snapshot(1, is_final, ""), span(1_000, 1_000));
            snapshots.outdate(&key("acme", id), 1_000);
        }
        assert!(matches!(snapshots.plan(&key("acme", 1), 1_001, 1_001), Plan::Read(Some(1))));
        assert_eq!(served(&mut snapshots, &key("acme", 2), 1_001), Some(1));
        snapshots.outdate(&key("acme", 3), 1_000);
    }

    #[test]
    fn a_read_that_a_move_overtook_serves_nobody_who_comes_later() {
        let mut snapshots = Snapshots::new();
        let key = key("acme", 1);
        assert!(matches!(snapshots.plan(&key, 1_000, 1_000), Plan::Read(None)));
        snapshots.outdate(&key, 1_100);
        assert!(matches!(snapshots.plan(&key, 1_101, 1_101), Plan::Read(None)), "nor is it waited for");
        snapshots.keep(key.clone(), snapshot(1, false, "before"), span(1_000, 1_102));
        snapshots.miss(&key, Miss::Unavailable, span(1_000, 1_102));
        snapshots.end_read(&key, 1_000);
        assert!(matches!(snapshots.plan(&key, 1_103, 1_103), Plan::Wait), "the other is still under way");
        assert!(snapshots.confirm(&key, 1, span(1_000, 1_104)).is_some(), "whoever read it may have it");
        assert!(matches!(snapshots.plan(&key, 1_105, 1_105), Plan::Wait));
        snapshots.keep(key.clone(), snapshot(2, false, "behind"), span(1_101, 1_106));
        snapshots.end_read(&key, 1_101);
        assert_eq!(served(&mut snapshots, &key, 1_107), Some(2));
    }

    #[test]
    fn a_read_that_nobody_waits_for_any_more_is_overtaken_too() {
        let mut snapshots = Snapshots::new();
        let key = key("acme", 1);
        assert!(matches!(snapshots.plan(&key, 0, 0), Plan::Read(None)));
        assert!(matches!(snapshots.plan(&key, READ_PATIENCE, READ_PATIENCE), Plan::Read(None)));
        snapshots.keep(key.clone(), snapshot(1, false, ""), span(READ_PATIENCE, 1_100));
        snapshots.end_read(&key, READ_PATIENCE);
        snapshots.outdate(&key, 1_200);
        snapshots.keep(key.clone(), snapshot(1, false, ""), span(0, 1_300));
        snapshots.end_read(&key, 0);
        assert_eq!(served(&mut snapshots, &key, 1_301), None);
    }

    #[test]
    fn a_version_that_still_stands_makes_its_snapshot_fresh_again() {
        let mut snapshots = Snapshots::new();
        let key = key("acme", 1);
        snapshots.keep(key.clone(), snapshot(7, false, "body"), span(0, 0));
        assert!(snapshots.confirm(&key, 6, span(1_000, 1_000)).is_none());
        assert_eq!(snapshots.confirm(&key, 7, span(1_000, 1_000)).map(|it| it.body), Some("body".into()));
        assert_eq!(served(&mut snapshots, &key, 1_499), Some(7));
    }

    #[test]
    fn another_account_is_never_served_the_job() {
        let mut snapshots = Snapshots::new();
        snapshots.keep(key("acme", 1), snapshot(1, true, ""), span(0, 0));
        assert_eq!(served(&mut snapshots, &key("evil", 1), 0), None);
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let mut snapshots = Snapshots::new();
        let key = key("acme", 1);
        snapshots.keep(key.clone(), snapshot(2, false, "newer"), span(10, 10));
        snapshots.keep(key.clone(), snapshot(1, false, "older"), span(5, 20));
        assert_eq!(served(&mut snapshots, &key, 11), Some(2));
    }

    #[test]
    fn the_least_lately_used_go_first_and_the_bytes_stay_bounded() {
        let mut snapshots = Snapshots::new();
        let megabyte = "x".repeat(1 << 20);
        snapshots.keep(key("acme", 0), snapshot(1, true, &megabyte), span(0, 0));
        for id in 1..100 {
            assert_eq!(served(&mut snapshots, &key("acme", 0), 0), Some(1), "what is asked for stays");
            snapshots.keep(key("acme", id), snapshot(1, true, &megabyte), span(0, 0));
            assert!(snapshots.bytes <= SNAPSHOT_BYTES);
        }
        assert_eq!(served(&mut snapshots, &key("acme", 1), 0), None);
        assert_eq!(served(&mut snapshots, &key("acme", 99), 0), Some(1));
        snapshots.keep(key("acme", 100), snapshot(1, true, &"x".repeat(SNAPSHOT_BYTES)), span(0, 0));
        assert_eq!((snapshots.bytes, snapshots.kept.len()), (0, 0), "what is larger than all is not kept");
    }
}
