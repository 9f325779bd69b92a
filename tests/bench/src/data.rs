//! What the contenders are asked, and what they must answer. `bench/data.sql` says the same to the database.

use crate::check::Answer;
use anyhow::{Result, anyhow};
use contract::{ApiKey, BatchStatus, ItemError, JobId, JobStatus, KeyRecord, Scope, Tier, path};
use keys::entry::Entry;
use std::ops::Range;
use uuid::Uuid;

/// Running jobs, and as many finished ones.
const JOBS: u32 = 1_000;
/// Running jobs that clients ask for again and again, with what they have.
const WATCHED: u32 = 64;
const ACCOUNTS: u32 = 50;
const UNKNOWN_KEYS: u32 = 100;
/// Accounts that have no job yet, for the imports.
pub const IMPORTERS: u32 = 16;

/// One request, and the answer that it must get.
#[derive(Clone)]
pub struct Target {
    pub path: String,
    pub key: String,
    /// The value of `If-None-Match`.
    pub known: Option<String>,
    pub answer: Expected,
    /// How often it is asked for, in relation to the others.
    pub share: usize,
}

/// What must come back.
#[derive(Clone)]
pub enum Expected {
    /// 200 with this body, exactly.
    Job(String),
    /// 304 with this `ETag`.
    Unchanged(String),
    /// 401 `invalid_key`.
    UnknownKey,
}

impl Expected {
    /// The status, and by what the answer is known: its body or, where there is none, its `ETag`. The body of a refusal is
    /// for the contender to word, as in `refusal`.
    pub fn proof<'a>(&'a self, refusal: &'a Answer) -> (u16, &'a str) {
        match self {
            Self::Job(body) => (200, body),
            Self::Unchanged(etag) => (304, etag),
            Self::UnknownKey => (401, &refusal.body),
        }
    }
}

/// Running jobs of all accounts.
pub fn running(numbers: Range<u32>) -> Vec<Target> {
    numbers.map(|n| poll(n, 0x1_0000 + n, JobStatus::Processing, 480, 300 + n % 100, few_errors())).collect()
}

/// All running jobs.
pub fn all_running() -> Vec<Target> {
    running(0..JOBS)
}

/// Some running jobs of many accounts, with the entity tag that they have.
pub fn unchanged() -> Vec<Target> {
    let tagged = (0..WATCHED).zip(running(0..WATCHED)).map(|(n, target)| {
        let etag = format!("\"{}\"", n + 2);
        Target { known: Some(etag.clone()), answer: Expected::Unchanged(etag), ..target }
    });
    tagged.collect()
}

/// All finished jobs.
pub fn finished() -> Vec<Target> {
    (0..JOBS).map(|n| poll(n, 0x2_0000 + n, JobStatus::Completed, 480, 478, few_errors())).collect()
}

/// The job of which `count` items failed, and none did not.
pub fn failures(count: u32) -> Vec<Target> {
    let error =
        |index| ItemError { index, error: format!("monthly write quota reached (25000) (row {index} of the export)") };
    vec![poll(0, count, JobStatus::Completed, count, 0, (0..count).map(error).collect())]
}

/// Keys in the right form that nobody holds.
pub fn unknown_keys() -> Vec<Target> {
    let target = |n| Target {
        key: format!("kor_self_bench_unknown_{n}"),
        answer: Expected::UnknownKey,
        ..running(n..n + 1).remove(0)
    };
    (0..UNKNOWN_KEYS).map(target).collect()
}

/// The key of an account that imports.
pub fn importer(n: u32) -> String {
    format!("kor_self_bench_import_{n}")
}

/// The keys of all accounts, as KV keeps them.
pub fn entries() -> Result<Vec<Entry>> {
    let polling = (0..ACCOUNTS).map(|n| (key(n), account(n), Tier::Team));
    let importing = (0..IMPORTERS).map(|n| (importer(n), format!("import-{n}"), Tier::Scale));
    polling.chain(importing).map(|(key, account, tier)| entry(&key, account, tier)).collect()
}

fn entry(key: &str, account: String, tier: Tier) -> Result<Entry> {
    let record = KeyRecord {
        account,
        tier,
        scopes: Scope::ALL.to_vec(),
        created_at: 1_793_491_200_000,
        expires_at: None,
        monthly_writes: None,
        agents: None,
    };
    let key = ApiKey::parse(key).map_err(|_| anyhow!("the benchmark's keys do not have the form of one"))?;
    Ok(Entry::new(key, record)?)
}

fn poll(n: u32, id: u32, status: JobStatus, received: u32, imported: u32, errors: Vec<ItemError>) -> Target {
    let id = JobId::new(Uuid::from_u128(id.into()));
    let failed = errors.len() as u32;
    let status = BatchStatus { id, status, received, imported, failed, errors };
    let body = serde_json::to_string(&status).expect("a struct of plain strings and numbers has a JSON form");
    Target { path: path::batch_status(id), key: key(n), known: None, answer: Expected::Job(body), share: 1 }
}

fn few_errors() -> Vec<ItemError> {
    [7, 11].map(|index| ItemError { index, error: "content must not be empty".to_owned() }).to_vec()
}

fn key(n: u32) -> String {
    format!("kor_self_bench_{}", account(n))
}

fn account(n: u32) -> String {
    format!("bench-{}", n % ACCOUNTS)
}
