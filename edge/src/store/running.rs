//! How a job moves on and how it ends.
//!
//! Every step is one transaction that starts from what the tables say, so that doing it twice, or again after it broke
//! off, or beside another job of the account, comes to the same.

use super::{
    Value,
    deliveries::{DeliveryKey, owe, owed},
    job_items::SENT,
    landing::land,
    one, prepare, returned, transaction, transaction_on,
};
use crate::error::ApiError;
use contract::{JobId, JobStatus, reason};
use worker::Env;

/// With what was sent, so that it can be looked at and sent again.
fn record_errors() -> String {
    format!(
        "INSERT INTO batch_errors (account_id, job_id, item_index, error, item) \
         SELECT account_id, job_id, item_index, outcome, {SENT} FROM batch_items \
         WHERE account_id = ?1 AND job_id = ?2 AND outcome <> ''"
    )
}

const MOVE_ON: &str = "\
UPDATE batch_jobs SET imported = imported + done.landed, failed = failed + done.items - done.landed, \
  status = iif(imported + failed + done.items < received, 'processing', 'completed'), \
  finished_at = iif(imported + failed + done.items < received, NULL, CAST(?3 AS INTEGER)), \
  started_at = COALESCE(started_at, ?3), moved_at = ?3, version = version + 1 \
FROM (SELECT COUNT(*) AS items, COALESCE(SUM(outcome = ''), 0) AS landed FROM batch_items \
  WHERE account_id = ?1 AND job_id = ?2 AND outcome IS NOT NULL) AS done \
WHERE account_id = ?1 AND id = ?2 AND done.items > 0 RETURNING json_array(version, status) AS json";

const REMOVE_DONE: &str = "DELETE FROM batch_items WHERE account_id = ?1 AND job_id = ?2 AND outcome IS NOT NULL";

/// How far a step brought a job.
pub struct Moved {
    pub version: u64,
    pub is_final: bool,
    /// Whom to tell of its end.
    pub owed: Vec<DeliveryKey>,
}

/// Imports the next `size` items of the job. `None` where nothing was left to do.
pub async fn chunk(env: &Env, account: &str, id: JobId, size: u32, now: u64) -> Result<Option<Moved>, ApiError> {
    let job = [account.into(), id.into()];
    let mut statements = land(account, id, size, now, None);
    statements.push(prepare(&record_errors(), &job));
    let moved_on = statements.len();
    statements.push(prepare(MOVE_ON, &[account.into(), id.into(), now.into()]));
    statements.push(prepare(REMOVE_DONE, &job));
    let to_tell = statements.len();
    statements.push(owe(account, id, now));
    let results = transaction(env, account, statements).await?;
    let Some((version, status)) = one::<(u64, JobStatus)>(&results, moved_on)? else { return Ok(None) };
    let owed = owed(&results, to_tell, account, id)?;
    Ok(Some(Moved { version, is_final: status.is_final(), owed }))
}

/// Where it is at the version ?4, or at any.
fn end_items() -> String {
    format!(
        "INSERT INTO batch_errors (account_id, job_id, item_index, error, item) \
         SELECT account_id, job_id, item_index, ?3, {SENT} FROM batch_items WHERE account_id = ?1 AND job_id = ?2 \
         AND EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1 AND id = ?2 AND version = COALESCE(?4, version))"
    )
}

const END_JOB: &str = "\
UPDATE batch_jobs SET failed = received - imported, status = 'failed', started_at = COALESCE(started_at, ?3), \
  finished_at = ?3, moved_at = ?3, version = version + 1 \
WHERE account_id = ?1 AND id = ?2 AND version = COALESCE(?4, version) AND status IN ('pending', 'processing') \
RETURNING json_array(version) AS json";

/// Behind the job itself: its items are gone only if it has ended.
const END_REST: &str = "\
DELETE FROM batch_items WHERE account_id = ?1 AND job_id = ?2 \
  AND EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1 AND id = ?2 AND status = 'failed')";

/// Ends a job that cannot go on and is still at `version`: `failed`, with a reason for each item that is left.
/// Returns whom to tell.
pub async fn abandon(
    env: &Env,
    account: &str,
    id: JobId,
    version: u64,
    now: u64,
) -> Result<Vec<DeliveryKey>, ApiError> {
    end(env, account, id, version.into(), reason::STOPPED, now).await.map(Option::unwrap_or_default)
}

/// Ends a job because its sender says so. What has landed stays. Returns whom to tell; `None` where there was no job to end.
pub async fn cancel(env: &Env, account: &str, id: JobId, now: u64) -> Result<Option<Vec<DeliveryKey>>, ApiError> {
    end(env, account, id, Value::Null, reason::CANCELLED, now).await
}

async fn end(
    env: &Env,
    account: &str,
    id: JobId,
    version: Value<'_>,
    reason: &str,
    now: u64,
) -> Result<Option<Vec<DeliveryKey>>, ApiError> {
    let (account_id, job): (Value, Value) = (account.into(), id.into());
    let statements = vec![
        prepare(&end_items(), &[account_id, job, reason.into(), version]),
        prepare(END_JOB, &[account_id, job, now.into(), version]),
        prepare(END_REST, &[account_id, job]),
        owe(account, id, now),
    ];
    let results = transaction(env, account, statements).await?;
    let ended = returned::<[u64; 1]>(&results, 1)?;
    if ended.is_empty() { Ok(None) } else { owed(&results, 3, account, id).map(Some) }
}

/// The longest waiting first, of all accounts alike that are here.
const STALLED: &str = "\
UPDATE batch_jobs SET moved_at = ?1 WHERE (account_id, id) IN (SELECT account_id, id FROM batch_jobs \
  WHERE status IN ('pending', 'processing') AND moved_at <= ?2 \
    AND NOT EXISTS (SELECT 1 FROM placements WHERE account_id = batch_jobs.account_id) ORDER BY moved_at LIMIT CAST(?3 AS INTEGER)) \
RETURNING json_array(account_id, id, version) AS json";

/// At most `limit` jobs in a database that have not moved since `since`, each with its version. They count as moved at `now`.
pub async fn stalled(
    env: &Env,
    database: u32,
    now: u64,
    since: u64,
    limit: u32,
) -> Result<Vec<(String, JobId, u64)>, ApiError> {
    let statement = prepare(STALLED, &[now.into(), since.into(), limit.into()]);
    returned(&transaction_on(env, database, &[statement]).await?, 0)
}
