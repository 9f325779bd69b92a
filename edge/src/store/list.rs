//! Memories as they are read back, newest first.

use super::{MEMORY_JSON, head, prepare, texts, whole};
use crate::error::ApiError;
use contract::MemoryList;
use serde_json::value::RawValue;
use std::fmt::Write;
use worker::Env;

/// The most bytes of a page, in what its memories take as JSON; one memory is given however long it is. An isolate holds
/// some ten copies of a page on its way, and has 128 MB for all of its requests.
const PAGE_BYTES: u32 = 1_000_000;

/// The most memories that a page looks at beyond those that it skips. Where fewer than were asked for match several filters,
/// it ends early, and the next page goes on from there.
const SCANNED: u32 = 1_000;

/// Of so many of the newest memories it is counted how many match several filters.
const COUNTED: u32 = 10_000;

/// A column that memories may be filtered by.
struct Scope {
    column: &'static str,
    index: &'static str,
    /// The parameter of the statement that holds what it must be.
    value: &'static str,
}

const SCOPES: [Scope; 3] = [
    Scope { column: "user_id", index: "memories_by_user", value: "?4" },
    Scope { column: "agent_id", index: "memories_by_agent", value: "?5" },
    Scope { column: "run_id", index: "memories_by_run", value: "?6" },
];

/// Which of the account's memories to list; `None` is any.
#[derive(Default)]
pub struct Filter {
    pub user_id: Option<String>,
    pub agent_id: Option<String>,
    pub run_id: Option<String>,
    pub exclude_sessions: bool,
}

/// Which page to list.
pub struct Page {
    /// Memories, from 1.
    pub limit: u32,
    /// Memories to skip.
    pub offset: u32,
    /// The memory behind which it begins: 32 lower-case hex digits.
    pub after: Option<String>,
}

/// What stands in front of the page: whether the memory is there behind which it begins, the total, and `next`.
type Head = (u8, u64, Option<String>);

impl Filter {
    /// As [`SCOPES`].
    fn values(&self) -> [&Option<String>; 3] {
        [&self.user_id, &self.agent_id, &self.run_id]
    }

    /// The statement for this combination of filters. ?1 is the account, ?2 and ?3 are limit and offset, ?4 to ?6 the filters'
    /// values, ?7 is the memory behind which the page begins.
    fn statement(&self) -> String {
        let mut scopes = SCOPES.iter().zip(self.values()).filter_map(|(scope, value)| value.as_ref().map(|_| scope));
        // The first filter's index finds the rows, in order; the others only choose among them.
        let first = scopes.next();
        let equals = |scope: &Scope| format!("{} = {}", scope.column, scope.value);
        let (index, within) =
            first.map_or(("memories_by_age", String::new()), |scope| (scope.index, format!(" AND {}", equals(scope))));
        let mut columns = String::new();
        let mut conditions: Vec<String> = Vec::new();
        for scope in scopes {
            let _ = write!(columns, ", {}", scope.column);
            conditions.push(equals(scope));
        }
        let among_all = conditions.is_empty();
        let mut memories = "memories";
        if self.exclude_sessions {
            columns.push_str(", kind");
            conditions.push("kind <> 'session'".to_owned());
            memories = "memories - sessions";
        }
        let chosen = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let total = match first {
            None => format!("SELECT {memories} FROM account_totals WHERE account_id = ?1"),
            Some(Scope { column, value, .. }) if among_all => format!(
                "SELECT {memories} FROM scope_totals WHERE account_id = ?1 AND scope = '{column}' AND value = {value}"
            ),
            Some(_) => format!(
                "SELECT COUNT(*) FROM (SELECT rowid{columns} FROM memories INDEXED BY {index} \
                 WHERE account_id = ?1{within} ORDER BY rowid DESC LIMIT {COUNTED}) {chosen}"
            ),
        };
        let rows = |columns: &str, limit: &str| {
            format!(
                "SELECT {columns} FROM memories INDEXED BY {index} WHERE account_id = ?1{within} \
                 AND rowid < (SELECT number FROM start) ORDER BY rowid DESC LIMIT {limit}"
            )
        };
        if chosen.is_empty() {
            one_index(&total, rows)
        } else {
            several_filters(
                &total,
                &chosen,
                &rows(&format!("rowid AS number{columns}"), &format!("CAST({SCANNED} + ?3 AS INTEGER)")),
            )
        }
    }
}

