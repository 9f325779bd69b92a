//! The rules of the import, for a chunk of a job and for a single write alike.

use super::{number, prepare};
use crate::error::ApiError;
use contract::{JobId, KeyRecord, reason};
use wasm_bindgen::JsValue;
use worker::{D1PreparedStatement, Env};

/// Decides the next ?3 items of the job in the order of the array: an item without content fails; once the month's
/// writes are used up all others fail; a new agent past the cap fails; the rest land. The agents that are still let in
/// are the first ones to appear. A write without a job brings its limits along as ?5 and ?6.
const DECIDE: &str = "\
UPDATE batch_items SET outcome = decided.outcome FROM ( \
  WITH chunk AS ( \
    SELECT item_index, agent_id, content IS NOT NULL AS has_content FROM batch_items \
    WHERE account_id = ?1 AND job_id = ?2 ORDER BY item_index LIMIT CAST(?3 AS INTEGER)), \
  caps AS ( \
    SELECT monthly_writes, agents FROM batch_jobs WHERE account_id = ?1 AND id = ?2 \
    UNION ALL SELECT CAST(?5 AS INTEGER), CAST(?6 AS INTEGER) WHERE ?5 IS NOT NULL), \
  remaining AS ( \
    SELECT monthly_writes, agents AS agent_cap, \
      monthly_writes - COALESCE((SELECT writes FROM usage \
        WHERE account_id = ?1 AND month = strftime('%Y-%m', ?4 / 1000, 'unixepoch')), 0) AS writes, \
      agents - (SELECT COUNT(*) FROM agents WHERE account_id = ?1) AS agents FROM caps), \
  newcomers AS ( \
    SELECT agent_id, ROW_NUMBER() OVER (ORDER BY MIN(item_index)) AS place FROM chunk \
    WHERE has_content AND agent_id IS NOT NULL \
      AND agent_id NOT IN (SELECT agent_id FROM agents WHERE account_id = ?1) GROUP BY agent_id), \
  judged AS ( \
    SELECT item_index, has_content, has_content AND COALESCE(place <= agents, 1) AS admitted, \
      writes, monthly_writes, agent_cap \
    FROM chunk JOIN remaining LEFT JOIN newcomers USING (agent_id)), \
  counted AS ( \
    SELECT *, SUM(admitted) OVER (ORDER BY item_index) - admitted AS landed_before FROM judged) \
  SELECT item_index, CASE WHEN NOT has_content THEN ?7 \
    WHEN landed_before >= writes THEN replace(?8, ?10, monthly_writes) \
    WHEN NOT admitted THEN replace(?9, ?10, agent_cap) ELSE '' END AS outcome FROM counted \
) AS decided \
WHERE account_id = ?1 AND job_id = ?2 AND batch_items.item_index = decided.item_index";

const LAND: &str = "\
INSERT INTO memories (account_id, id, user_id, agent_id, run_id, kind, timestamp, created_at, metadata, content) \
SELECT account_id, COALESCE(?4, lower(hex(randomblob(16)))), user_id, agent_id, run_id, kind, timestamp, ?3, metadata, content \
FROM batch_items WHERE account_id = ?1 AND job_id = ?2 AND outcome = '' ORDER BY item_index";

const REGISTER_AGENTS: &str = "\
INSERT OR IGNORE INTO agents (account_id, agent_id) SELECT account_id, agent_id FROM batch_items \
WHERE account_id = ?1 AND job_id = ?2 AND outcome = '' AND agent_id IS NOT NULL";

const COUNT_WRITES: &str = "\
INSERT INTO usage (account_id, month, writes) \
SELECT ?1, strftime('%Y-%m', ?3 / 1000, 'unixepoch'), COUNT(*) FROM batch_items \
WHERE account_id = ?1 AND job_id = ?2 AND outcome = '' HAVING COUNT(*) > 0 \
ON CONFLICT DO UPDATE SET writes = writes + excluded.writes";

/// A write without a job: whose limits hold, since no job remembers them, and how the memory is called.
pub struct Single<'a> {
    pub key: &'a KeyRecord,
    /// 32 lower-case hex digits.
    pub memory_id: &'a str,
}

/// The statements by which the next `size` items that wait under `id` land or fail. Each item's `outcome` is set
/// afterwards; who began the transaction removes them.
pub fn land(
    env: &Env,
    account: &str,
    id: JobId,
    size: u32,
    now: u64,
    single: Option<&Single<'_>>,
) -> Result<Vec<D1PreparedStatement>, ApiError> {
    let cap = |of: fn(&KeyRecord) -> u64| single.map_or(JsValue::NULL, |single| number(of(single.key)));
    let memory_id = single.map_or(JsValue::NULL, |single| single.memory_id.into());
    let (account, id, now) = (JsValue::from(account), JsValue::from(id.hex()), number(now));
    let decide = [
        account.clone(),
        id.clone(),
        size.into(),
        now.clone(),
        cap(KeyRecord::monthly_writes),
        cap(KeyRecord::agents),
        reason::EMPTY_CONTENT.into(),
        reason::MONTHLY_WRITES.into(),
        reason::AGENTS.into(),
        reason::LIMIT.into(),
    ];
    Ok(vec![
        prepare(env, DECIDE, &decide)?,
        prepare(env, LAND, &[account.clone(), id.clone(), now.clone(), memory_id])?,
        prepare(env, REGISTER_AGENTS, &[account.clone(), id.clone()])?,
        prepare(env, COUNT_WRITES, &[account, id, now])?,
    ])
}
