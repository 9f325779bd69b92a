//! A job as it is read.

use super::{Texts, from_json, prepare, texts};
use crate::error::ApiError;
use contract::{JobId, JobStatus};
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

/// The job's row, then its errors as JSON arrays, an array for each 512 items: one value of D1 holds at most 2,000,000 bytes,
/// and a row for each error would make 50,000 crossings. They are found in the order of their key, since what is grouped or
/// sorted is billed once more. The errors are left out where the caller has the version already.
const JOB: &str = "\
WITH RECURSIVE part(n, last) AS ( \
  SELECT 0, (received - 1) / 512 FROM batch_jobs \
  WHERE account_id = ?1 AND id = ?2 AND failed > 0 AND ?3 IS NOT version \
  UNION ALL SELECT n + 1, last FROM part WHERE n < last) \
SELECT json_array(status, received, imported, failed, version, created_at) FROM batch_jobs \
WHERE account_id = ?1 AND id = ?2 \
UNION ALL \
SELECT (SELECT json_group_array(json_object('index', item_index, 'error', error)) FROM batch_errors \
  WHERE account_id = ?1 AND job_id = ?2 AND item_index >= n * 512 AND item_index < n * 512 + 512) FROM part";

/// One job of the account: its row, and its errors as JSON arrays in order, unless its version is `known`.
pub async fn job(env: &Env, account: &str, id: JobId, known: Option<u64>) -> Result<Option<(JobRow, Texts)>, ApiError> {
    let statement = prepare(JOB, &[account.into(), id.into(), known.into()]);
    let mut texts = texts(env, account, statement).await?;
    let Some(row) = texts.next() else { return Ok(None) };
    let (status, received, imported, failed, version, created_at) = from_json(&row)?;
    Ok(Some((JobRow { status, received, imported, failed, version, created_at }, texts)))
}
