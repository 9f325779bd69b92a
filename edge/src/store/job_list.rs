//! The jobs of an account, newest first.

use super::{from_json, head, prepare, texts};
use crate::error::ApiError;
use contract::{GroupSum, JobId, JobList, JobStatus};
use serde_json::value::RawValue;
use uuid::Uuid;
use worker::Env;

/// The most jobs that a page looks at. Where fewer than were asked for match several filters, it ends early, and the next
/// page goes on from there.
const SCANNED: u32 = 1_000;

/// The most jobs of a group that are summed up.
const SUMMED: u32 = 10_000;

/// Later than any job, in milliseconds since 1970 UTC: the largest integer that crosses into a statement exactly.
const LATEST: u64 = (1 << 53) - 1;

/// Where a page ends: the last job on it, by when it was accepted and by its id.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cursor {
    /// In milliseconds since 1970 UTC.
    pub created_at: u64,
    pub id: JobId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}", self.created_at, self.id.hex())
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (created_at, id) = text.split_once('-').ok_or(())?;
        Ok(Self { created_at: created_at.parse().map_err(|_| ())?, id: id.parse().map_err(|_| ())? })
    }
}

/// Which of the account's jobs to list; what is empty, `None` or false is any. Times are milliseconds since 1970 UTC.
#[derive(Default)]
pub struct JobFilter {
    pub statuses: Vec<JobStatus>,
    pub has_failures: bool,
    pub created_after: Option<u64>,
    pub created_before: Option<u64>,
    pub group: Option<Uuid>,
}

impl JobFilter {
    /// The statement for this combination of filters. ?1 is the account, ?2 the limit, ?3 and ?4 the cursor, ?5 a JSON array of
    /// states, ?6 the time to begin at, ?7 the group. What is rarest finds the rows, in order; the others choose among them.
    fn statement(&self) -> String {
        let asks_for = |all: &[JobStatus]| !self.statuses.is_empty() && self.statuses.iter().all(|it| all.contains(it));
        let running = asks_for(&[JobStatus::Pending, JobStatus::Processing]);
        let broken = asks_for(&[JobStatus::Failed]);
        let statuses = !self.statuses.is_empty() && !broken;
        let filters = [
            ("batch_jobs_running", running.then_some("status IN ('pending', 'processing')")),
            ("batch_jobs_by_group", self.group.map(|_| "group_id = ?7")),
            ("batch_jobs_broken", broken.then_some("status = 'failed'")),
            ("batch_jobs_with_failures", self.has_failures.then_some("failed > 0")),
            ("batch_jobs_by_age", statuses.then_some("status IN (SELECT value FROM json_each(?5))")),
        ];
        let mut used = filters.into_iter().filter_map(|(index, condition)| Some((index, condition?))).peekable();
        let (index, within) = match used.next_if(|(index, _)| *index != "batch_jobs_by_age") {
            Some((index, condition)) => (index, format!("AND {condition}")),
            None => ("batch_jobs_by_age", String::new()),
        };
        let conditions: Vec<&str> = used.map(|(_, condition)| condition).collect();
        let rows = |columns: &str, limit: &str| {
            format!(
                "SELECT {columns} FROM batch_jobs INDEXED BY {index} \
                 WHERE account_id = ?1 {within} AND (created_at, id) < (CAST(?3 AS INTEGER), ?4) \
                   AND created_at >= CAST(?6 AS INTEGER) ORDER BY created_at DESC, id DESC LIMIT {limit}"
            )
        };
        let sum = format!(
            "CASE WHEN ?7 IS NOT NULL THEN json((SELECT json_object('jobs', COUNT(*), 'received', COALESCE(SUM(received), 0), \
               'imported', COALESCE(SUM(imported), 0), 'failed', COALESCE(SUM(failed), 0), \
               'running', COALESCE(SUM(finished_at IS NULL), 0)) FROM (SELECT received, imported, failed, finished_at \
                 FROM batch_jobs INDEXED BY batch_jobs_by_group WHERE account_id = ?1 AND group_id = ?7 \
                 LIMIT {SUMMED}))) END"
        );
        if conditions.is_empty() {
            let jobs = rows(JOB, "CAST(?2 + 1 AS INTEGER)");
            return format!("SELECT json_array(NULL, {sum}) UNION ALL SELECT * FROM ({jobs})");
        }
        let (scanned, chosen) =
            (rows("created_at, id, status, failed, group_id", &SCANNED.to_string()), conditions.join(" AND "));
        format!(
            "WITH scanned AS MATERIALIZED ({scanned}), \
             found AS MATERIALIZED (SELECT created_at AS at, id AS job FROM scanned WHERE {chosen} \
               ORDER BY created_at DESC, id DESC LIMIT CAST(?2 + 1 AS INTEGER)) \
             SELECT json_array(CASE WHEN (SELECT COUNT(*) FROM scanned) = {SCANNED} THEN \
               (SELECT created_at || '-' || id FROM scanned ORDER BY created_at, id LIMIT 1) END, {sum}) \
             UNION ALL SELECT * FROM (SELECT {JOB} FROM found CROSS JOIN batch_jobs ON account_id = ?1 AND id = job \
               ORDER BY at DESC, job DESC)"
        )
    }
}

