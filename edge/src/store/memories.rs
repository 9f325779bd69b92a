//! One memory at a time.

use super::{
    MEMORY_JSON,
    admission::{Refusal, Request},
    items::{self, Portions},
    landing::{Single, land},
    one, prepare, transaction,
};
use crate::error::ApiError;
use contract::JobId;
use serde_json::value::RawValue;
use worker::Env;

/// What became of a single write.
pub enum Written {
    /// What landed, now or when it was sent under the same idempotency key before.
    Memory(Box<RawValue>),
    Refused(Refusal),
    /// Why it did not land, in the words of a batch item.
    Failed(String),
}

/// Why it did not land, where it did not, and what landed.
type Left = (Option<String>, Option<Box<RawValue>>);

/// Writes one memory by the rules of the import: it is the only item under an id that is no job's.
pub async fn add(env: &Env, request: &Request<'_>, item: Portions) -> Result<Written, ApiError> {
    let (key, id) = (request.key, request.id.hex());
    let counted = item.counted();
    let mut statements = vec![request.admit()];
    for portion in item.into_iter() {
        statements.push(portion.insert(&key.account, request.id));
    }
    let single = Single { key, memory_id: &id };
    statements.extend(land(&key.account, request.id, 1, request.now, Some(&single)));
    let found = statements.len();
    statements.push(request.find());
    statements.push(request.prepare(&left(), &[]));
    statements.push(request.prepare(items::REMOVE, &[]));
    statements.extend(request.close(Some(counted)));
    let results = transaction(env, &key.account, statements).await?;
    match request.refusal(&results, found)? {
        Some(Refusal::Replayed(id)) => read(env, &key.account, id).await.map(Written::Memory),
        Some(refusal) => Ok(Written::Refused(refusal)),
        None => match one::<Left>(&results, found.saturating_add(1))? {
            Some((_, Some(memory))) => Ok(Written::Memory(memory)),
            Some((Some(outcome), None)) => Ok(Written::Failed(outcome)),
            _ => Err(ApiError::Internal("a write without an outcome".to_owned())),
        },
    }
}

fn left() -> String {
    format!(
        "SELECT json_array((SELECT outcome FROM batch_items WHERE account_id = ?1 AND job_id = ?2), \
         (SELECT {MEMORY_JSON} FROM memories WHERE account_id = ?1 AND id = ?2)) AS json"
    )
}

async fn read(env: &Env, account: &str, id: JobId) -> Result<Box<RawValue>, ApiError> {
    let sql = format!("SELECT {MEMORY_JSON} AS json FROM memories WHERE account_id = ?1 AND id = ?2");
    let statement = prepare(&sql, &[account.into(), id.into()]);
    let memory = one(&transaction(env, account, vec![statement]).await?, 0)?;
    memory.ok_or_else(|| ApiError::Internal("an idempotency key of a memory that is not there".to_owned()))
}
