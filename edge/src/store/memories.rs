//! Memories: one written at a time, and read back.

use super::{
    from_json, items,
    landing::{Single, land},
    number, prepare, returned, texts, transaction,
};
use crate::error::ApiError;
use contract::{JobId, KeyRecord, MemoryInput, MemoryList};
use serde::Deserialize;
use serde_json::value::RawValue;
use wasm_bindgen::JsValue;
use worker::Env;

/// Which of the account's memories to list; `None` is any.
#[derive(Default)]
pub struct Filter {
    pub user_id: Option<String>,
    pub agent_id: Option<String>,
    pub run_id: Option<String>,
    pub exclude_sessions: bool,
}

/// A memory as it goes out: [`contract::Memory`]. It never changes once stored.
macro_rules! memory_json {
    () => {
        "json_object('id', 'mem_' || id, 'content', content, 'user_id', user_id, 'agent_id', agent_id, 'run_id', run_id, \
         'metadata', json(COALESCE(metadata, '{}')), 'kind', kind, \
         'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
         'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), 'facts', json('[]'))"
    };
}

/// How many match, then the page.
const LIST: &str = concat!(
    "WITH matching AS MATERIALIZED (SELECT rowid AS number FROM memories WHERE account_id = ?1 \
     AND (?4 IS NULL OR user_id = ?4) AND (?5 IS NULL OR agent_id = ?5) AND (?6 IS NULL OR run_id = ?6) \
     AND (NOT ?7 OR kind <> 'session')) \
     SELECT CAST(COUNT(*) AS TEXT) AS json FROM matching UNION ALL SELECT * FROM (SELECT ",
    memory_json!(),
    " FROM memories WHERE rowid IN (SELECT number FROM matching ORDER BY number DESC \
     LIMIT CAST(?2 AS INTEGER) OFFSET CAST(?3 AS INTEGER)) ORDER BY rowid DESC)"
);

/// At most `limit` memories of the account behind the first `offset`, newest first.
pub async fn memories(
    env: &Env,
    account: &str,
    limit: u32,
    offset: u32,
    filter: &Filter,
) -> Result<MemoryList<Box<RawValue>>, ApiError> {
    let text = |value: &Option<String>| value.as_ref().map_or(JsValue::NULL, |value| value.into());
    let values = [
        account.into(),
        limit.into(),
        offset.into(),
        text(&filter.user_id),
        text(&filter.agent_id),
        text(&filter.run_id),
        filter.exclude_sessions.into(),
    ];
    let rows = texts(prepare(env, LIST, &values)?).await?;
    let mut rows = rows.iter();
    let total = rows.next().map_or(Ok(0), |row| from_json(row))?;
    Ok(MemoryList { memories: rows.map(|row| from_json(row)).collect::<Result<_, _>>()?, total })
}

/// What became of a single write.
#[derive(Deserialize)]
pub struct Written {
    /// Empty where it landed, else why not, in the words of a batch item.
    pub outcome: String,
    /// What landed.
    pub memory: Option<Box<RawValue>>,
    /// Writes of the month, this one included.
    pub used: u64,
    /// The day on which the next month's quota begins.
    pub resets_at: String,
}

const WRITTEN: &str = concat!(
    "SELECT json_object('outcome', outcome, 'used', COALESCE((SELECT writes FROM usage \
     WHERE account_id = ?1 AND month = strftime('%Y-%m', ?3 / 1000, 'unixepoch')), 0), \
     'resets_at', date(?3 / 1000, 'unixepoch', 'start of month', '+1 month'), 'memory', (SELECT ",
    memory_json!(),
    " FROM memories WHERE account_id = ?1 AND id = ?2)) AS json FROM batch_items WHERE account_id = ?1 AND job_id = ?2"
);

/// Writes one memory by the rules of the import: it is the only item under an id that is no job's.
pub async fn add(
    env: &Env,
    key: &KeyRecord,
    id: JobId,
    memory: MemoryInput<'_>,
    now: u64,
) -> Result<Written, ApiError> {
    let memory_id = id.hex();
    let mut statements = items::insert(env, &key.account, id, &[memory], false)?;
    statements.extend(land(env, &key.account, id, 1, now, Some(&Single { key, memory_id: &memory_id }))?);
    let written = statements.len();
    statements.push(prepare(env, WRITTEN, &[(&key.account).into(), memory_id.clone().into(), number(now)])?);
    statements.push(prepare(env, items::REMOVE, &[(&key.account).into(), memory_id.into()])?);
    let results = transaction(env, statements).await?;
    returned(&results, written)?.pop().ok_or_else(|| ApiError::Internal("a write without an outcome".to_owned()))
}
