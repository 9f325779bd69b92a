//! Jobs as they are read.

use super::{from_json, number, prepare, texts};
use crate::{error::ApiError, job_list::Cursor};
use contract::{JobId, JobStatus};
use serde_json::value::RawValue;
use wasm_bindgen::JsValue;
use worker::Env;

/// A job's row, without its errors. Times are milliseconds since 1970 UTC.
pub struct JobRow {
    pub status: JobStatus,
    pub received: u32,
    pub imported: u32,
    pub failed: u32,
    pub version: u64,
    pub created_at: u64,
}

/// The job's row, then its errors as JSON arrays of 256 indexes each: one value of D1 holds at most 2,000,000 bytes, and
/// a row for each error would make 50,000 crossings. The errors are left out where the caller has the version already.
const JOB: &str = "\
SELECT json_array(status, received, imported, failed, version, created_at), -1 AS part \
FROM batch_jobs WHERE account_id = ?1 AND id = ?2 \
UNION ALL \
SELECT json_group_array(json_object('index', item_index, 'error', error) ORDER BY item_index), item_index / 256 AS part \
FROM batch_errors WHERE account_id = ?1 AND job_id = ?2 \
  AND ?3 IS NOT (SELECT version FROM batch_jobs WHERE account_id = ?1 AND id = ?2) \
GROUP BY 2 ORDER BY part";

/// One job of the account: its row, and its errors as JSON arrays in order, unless its version is `known`.
pub async fn job(
    env: &Env,
    account: &str,
    id: JobId,
    known: Option<u64>,
) -> Result<Option<(JobRow, Vec<String>)>, ApiError> {
    let known = known.map_or(JsValue::NULL, number);
    let statement = prepare(env, JOB, &[account.into(), id.hex().into(), known])?;
    let mut texts = texts(statement).await?.into_iter();
    let Some(row) = texts.next() else { return Ok(None) };
    let (status, received, imported, failed, version, created_at) = from_json(&row)?;
    Ok(Some((JobRow { status, received, imported, failed, version, created_at }, texts.collect())))
}

/// Each row is a [`contract::JobSummary`] behind its cursor. A page begins behind its cursor: older, or as old and with a lower id.
const JOBS: &str = "\
SELECT json_array(created_at, id, json_object('id', 'job_' || id, 'status', status, 'received', received, \
  'imported', imported, 'failed', failed, \
  'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
  'started_at', strftime('%Y-%m-%dT%H:%M:%fZ', started_at / 1000.0, 'unixepoch'), \
  'finished_at', strftime('%Y-%m-%dT%H:%M:%fZ', finished_at / 1000.0, 'unixepoch'))) \
FROM batch_jobs WHERE account_id = ?1 AND (?3 IS NULL OR (created_at, id) < (CAST(?3 AS INTEGER), ?4)) \
ORDER BY created_at DESC, id DESC LIMIT CAST(?2 AS INTEGER)";

/// At most `limit` jobs of the account behind `after`, newest first, each with the cursor that points at it.
pub async fn jobs(
    env: &Env,
    account: &str,
    limit: u32,
    after: Option<Cursor>,
) -> Result<Vec<(Cursor, Box<RawValue>)>, ApiError> {
    let (created_at, id) = match after {
        Some(cursor) => (number(cursor.created_at), cursor.id.hex().into()),
        None => (JsValue::NULL, JsValue::NULL),
    };
    let statement = prepare(env, JOBS, &[account.into(), limit.into(), created_at, id])?;
    let rows = texts(statement).await?;
    rows.iter()
        .map(|row| {
            let (created_at, id, job) = from_json(row)?;
            Ok((Cursor { created_at, id }, job))
        })
        .collect()
}