/// A [`contract::JobSummary`] behind its cursor.
const JOB: &str = "\
json_array(created_at || '-' || id, json_object('id', 'job_' || id, 'status', status, 'received', received, \
  'imported', imported, 'failed', failed, \
  'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
  'started_at', strftime('%Y-%m-%dT%H:%M:%fZ', started_at / 1000.0, 'unixepoch'), \
  'finished_at', strftime('%Y-%m-%dT%H:%M:%fZ', finished_at / 1000.0, 'unixepoch'), \
  'label', label, 'group', group_id))";

/// At most `limit` jobs of the account behind `after`, newest first; with what the group comes to, where one is asked for.
pub async fn jobs(
    env: &Env,
    account: &str,
    filter: &JobFilter,
    limit: u32,
    after: Option<Cursor>,
) -> Result<JobList<Box<RawValue>>, ApiError> {
    // A page begins behind its cursor: older, or as old and with a lower id.
    let before = filter.created_before.unwrap_or(LATEST);
    let (created_at, id) = match after {
        Some(cursor) if cursor.created_at < before => (cursor.created_at, cursor.id.hex()),
        _ => (before, String::new()),
    };
    let statuses = serde_json::to_string(&filter.statuses).map_err(|error| ApiError::Internal(error.to_string()))?;
    let group = filter.group.map(|group| group.to_string());
    let values = [
        account.into(),
        limit.into(),
        created_at.into(),
        (&id).into(),
        (&statuses).into(),
        filter.created_after.unwrap_or_default().into(),
        group.as_ref().into(),
    ];
    let mut rows = texts(env, account, prepare(&filter.statement(), &values)).await?;
    let (scanned_to, sum): (Option<String>, Option<GroupSum>) = head(&mut rows)?;
    // One more than asked for tells whether there is a next page.
    let mut found: Vec<(String, Box<RawValue>)> = rows.map(|row| from_json(&row)).collect::<Result<_, _>>()?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = found.len() > wanted;
    found.truncate(wanted);
    let next = if is_more { found.last().map(|(cursor, _)| cursor.clone()) } else { scanned_to };
    Ok(JobList { jobs: found.into_iter().map(|(_, job)| job).collect(), next, sum })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_written() {
        let id = "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b".parse().unwrap();
        let cursor = Cursor { created_at: 1_767_225_600_000, id };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn fuzz_cursor() {
        let samples = &["1793491200000-8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b", "0-00000000000000000000000000000000"];
        let words = &["-", "+", "18446744073709551616", "job_", "0", " ", "é"];
        fuzz::run("cursor", &fuzz::nearly_text(samples, words), |text| {
            if let Ok(cursor) = text.parse::<Cursor>() {
                assert_eq!(cursor.to_string().parse(), Ok(cursor), "{text:?}");
            }
        });
    }
}
