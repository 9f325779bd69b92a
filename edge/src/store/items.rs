//! Items on their way into a job, many in one parameter.

use super::{number, prepare};
use crate::error::ApiError;
use contract::{JobId, MemoryInput};
use worker::{D1PreparedStatement, Env};

/// The most bytes of items in one parameter. A value of D1 ends at 2,000,000.
const ITEMS_BYTES: usize = 1_500_000;

/// The items are a JSON array of arrays, as `item_json` writes them, ?4 the index of its first one.
const INSERT: &str = "\
INSERT INTO batch_items (account_id, job_id, item_index, agent_id, user_id, run_id, kind, timestamp, metadata, content) \
SELECT ?1, ?2, key + ?4, value ->> 0, value ->> 1, value ->> 2, value ->> 3, \
  value ->> 4, value ->> 5, value ->> 6 \
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

/// An item as `INSERT` reads it: an array, which the database takes apart faster than an object.
fn item_json(item: &MemoryInput<'_>) -> Result<String, ApiError> {
    // Rather refused than stored without it.
    let content = item.content_json.ok_or_else(|| ApiError::Internal("an item that was not read".to_owned()))?;
    let row = (
        &item.agent_id,
        &item.user_id,
        &item.run_id,
        item.kind,
        &item.timestamp,
        // As a string: how deep it nests is then no concern of the database.
        item.metadata.map(serde_json::value::RawValue::get),
        (!item.is_empty()).then_some(content),
    );
    serde_json::to_string(&row).map_err(|error| ApiError::Internal(error.to_string()))
}
