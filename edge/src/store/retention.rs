//! What the cron clears away: what has served its time, and what was broken off. Memories stay.

use super::{one, prepare, transaction_on};
use crate::error::ApiError;
use worker::Env;

/// The most rows that one call takes from each table.
const ROWS: u32 = 1_000;

/// The most bytes of items that one call takes from a table, but for a single one that weighs more: a transaction of 30 seconds
/// must clear them away, whatever an account has sent.
const BYTES: u32 = 16 << 20;

/// The most jobs that one call looks at.
const JOBS: u32 = 100;

/// After how many milliseconds an admission that was not closed counts as broken off: none takes a tenth of it.
const BROKEN_OFF: u64 = 10 * 60 * 1_000;

/// Whether the rows of an account in that table are this database's to clear away.
macro_rules! here {
    ($table:literal) => {
        concat!(" AND NOT EXISTS (SELECT 1 FROM placements WHERE account_id = ", $table, ".account_id)")
    };
}

const IDEMPOTENCY: &str = concat!(
    "DELETE FROM idempotency WHERE (account_id, key) IN \
       (SELECT account_id, key FROM idempotency WHERE expires_at <= ?1",
    here!("idempotency"),
    " ORDER BY expires_at LIMIT CAST(?2 AS INTEGER))"
);

const USAGE: &str = concat!(
    "DELETE FROM usage WHERE (account_id, month) IN \
       (SELECT account_id, month FROM usage WHERE month < strftime('%Y-%m', ?1 / 1000, 'unixepoch')",
    here!("usage"),
    " LIMIT CAST(?2 AS INTEGER))"
);

/// The jobs whose time is over, the oldest first.
macro_rules! finished {
    ($limit:literal) => {
        concat!(
            "SELECT account_id, id FROM batch_jobs WHERE finished_at <= ?1",
            here!("batch_jobs"),
            " ORDER BY finished_at LIMIT CAST(",
            $limit,
            " AS INTEGER)"
        )
    };
}

/// The keys of as many items as ?2 and ?3 allow, by what they weigh.
macro_rules! bounded {
    ($weight:literal, $rows:expr) => {
        concat!(
            "(SELECT account_id, job_id, item_index FROM (SELECT *, SUM(weight) OVER (ROWS UNBOUNDED PRECEDING) AS upto \
               FROM (SELECT account_id, job_id, item_index, ",
            $weight,
            " AS weight FROM ",
            $rows,
            " LIMIT CAST(?2 AS INTEGER))) WHERE upto <= ?3 OR upto = weight)"
        )
    };
}

const ERRORS: &str = concat!(
    "DELETE FROM batch_errors WHERE (account_id, job_id, item_index) IN ",
    bounded!(
        "COALESCE(octet_length(item), 0)",
        concat!("(", finished!("?4"), ") AS old JOIN batch_errors USING (account_id) WHERE job_id = old.id")
    )
);

/// Behind its errors.
const FINISHED: &str = concat!(
    "DELETE FROM batch_jobs WHERE (account_id, id) IN (",
    finished!("?2"),
    ") AND NOT EXISTS (SELECT 1 FROM batch_errors WHERE account_id = batch_jobs.account_id AND job_id = batch_jobs.id)"
);

const BROKEN_OFF_ITEMS: &str = concat!(
    "DELETE FROM batch_items WHERE (account_id, job_id, item_index) IN ",
    bounded!(
        "COALESCE(octet_length(content), 0) + COALESCE(octet_length(metadata), 0)",
        concat!(
            "admissions JOIN batch_items USING (account_id) WHERE admitted_at <= ?1",
            here!("admissions"),
            " AND job_id = admissions.id"
        )
    )
);

/// Behind its items.
const BROKEN_OFF_ADMISSIONS: &str = concat!(
    "DELETE FROM admissions WHERE admitted_at <= ?1",
    here!("admissions"),
    " AND NOT EXISTS (SELECT 1 FROM batch_items WHERE account_id = admissions.account_id AND job_id = admissions.id)"
);

const MORE: &str = concat!(
    "SELECT json_array(EXISTS (SELECT 1 FROM idempotency WHERE expires_at <= ?1",
    here!("idempotency"),
    ") OR EXISTS (SELECT 1 FROM usage WHERE month < strftime('%Y-%m', ?2 / 1000, 'unixepoch')",
    here!("usage"),
    ") OR EXISTS (SELECT 1 FROM batch_jobs WHERE finished_at <= ?2",
    here!("batch_jobs"),
    ") OR EXISTS (SELECT 1 FROM admissions WHERE admitted_at <= ?3",
    here!("admissions"),
    ")) AS json"
);

/// Clears away a bounded number of rows in a database: of what ended before `until`, in milliseconds since 1970 UTC, of what
/// expired, and of what was broken off. Returns whether there is more.
pub async fn retain(env: &Env, database: u32, now: u64, until: u64) -> Result<bool, ApiError> {
    let broken_off = now.saturating_sub(BROKEN_OFF);
    let statements = [
        prepare(IDEMPOTENCY, &[now.into(), ROWS.into()]),
        prepare(USAGE, &[until.into(), ROWS.into()]),
        prepare(ERRORS, &[until.into(), ROWS.into(), BYTES.into(), JOBS.into()]),
        prepare(FINISHED, &[until.into(), JOBS.into()]),
        prepare(BROKEN_OFF_ITEMS, &[broken_off.into(), ROWS.into(), BYTES.into()]),
        prepare(BROKEN_OFF_ADMISSIONS, &[broken_off.into()]),
        prepare(MORE, &[now.into(), until.into(), broken_off.into()]),
    ];
    let results = transaction_on(env, database, &statements).await?;
    Ok(one::<[u8; 1]>(&results, 6)? == Some([1]))
}
