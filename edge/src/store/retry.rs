//! A new batch of what failed in an earlier one.

use super::{
    admission::{Refusal, Request},
    batches::insert_job,
    one, transaction,
};
use crate::error::ApiError;
use contract::{Batch, JobId, reason};
use worker::Env;

/// What may succeed now though nothing is changed, or, where ?4 is a JSON array of indexes, any of those. What another retry
/// took is gone, and so is what failed before bodies were kept.
macro_rules! taken {
    () => {
        "account_id = ?1 AND job_id = ?3 AND retried_by IS NULL AND item IS NOT NULL \
         AND (item_index IN (SELECT value FROM json_each(?4)) \
           OR (?4 IS NULL AND (error LIKE ?5 OR error LIKE ?6 OR error IN (?7, ?8)))) \
         AND EXISTS (SELECT 1 FROM admissions WHERE account_id = ?1 AND id = ?2) \
         AND EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1 AND id = ?3 AND status IN ('completed', 'failed'))"
    };
}

const COPY: &str = concat!(
    "INSERT INTO batch_items \
       (account_id, job_id, item_index, agent_id, user_id, run_id, kind, timestamp, metadata, content) \
     SELECT ?1, ?2, ROW_NUMBER() OVER (ORDER BY item_index) - 1, item ->> 'agent_id', item ->> 'user_id', item ->> 'run_id', \
       item ->> 'kind', item ->> 'timestamp', NULLIF(item -> 'metadata', 'null'), \
       NULLIF(item ->> 'content', '') \
     FROM batch_errors WHERE ",
    taken!(),
    " ORDER BY item_index LIMIT 500"
);

/// Marks what was copied: it is as many rows, in the same order.
const TAKE: &str = concat!(
    "UPDATE batch_errors SET retried_by = ?2 WHERE (account_id, job_id, item_index) IN \
       (SELECT account_id, job_id, item_index FROM batch_errors WHERE ",
    taken!(),
    " ORDER BY item_index LIMIT 500)"
);

/// The new job is called as the old one, and its items stand where they stood in their file.
const INHERIT: &str = "\
UPDATE batch_jobs SET (label, group_id, lines) = (SELECT label, group_id, IIF(lines IS NULL, NULL, \
    (SELECT json_group_array(json_extract(old.lines, '$[' || item_index || ']') ORDER BY item_index) FROM batch_errors \
      WHERE account_id = ?1 AND job_id = ?3 AND retried_by = ?2)) \
  FROM batch_jobs AS old WHERE account_id = ?1 AND id = ?3) \
WHERE account_id = ?1 AND id = ?2";

/// What became of a retry.
pub enum Retried {
    /// The new job holds so many items.
    Job(u32),
    Refused(Refusal),
    /// The account has no such job.
    NoSuchJob,
    /// It is not final.
    Running,
    /// None of its items may be taken.
    Nothing,
}

const OUTCOME: &str = "\
SELECT json_array((SELECT status IN ('completed', 'failed') FROM batch_jobs WHERE account_id = ?1 AND id = ?3), \
  (SELECT COUNT(*) FROM batch_items WHERE account_id = ?1 AND job_id = ?2)) AS json";

/// Makes the job that `request` names of items that failed in the job `of`, all of it or nothing. `indexes` is a JSON array of
/// those that are meant, if some are.
pub async fn retry(env: &Env, request: &Request<'_>, of: JobId, indexes: Option<&str>) -> Result<Retried, ApiError> {
    let [writes, agents] = [reason::MONTHLY_WRITES, reason::AGENTS].map(|reason| reason::naming(reason, "%"));
    let values = [
        of.into(),
        indexes.into(),
        (&writes).into(),
        (&agents).into(),
        reason::STOPPED.into(),
        reason::CANCELLED.into(),
    ];
    let mut statements = vec![
        request.admit(),
        request.prepare(COPY, &values),
        request.prepare(TAKE, &values),
        insert_job(request, &Batch::default())?,
        request.prepare(INHERIT, &[of.into()]),
        request.find(),
        request.prepare(OUTCOME, &[of.into()]),
    ];
    statements.extend(request.close(None));
    let results = transaction(env, &request.key.account, statements).await?;
    let (was_final, items): (Option<u8>, u32) =
        one(&results, 6)?.ok_or_else(|| ApiError::Internal("a retry without an outcome".to_owned()))?;
    Ok(match (request.refusal(&results, 5)?, was_final) {
        // What was answered once is answered again, also when the old job has been cleared away since.
        (Some(refusal @ (Refusal::Replayed(_) | Refusal::Conflict)), _) => Retried::Refused(refusal),
        (_, None) => Retried::NoSuchJob,
        (_, Some(0)) => Retried::Running,
        (Some(refusal), _) => Retried::Refused(refusal),
        (None, _) if items == 0 => Retried::Nothing,
        (None, _) => Retried::Job(items),
    })
}
