//! How a job moves on and how it ends.
//!
//! Every step is one transaction that starts from what the tables say, so that doing it twice, or again after it broke
//! off, or beside another job of the account, comes to the same.

use super::{items, landing::land, number, prepare, returned, transaction};
use crate::error::ApiError;
use contract::{JobId, JobStatus, reason};
use worker::Env;

/// The most jobs that one sweep sets going again: as many messages as a queue takes at once.
const SWEPT_JOBS: u64 = 100;

const RECORD_ERRORS: &str = "\
INSERT INTO batch_errors (account_id, job_id, item_index, error) SELECT account_id, job_id, item_index, outcome \
FROM batch_items WHERE account_id = ?1 AND job_id = ?2 AND outcome <> ''";

const MOVE_ON: &str = "\
UPDATE batch_jobs SET imported = imported + done.landed, failed = failed + done.items - done.landed, \
  status = iif(imported + failed + done.items < received, 'processing', 'completed'), \
  finished_at = iif(imported + failed + done.items < received, NULL, CAST(?3 AS INTEGER)), \
  started_at = COALESCE(started_at, ?3), moved_at = ?3, version = version + 1 \
FROM (SELECT COUNT(*) AS items, COALESCE(SUM(outcome = ''), 0) AS landed FROM batch_items \
  WHERE account_id = ?1 AND job_id = ?2 AND outcome IS NOT NULL) AS done \
WHERE account_id = ?1 AND id = ?2 AND done.items > 0 RETURNING json_quote(status) AS json";

const REMOVE_DONE: &str = "DELETE FROM batch_items WHERE account_id = ?1 AND job_id = ?2 AND outcome IS NOT NULL";

/// Imports the next `size` items of the job. Returns whether there are more.
pub async fn chunk(env: &Env, account: &str, id: JobId, size: u32, now: u64) -> Result<bool, ApiError> {
    let job = [account.into(), id.hex().into()];
    let mut statements = land(env, account, id, size, now, None)?;
    statements.push(prepare(env, RECORD_ERRORS, &job)?);
    let moved_on = statements.len();
    statements.push(prepare(env, MOVE_ON, &[account.into(), id.hex().into(), number(now)])?);
    statements.push(prepare(env, REMOVE_DONE, &job)?);
    let results = transaction(env, statements).await?;
    // No row: nothing was left, since another delivery of the message did it all.
    let status = returned::<JobStatus>(&results, moved_on)?.pop();
    Ok(status.is_some_and(|status| !status.is_final()))
}

const GIVE_UP_ITEMS: &str = "\
INSERT INTO batch_errors (account_id, job_id, item_index, error) SELECT account_id, job_id, item_index, ?3 \
FROM batch_items WHERE account_id = ?1 AND job_id = ?2";

const GIVE_UP_JOB: &str = "\
UPDATE batch_jobs SET failed = received - imported, status = 'failed', started_at = COALESCE(started_at, ?3), \
  finished_at = ?3, moved_at = ?3, version = version + 1 \
WHERE account_id = ?1 AND id = ?2 AND status IN ('pending', 'processing')";

/// Ends a job that cannot go on: `failed`, with a reason for each item that is left.
pub async fn abandon(env: &Env, account: &str, id: JobId, now: u64) -> Result<(), ApiError> {
    let statements = vec![
        prepare(env, GIVE_UP_ITEMS, &[account.into(), id.hex().into(), reason::STOPPED.into()])?,
        prepare(env, GIVE_UP_JOB, &[account.into(), id.hex().into(), number(now)])?,
        prepare(env, items::REMOVE, &[account.into(), id.hex().into()])?,
    ];
    transaction(env, statements).await.map(drop)
}

const FORGET_IDEMPOTENCY: &str = "DELETE FROM idempotency WHERE expires_at <= ?1";

const STALLED: &str = "\
UPDATE batch_jobs SET moved_at = ?1 WHERE (account_id, id) IN (SELECT account_id, id FROM batch_jobs \
  WHERE status IN ('pending', 'processing') AND moved_at <= ?1 - ?2 LIMIT CAST(?3 AS INTEGER)) \
RETURNING json_array(account_id, id) AS json";

/// Clears what has expired and returns the jobs that have not moved for `patience` milliseconds, of all accounts.
pub async fn sweep(env: &Env, now: u64, patience: u64) -> Result<Vec<(String, JobId)>, ApiError> {
    let statements = vec![
        prepare(env, FORGET_IDEMPOTENCY, &[number(now)])?,
        prepare(env, STALLED, &[number(now), number(patience), number(SWEPT_JOBS)])?,
    ];
    returned(&transaction(env, statements).await?, 1)
}
