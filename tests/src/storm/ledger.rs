//! What all clients have seen, and what of it should not have been.

use crate::Answer;
use contract::{BatchStatus, JobId};
use serde_json::Value;
use std::{
    collections::HashMap,
    fmt::Display,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// What was counted.
#[derive(Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// As many as there are.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is told at the end.
#[derive(Default)]
pub struct Counts {
    /// Answers of any kind.
    pub answers: Count,
    /// 503s among them.
    pub unavailable: Count,
    /// Requests that got no answer because there was no server.
    pub unanswered: Count,
    /// Requests for what another account has that were answered as if it did not exist.
    pub foreign: Count,
    /// Batches that were sent again, and were the same job.
    pub replayed: Count,
    /// Jobs that their sender cancelled.
    pub cancelled: Count,
    /// Jobs of what had failed in another.
    pub retried: Count,
    /// Answers that were waited for.
    pub waited: Count,
    /// Answers to revoked keys.
    pub refused: Count,
}

/// What all clients share.
#[derive(Default)]
pub struct Ledger {
    /// What is told at the end.
    pub counts: Counts,
    /// Jobs by account and idempotency key, with what they hold.
    imports: Mutex<HashMap<(usize, String), (JobId, u32)>>,
    /// How each job ended.
    finals: Mutex<HashMap<JobId, BatchStatus>>,
    wrong: Mutex<Vec<String>>,
}

impl Ledger {
    /// Something that must not be.
    pub fn wrong(&self, what: impl Display) {
        self.wrong.lock().unwrap().push(what.to_string());
    }

    /// All that must not have been.
    pub fn all_wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }

    /// A batch was let in; sent again under its key it must be the same job.
    pub fn imported(&self, account: usize, key: &str, id: JobId, received: u32) {
        let known = self.imports.lock().unwrap().insert((account, key.to_owned()), (id, received));
        match known {
            Some((known, _)) if known != id => self.wrong(format!("{key} is {known} and {id}: doubled")),
            Some(_) => self.counts.replayed.up(),
            None => {}
        }
    }

    /// The account's jobs, with what they hold.
    pub fn jobs(&self, account: usize) -> Vec<(JobId, u32)> {
        let imports = self.imports.lock().unwrap();
        imports.iter().filter(|((of, _), _)| *of == account).map(|(_, job)| *job).collect()
    }

    /// A job has ended: it ends once.
    pub fn ended(&self, status: &BatchStatus) {
        let mut finals = self.finals.lock().unwrap();
        let known = finals.entry(status.id).or_insert_with(|| status.clone());
        if known != status {
            self.wrong(format!("a final job changed: {known:?} {status:?}"));
        }
    }

    /// Asserts that an answer is one of the contract's, whatever is going on.
    pub fn judge(&self, request: &str, answer: &Answer) {
        self.counts.answers.up();
        if let Err(problem) = judge(answer) {
            self.wrong(format!("{request}: {problem}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
        }
        if answer.status == 503 {
            self.counts.unavailable.up();
        }
    }
}

fn judge(answer: &Answer) -> Result<(), &'static str> {
    let header = |name: &str| answer.header(name).unwrap_or_default();
    if header("X-Request-Id").len() != 24 {
        return Err("no request id");
    }
    if header("Cache-Control") != "private, no-cache" {
        return Err("it may be kept");
    }
    let codes: &[&str] = match answer.status {
        200 | 201 | 202 | 204 => return Ok(()),
        304 => return if answer.body.is_empty() { Ok(()) } else { Err("a 304 with a body") },
        401 => &["invalid_key"],
        404 => &["not_found"],
        409 => &["nothing_to_retry", "job_not_final"],
        429 => &["too_many_batches"],
        503 => &["unavailable"],
        _ => return Err("no answer of the contract"),
    };
    let body: Value = serde_json::from_slice(&answer.body).map_err(|_| "an error without JSON")?;
    let fields = body.as_object().map(|body| body.keys().map(String::as_str).collect::<Vec<_>>());
    if fields.as_deref() != Some(&["code", "message"]) || !codes.iter().any(|code| body["code"] == *code) {
        return Err("another error than the contract's");
    }
    if answer.status == 503 && header("Retry-After").parse::<u32>().is_ok_and(|wait| wait > 0) {
        return Ok(());
    }
    if answer.status == 503 { Err("when to come again is not said") } else { Ok(()) }
}
