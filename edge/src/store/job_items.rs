//! The items of a job as they are read back.

use super::{Value, head, prepare, texts};
use crate::error::ApiError;
use contract::{ItemStatus, JobId};
use worker::Env;

/// The most bytes of a page, in what its items take as JSON; one item is given however long it is.
const PAGE_BYTES: u32 = 1_000_000;

/// What an item takes beside what was sent, in bytes: its index, state, name and reason.
const ITEM_OVERHEAD: u32 = 300;

/// An item that waits, as it was sent.
pub const SENT: &str = "\
json_object('content', COALESCE(content, ''), 'user_id', user_id, 'agent_id', agent_id, 'run_id', run_id, \
  'metadata', json(metadata), 'timestamp', timestamp, 'kind', kind)";

/// How an item is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a [`contract::Item`].
    Json,
    /// As a line of a table with the columns [`COLUMNS`], safe to open in a spreadsheet.
    Csv,
}

/// The columns of a table of items: those of an item, then those of what was sent.
pub const COLUMNS: &str = "index,line,status,id,error,content,user_id,agent_id,run_id,metadata,timestamp,kind";

impl Form {
    /// What it makes of an item with the columns `i`, `status`, `id`, `error`, `item` and `line`.
    fn sql(self) -> String {
        match self {
            Self::Json => "json_object('index', i, 'status', status, 'id', id, 'error', error, 'item', json(item), \
                'line', line)"
                .to_owned(),
            Self::Csv => {
                let sent = ["content", "user_id", "agent_id", "run_id", "metadata", "timestamp", "kind"];
                let sent = sent.map(|field| cell(&format!("item ->> '{field}'")));
                let own = ["id", "error"].map(cell);
                let cells = ["i".to_owned(), "COALESCE(line, '')".to_owned(), "status".to_owned()];
                cells.into_iter().chain(own).chain(sent).collect::<Vec<_>>().join(" || ',' || ")
            }
        }
    }
}

/// A cell in quotes. What a spreadsheet would take for a formula gets an apostrophe in front, as in
/// [`contract::table::guarded`].
fn cell(value: &str) -> String {
    let text = format!("COALESCE({value}, '')");
    let formula = "'[=+@' || char(9, 13) || '-]*'";
    format!("'\"' || replace(IIF(ltrim({text}, '''') GLOB {formula}, '''', '') || {text}, '\"', '\"\"') || '\"'")
}

/// ?3 is the index behind which the page begins, ?4 how many items it may have, ?5 their state, NULL for any. An item's state
/// is where it is: waiting, among the errors, or, where neither, landed. Its memory is named after it.
fn statement(form: Form) -> String {
    let item = form.sql();
    format!(
        "WITH RECURSIVE job AS (SELECT received, lines FROM batch_jobs WHERE account_id = ?1 AND id = ?2), \
         slot(i) AS (SELECT CAST(?3 AS INTEGER) + 1 FROM job WHERE ?3 + 1 < received \
           UNION ALL SELECT i + 1 FROM slot, job WHERE i + 1 < received), \
         state AS (SELECT i, CASE WHEN e.item_index IS NOT NULL THEN 'failed' \
             WHEN w.item_index IS NOT NULL THEN 'pending' ELSE 'imported' END AS status, \
             {ITEM_OVERHEAD} + COALESCE(octet_length(e.item), 0) + COALESCE(octet_length(w.content), 0) \
               + COALESCE(octet_length(w.metadata), 0) AS bytes FROM slot \
           LEFT JOIN batch_errors e ON e.account_id = ?1 AND e.job_id = ?2 AND e.item_index = i \
           LEFT JOIN batch_items w ON w.account_id = ?1 AND w.job_id = ?2 AND w.item_index = i), \
         found AS MATERIALIZED (SELECT * FROM state WHERE ?5 IS NULL OR status = ?5 LIMIT CAST(?4 + 1 AS INTEGER)), \
         page AS MATERIALIZED (SELECT i, status FROM (SELECT i, status, bytes, SUM(bytes) OVER (ORDER BY i) AS upto, \
             ROW_NUMBER() OVER (ORDER BY i) AS place FROM found) \
           WHERE place <= ?4 AND (upto <= {PAGE_BYTES} OR upto = bytes)), \
         whole AS (SELECT i, status, \
           (SELECT 'mem_' || id FROM memories WHERE account_id = ?1 AND id = printf('%04x', i) || substr(?2, 5) \
             AND status = 'imported') AS id, \
           error, COALESCE(item, (SELECT {SENT} FROM batch_items \
             WHERE account_id = ?1 AND job_id = ?2 AND item_index = i)) AS item, \
           json_extract((SELECT lines FROM job), '$[' || i || ']') AS line \
           FROM page LEFT JOIN batch_errors ON account_id = ?1 AND job_id = ?2 AND item_index = i) \
         SELECT json_array((SELECT COUNT(*) FROM job), CASE WHEN (SELECT COUNT(*) FROM page) < (SELECT COUNT(*) FROM found) \
           THEN (SELECT MAX(i) FROM page) END) \
         UNION ALL SELECT * FROM (SELECT {item} FROM whole ORDER BY i)"
    )
}

/// Some items of a job, each as it is to be written.
pub struct Items {
    pub items: Vec<String>,
    /// The index behind which the next ones are.
    pub next: Option<u32>,
}

/// Which items of a job are meant.
#[derive(Clone)]
pub struct Wanted {
    pub account: String,
    pub job: JobId,
    /// Any where `None`.
    pub status: Option<ItemStatus>,
    pub form: Form,
}

/// At most `limit` items behind the index `after`, in order. `None` where the account has no such job.
pub async fn job_items(env: &Env, wanted: &Wanted, after: Option<u32>, limit: u32) -> Result<Option<Items>, ApiError> {
    let after = after.map_or(Value::Number(-1.0), Value::from);
    let status = wanted.status.map(|status| status.name()).into();
    let values = [(&wanted.account).into(), wanted.job.into(), after, limit.into(), status];
    let mut rows = texts(env, &wanted.account, prepare(&statement(wanted.form), &values)).await?;
    let (jobs, next): (u8, Option<u32>) = head(&mut rows)?;
    if jobs == 0 {
        return Ok(None);
    }
    Ok(Some(Items { items: rows.collect(), next }))
}
