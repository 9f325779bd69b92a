//! How a batch gets in: the job, its items and its idempotency key, all of it or nothing.

use super::{items, number, prepare, returned, transaction};
use crate::error::ApiError;
use contract::{JobId, KeyRecord, MemoryInput};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use worker::Env;

/// The most batches of one account that may be running at once.
const RUNNING_BATCHES: u64 = 3;

/// For how long an idempotency key is remembered, in milliseconds: 24 hours.
const IDEMPOTENCY_TTL: u64 = 24 * 60 * 60 * 1_000;

/// One batch that asks to be let in.
pub struct Import<'a> {
    pub id: JobId,
    pub key: &'a KeyRecord,
    pub items: &'a [MemoryInput<'a>],
    /// The client's key and the hash of the body.
    pub idempotency: Option<(&'a str, &'a str)>,
    /// In milliseconds since 1970 UTC.
    pub now: u64,
}

/// Whether the batch was let in.
pub enum Verdict {
    Accepted,
    /// The same key and body came before, and made this job.
    Replayed(JobId),
    /// The same key came before with another body.
    Conflict,
    TooManyBatches,
    QuotaExceeded {
        used: u64,
        resets_at: String,
    },
}

/// What the transaction found, whether it let the batch in or not.
#[derive(Deserialize)]
struct Acceptance {
    accepted: u8,
    running: u64,
    used: u64,
    resets_at: String,
    body_hash: Option<String>,
    job_id: Option<JobId>,
}

const INSERT_JOB: &str = "\
INSERT INTO batch_jobs (account_id, id, status, received, created_at, monthly_writes, agents, moved_at) \
SELECT ?1, ?2, 'pending', ?3, ?4, ?5, ?6, ?4 \
WHERE NOT EXISTS (SELECT 1 FROM idempotency WHERE account_id = ?1 AND key = ?7 AND expires_at > ?4) \
  AND (SELECT COUNT(*) FROM batch_jobs WHERE account_id = ?1 AND status IN ('pending', 'processing')) < ?8 \
  AND ?5 > COALESCE((SELECT writes FROM usage \
    WHERE account_id = ?1 AND month = strftime('%Y-%m', ?4 / 1000, 'unixepoch')), 0)";

const INSERT_IDEMPOTENCY: &str = "\
INSERT INTO idempotency (account_id, key, body_hash, job_id, expires_at) SELECT ?1, ?3, ?4, ?2, ?5 \
WHERE EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1 AND id = ?2) \
ON CONFLICT DO UPDATE SET body_hash = excluded.body_hash, job_id = excluded.job_id, expires_at = excluded.expires_at";

const ACCEPTANCE: &str = "\
SELECT json_object('accepted', EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1 AND id = ?2), \
  'running', (SELECT COUNT(*) FROM batch_jobs WHERE account_id = ?1 AND status IN ('pending', 'processing')), \
  'used', COALESCE((SELECT writes FROM usage \
    WHERE account_id = ?1 AND month = strftime('%Y-%m', ?4 / 1000, 'unixepoch')), 0), \
  'resets_at', date(?4 / 1000, 'unixepoch', 'start of month', '+1 month'), \
  'body_hash', i.body_hash, 'job_id', i.job_id) AS json \
FROM (SELECT 1) LEFT JOIN idempotency i ON i.account_id = ?1 AND i.key = ?3 AND i.expires_at > ?4";

/// Lets the batch in, all of it or nothing.
pub async fn accept(env: &Env, import: &Import<'_>) -> Result<Verdict, ApiError> {
    let (account, id) = (JsValue::from(&import.key.account), JsValue::from(import.id.hex()));
    let now = number(import.now);
    let idempotency_key = import.idempotency.map_or(JsValue::NULL, |(key, _)| key.into());
    let job = [
        account.clone(),
        id.clone(),
        number(import.items.len() as u64),
        now.clone(),
        number(import.key.monthly_writes()),
        number(import.key.agents()),
        idempotency_key.clone(),
        number(RUNNING_BATCHES),
    ];
    let mut statements = vec![prepare(env, INSERT_JOB, &job)?];
    statements.extend(items::insert(env, &import.key.account, import.id, import.items, true)?);
    if let Some((key, body_hash)) = import.idempotency {
        let expires_at = number(import.now.saturating_add(IDEMPOTENCY_TTL));
        let values = [account.clone(), id.clone(), key.into(), body_hash.into(), expires_at];
        statements.push(prepare(env, INSERT_IDEMPOTENCY, &values)?);
    }
    let last = statements.len();
    statements.push(prepare(env, ACCEPTANCE, &[account, id, idempotency_key, now])?);
    let results = transaction(env, statements).await?;
    let acceptance = returned::<Acceptance>(&results, last)?.pop();
    Ok(verdict(acceptance.ok_or_else(|| ApiError::Internal("no acceptance".to_owned()))?, import))
}

fn verdict(found: Acceptance, import: &Import<'_>) -> Verdict {
    if found.accepted == 1 {
        return Verdict::Accepted;
    }
    if let Some(job) = found.job_id {
        let same = import.idempotency.map(|(_, hash)| hash) == found.body_hash.as_deref();
        return if same { Verdict::Replayed(job) } else { Verdict::Conflict };
    }
    if found.running >= RUNNING_BATCHES {
        return Verdict::TooManyBatches;
    }
    Verdict::QuotaExceeded { used: found.used, resets_at: found.resets_at }
}
