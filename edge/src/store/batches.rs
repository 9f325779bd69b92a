//! How a batch gets in: as a whole, or not at all.

use super::{
    Statement,
    admission::{Refusal, Request},
    items::Portions,
    transaction,
};
use crate::error::ApiError;
use contract::Batch;
use worker::Env;

/// Behind its items, ?9 of them or as many as there are: nobody imports an item whose job is not there.
const INSERT_JOB: &str = "\
INSERT INTO batch_jobs \
  (account_id, id, status, received, created_at, monthly_writes, agents, moved_at, label, group_id, lines) \
SELECT ?1, ?2, 'pending', items, ?3, ?4, ?5, ?3, ?6, ?7, ?8 FROM (SELECT CAST(COALESCE(?9, \
  (SELECT COUNT(*) FROM batch_items WHERE account_id = ?1 AND job_id = ?2)) AS INTEGER) AS items) \
WHERE items > 0 AND EXISTS (SELECT 1 FROM admissions WHERE account_id = ?1 AND id = ?2)";

/// The statement that makes the job, with what it remembers of the request and what its batch says of itself; how many items it
/// has, unless that is for the store to count.
pub fn insert_job(request: &Request, batch: &Batch) -> Result<Statement, ApiError> {
    let lines = batch.lines.as_ref().map(serde_json::to_string).transpose();
    let lines = lines.map_err(|error| ApiError::Internal(error.to_string()))?;
    let (key, group) = (request.key, batch.group.map(|group| group.to_string()));
    let values = [
        request.now.into(),
        key.monthly_writes().into(),
        key.agents().into(),
        batch.label.as_ref().into(),
        group.as_ref().into(),
        lines.as_ref().into(),
        (batch.received > 0).then_some(batch.received).into(),
    ];
    Ok(request.prepare(INSERT_JOB, &values))
}

const REMOVE_REFUSED: &str = "\
DELETE FROM batch_items WHERE account_id = ?1 AND job_id = ?2 \
  AND NOT EXISTS (SELECT 1 FROM admissions WHERE account_id = ?1 AND id = ?2)";

/// Lets the batch in, as a whole or not at all. One transaction for each portion, and the job in the last one: what breaks
/// off before is no batch, and [`super::retain`] clears it away.
pub async fn accept(
    env: &Env,
    request: &Request<'_>,
    batch: &Batch,
    portions: Portions,
) -> Result<Option<Refusal>, ApiError> {
    let account = &*request.key.account;
    let counted = portions.counted();
    let mut portions = portions.into_iter();
    let in_one = portions.len() == 1;
    let mut statements = vec![request.admit()];
    while let Some(portion) = portions.next() {
        statements.push(portion.insert(account, request.id));
        if portions.len() == 0 {
            break;
        }
        let is_first = statements.len() == 2;
        if is_first {
            statements.push(request.find());
        }
        let results = transaction(env, account, statements).await?;
        if is_first && let Some(refusal) = request.refusal(&results, 2)? {
            return Ok(Some(refusal));
        }
        statements = Vec::new();
    }
    if !in_one {
        statements.insert(0, request.admit_still());
    }
    statements.push(insert_job(request, batch)?);
    let found = statements.len();
    statements.push(request.find());
    if !in_one {
        statements.push(request.prepare(REMOVE_REFUSED, &[]));
    }
    statements.extend(request.close(Some(counted)));
    request.refusal(&transaction(env, account, statements).await?, found)
}
