//! The rules of the import, for a chunk of a job and for a single write alike.

use super::{Statement, Value, from_json, prepare, texts};
use crate::error::ApiError;
use contract::{ItemError, JobId, KeyRecord, reason};
use worker::Env;

/// The most bytes that land in one transaction, but for a single item that is longer: a chunk of the longest items would
/// take longer than a transaction may.
const CHUNK_BYTES: u64 = 4_000_000;

/// The rules, for the items in `chunk` and an account with the limits in `caps`, in the order of the array: an item without
/// content fails; once the month's writes are used up all others fail; a new agent past the cap fails; the rest land. The
/// agents that are still let in are the first ones to appear. ?1 is the account, ?4 the time, ?7 to ?10 are the reasons.
macro_rules! rules {
    () => {
        "remaining AS ( \
    SELECT monthly_writes, agents AS agent_cap, \
      monthly_writes - COALESCE((SELECT writes FROM usage \
        WHERE account_id = ?1 AND month = strftime('%Y-%m', ?4 / 1000, 'unixepoch')), 0) AS writes, \
      agents - COALESCE((SELECT agents FROM account_totals WHERE account_id = ?1), 0) AS agents FROM caps), \
  newcomers AS ( \
    SELECT agent_id, ROW_NUMBER() OVER (ORDER BY MIN(item_index)) AS place FROM chunk \
    WHERE has_content AND agent_id IS NOT NULL \
      AND NOT EXISTS (SELECT 1 FROM agents WHERE account_id = ?1 AND agents.agent_id = chunk.agent_id) \
    GROUP BY agent_id), \
  judged AS ( \
    SELECT item_index, has_content, has_content AND COALESCE(place <= agents, 1) AS admitted, \
      writes, monthly_writes, agent_cap \
    FROM chunk JOIN remaining LEFT JOIN newcomers USING (agent_id)), \
  counted AS ( \
    SELECT *, SUM(admitted) OVER (ORDER BY item_index) - admitted AS landed_before FROM judged) \
  SELECT item_index, CASE WHEN NOT has_content THEN ?7 \
    WHEN landed_before >= writes THEN replace(?8, ?10, monthly_writes) \
    WHEN NOT admitted THEN replace(?9, ?10, agent_cap) ELSE '' END AS outcome FROM counted"
    };
}

/// Decides the next ?3 items of the job. A write without a job brings its limits along as ?5 and ?6.
const DECIDE: &str = concat!(
    "UPDATE batch_items SET outcome = decided.outcome FROM ( \
  WITH chunk AS ( \
    SELECT item_index, agent_id, has_content FROM (SELECT *, SUM(bytes) OVER (ORDER BY item_index) AS upto FROM ( \
      SELECT item_index, agent_id, content IS NOT NULL AS has_content, \
        COALESCE(octet_length(content), 0) + COALESCE(octet_length(metadata), 0) AS bytes FROM batch_items \
      WHERE account_id = ?1 AND job_id = ?2 ORDER BY item_index LIMIT CAST(?3 AS INTEGER))) \
    WHERE upto <= ?11 OR upto = bytes), \
  caps AS ( \
    SELECT monthly_writes, agents FROM batch_jobs WHERE account_id = ?1 AND id = ?2 \
    UNION ALL SELECT CAST(?5 AS INTEGER), CAST(?6 AS INTEGER) WHERE ?5 IS NOT NULL), ",
    rules!(),
    ") AS decided \
WHERE account_id = ?1 AND job_id = ?2 AND batch_items.item_index = decided.item_index"
);

/// What would become of the items in ?3, an array of arrays of agent and whether there is content.
const FORETELL: &str = concat!(
    "WITH chunk AS (SELECT key AS item_index, value ->> 0 AS agent_id, value ->> 1 AS has_content FROM json_each(?3)), \
  caps AS (SELECT CAST(?5 AS INTEGER) AS monthly_writes, CAST(?6 AS INTEGER) AS agents WHERE ?2 IS NULL), \
  outcomes AS (WITH ",
    rules!(),
    ") SELECT json_object('index', item_index, 'error', outcome) FROM outcomes WHERE outcome <> '' ORDER BY item_index"
);

/// A memory is named after its job and its place there: which one an item became is known without being kept.
const LAND: &str = "\
INSERT INTO memories (account_id, id, user_id, agent_id, run_id, kind, timestamp, created_at, metadata, content) \
SELECT account_id, COALESCE(?4, printf('%04x', item_index) || substr(?2, 5)), user_id, agent_id, run_id, kind, timestamp, ?3, metadata, content \
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
pub fn land(account: &str, id: JobId, size: u32, now: u64, single: Option<&Single<'_>>) -> Vec<Statement> {
    let cap = |of: fn(&KeyRecord) -> u64| Value::from(single.map(|single| of(single.key)));
    let memory_id = single.map(|single| single.memory_id).into();
    let (account, id, now): (Value, Value, Value) = (account.into(), id.into(), now.into());
    let mut decide = vec![account, id, size.into(), now, cap(KeyRecord::monthly_writes), cap(KeyRecord::agents)];
    decide.extend(reasons());
    decide.push(CHUNK_BYTES.into());
    vec![
        prepare(DECIDE, &decide),
        prepare(LAND, &[account, id, now, memory_id]),
        prepare(REGISTER_AGENTS, &[account, id]),
        prepare(COUNT_WRITES, &[account, id, now]),
    ]
}

/// Which of the items would not land now, by the same rules. `items` is a JSON array of arrays: the agent, or null, and
/// whether there is content.
pub async fn foretell(env: &Env, key: &KeyRecord, items: &str, now: u64) -> Result<Vec<ItemError>, ApiError> {
    let mut values = vec![
        (&key.account).into(),
        Value::Null,
        items.into(),
        now.into(),
        key.monthly_writes().into(),
        key.agents().into(),
    ];
    values.extend(reasons());
    texts(env, &key.account, prepare(FORETELL, &values)).await?.map(|row| from_json(&row)).collect()
}

fn reasons() -> [Value<'static>; 4] {
    [reason::EMPTY_CONTENT, reason::MONTHLY_WRITES, reason::AGENTS, reason::LIMIT].map(Value::from)
}
