//! Items on their way into a job, many in one parameter.

use super::{number, prepare};
use crate::error::ApiError;
use contract::{JobId, Kind, MemoryInput};
use serde::Serialize;
use worker::{D1PreparedStatement, Env};

/// The most bytes of items in one parameter. A value of D1 ends at 2,000,000.
const ITEMS_BYTES: usize = 1_500_000;

/// The items are one JSON array, ?4 the index of its first one.
const INSERT: &str = "\
INSERT INTO batch_items (account_id, job_id, item_index, agent_id, user_id, run_id, kind, timestamp, metadata, content) \
SELECT ?1, ?2, key + ?4, value ->> 'agent_id', value ->> 'user_id', value ->> 'run_id', value ->> 'kind', \
  value ->> 'timestamp', value ->> 'metadata', value ->> 'content' \
FROM json_each(?3) WHERE ?5 OR EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1 AND id = ?2)";

/// Takes away all that waits under a job.
pub const REMOVE: &str = "DELETE FROM batch_items WHERE account_id = ?1 AND job_id = ?2";

/// The statements that put `items` where they wait for their turn; with `needs_job` only if the job is there.
pub fn insert(
    env: &Env,
    account: &str,
    id: JobId,
    items: &[MemoryInput<'_>],
    needs_job: bool,
) -> Result<Vec<D1PreparedStatement>, ApiError> {
    portions(items)?
        .into_iter()
        .map(|(first, items)| {
            let values = [account.into(), id.hex().into(), items.into(), number(first as u64), (!needs_job).into()];
            prepare(env, INSERT, &values)
        })
        .collect()
}

/// An item as `INSERT` reads it.
#[derive(Serialize)]
struct ItemRow<'a> {
    agent_id: Option<&'a str>,
    user_id: Option<&'a str>,
    run_id: Option<&'a str>,
    kind: Kind,
    timestamp: Option<&'a str>,
    /// As a string: how deep it nests is then no concern of the database.
    metadata: Option<&'a str>,
    content: Option<&'a str>,
}

/// The items as JSON arrays that fit into a parameter, each with the index of its first item.
fn portions(items: &[MemoryInput<'_>]) -> Result<Vec<(usize, String)>, ApiError> {
    let mut portions = Vec::new();
    let (mut first, mut portion) = (0, String::from("["));
    for (index, item) in items.iter().enumerate() {
        let row = item_json(item)?;
        if portion.len() > 1 {
            if portion.len().saturating_add(row.len()) > ITEMS_BYTES {
                portion.push(']');
                portions.push((first, std::mem::replace(&mut portion, String::from("["))));
                first = index;
            } else {
                portion.push(',');
            }
        }
        portion.push_str(&row);
    }
    portion.push(']');
    portions.push((first, portion));
    Ok(portions)
}

fn item_json(item: &MemoryInput<'_>) -> Result<String, ApiError> {
    let row = ItemRow {
        agent_id: item.agent_id.as_deref(),
        user_id: item.user_id.as_deref(),
        run_id: item.run_id.as_deref(),
        kind: item.kind,
        timestamp: item.timestamp.as_deref(),
        metadata: item.metadata.map(serde_json::value::RawValue::get),
        content: (!item.is_empty()).then_some(&*item.content),
    };
    serde_json::to_string(&row).map_err(|error| ApiError::Internal(error.to_string()))
}