/// Where the page begins.
fn start() -> &'static str {
    "start AS MATERIALIZED (SELECT IIF(?7 IS NULL, 1 << 62, \
       (SELECT rowid FROM memories WHERE account_id = ?1 AND id = ?7)) AS number)"
}

/// What a memory weighs.
const BYTES: &str = "octet_length(json_quote(content)) + COALESCE(octet_length(metadata), 0) AS bytes";

/// Where the rows of one index are the page: no row is looked at more than three times, since D1 bills each time.
fn one_index(total: &str, rows: impl Fn(&str, &str) -> String) -> String {
    let weighed = rows(BYTES, "CAST(?2 + 1 AS INTEGER) OFFSET CAST(?3 AS INTEGER)");
    let last = rows("id", "1 OFFSET CAST(?3 + (SELECT size - 1 FROM page) AS INTEGER)");
    let memories = rows(MEMORY_JSON, "(SELECT size FROM page) OFFSET CAST(?3 AS INTEGER)");
    let start = start();
    format!(
        "WITH {start}, \
         found AS MATERIALIZED (SELECT COUNT(*) AS memories, SUM(bytes) AS bytes FROM ({weighed})), \
         page AS MATERIALIZED (SELECT CAST(IIF(COALESCE(bytes, 0) <= {PAGE_BYTES}, MIN(memories, ?2), (SELECT MIN(SUM(fits), ?2) FROM \
           (SELECT upto <= {PAGE_BYTES} OR upto = bytes AS fits FROM \
             (SELECT bytes, SUM(bytes) OVER (ROWS UNBOUNDED PRECEDING) AS upto FROM ({weighed}))))) AS INTEGER) AS size \
           FROM found) \
         SELECT json_array((SELECT number IS NOT NULL FROM start), COALESCE(({total}), 0), \
           (SELECT 'mem_' || id FROM ({last}) WHERE (SELECT memories FROM found) > (SELECT size FROM page))) \
         UNION ALL SELECT * FROM ({memories})"
    )
}

/// Where `chosen` is looked for among `scanned`.
fn several_filters(total: &str, chosen: &str, scanned: &str) -> String {
    let start = start();
    format!(
        "WITH {start}, scanned AS MATERIALIZED ({scanned}), \
         matching AS MATERIALIZED (SELECT number FROM scanned {chosen} ORDER BY number DESC \
           LIMIT CAST(?2 + 1 AS INTEGER) OFFSET CAST(?3 AS INTEGER)), \
         weighed AS (SELECT number, {BYTES} FROM matching JOIN memories ON rowid = number ORDER BY number DESC \
           LIMIT CAST(?2 AS INTEGER)), \
         page AS MATERIALIZED (SELECT number FROM \
           (SELECT number, bytes, SUM(bytes) OVER (ORDER BY number DESC) AS upto FROM weighed) \
           WHERE upto <= {PAGE_BYTES} OR upto = bytes) \
         SELECT json_array((SELECT number IS NOT NULL FROM start), COALESCE(({total}), 0), \
           (SELECT 'mem_' || id FROM memories WHERE rowid = CASE \
             WHEN (SELECT COUNT(*) FROM page) < (SELECT COUNT(*) FROM matching) THEN (SELECT MIN(number) FROM page) \
             WHEN (SELECT COUNT(*) FROM scanned) = {SCANNED} + ?3 THEN (SELECT MIN(number) FROM scanned) END)) \
         UNION ALL SELECT * FROM (SELECT {MEMORY_JSON} FROM page JOIN memories ON rowid = number ORDER BY number DESC)"
    )
}

/// A page of the account's memories. `None` where the memory is not there behind which it should begin.
pub async fn memories(
    env: &Env,
    account: &str,
    page: &Page,
    filter: &Filter,
) -> Result<Option<MemoryList<Box<RawValue>>>, ApiError> {
    let [user, agent, run] = filter.values();
    let values = [
        account.into(),
        page.limit.into(),
        page.offset.into(),
        user.as_ref().into(),
        agent.as_ref().into(),
        run.as_ref().into(),
        page.after.as_ref().into(),
    ];
    let mut rows = texts(env, account, prepare(&filter.statement(), &values)).await?;
    let (is_found, total, next): Head = head(&mut rows)?;
    if is_found == 0 {
        return Ok(None);
    }
    Ok(Some(MemoryList { memories: whole(rows)?, total, next }))
}
