//! `GET /v1/batch/{job_id}`: what became of a batch.

use crate::{
    auth::Caller,
    error::ApiError,
    http::{self, Answer},
    snapshots::{Plan, Snapshot, SnapshotCache, SnapshotKey},
    store::{self, JobRow},
};
use contract::{BatchStatus, JobId};
use std::cell::RefCell;
use worker::Env;

thread_local! {
    static SNAPSHOTS: RefCell<SnapshotCache> = RefCell::new(SnapshotCache::new());
}

/// After how many milliseconds to look again whether somebody else's read has come back.
const LOOK_AGAIN: u32 = 4;

/// The caller's job named `id`. At most one D1 statement; none when a snapshot serves or the id is in no form of one.
pub async fn get(env: &Env, caller: &Caller, id: &str, if_none_match: Option<&str>) -> Result<Answer, ApiError> {
    let id = id.parse().map_err(|_| ApiError::NoSuchJob)?;
    let snapshot = snapshot(env, caller.account(), id).await?;
    let etag = etag(snapshot.version);
    let answer = if if_none_match.is_some_and(|sent| matches(sent, &etag)) {
        Answer::new(304, "".into())
    } else {
        Answer::new(200, snapshot.body.clone())
    };
    let answer = answer.etag(etag);
    if snapshot.is_final {
        return Ok(answer);
    }
    Ok(answer.header("retry-after", pace(http::now().saturating_sub(snapshot.created_at))))
}

/// Tells that this isolate has ended the job: whoever asks here next need not be shown it running for half a second more.
pub fn ended(account: &str, id: JobId) {
    SNAPSHOTS.with_borrow_mut(|cache| cache.outdate(&(account.into(), id.as_u128())));
}

async fn snapshot(env: &Env, account: &str, id: JobId) -> Result<Snapshot, ApiError> {
    let key: SnapshotKey = (account.into(), id.as_u128());
    let mut waited = false;
    loop {
        let now = http::now();
        match SNAPSHOTS.with_borrow_mut(|cache| cache.plan(&key, now)) {
            Plan::Serve(snapshot) => return Ok(snapshot),
            Plan::Wait => {
                // A timer of this request's own: the other one's future must not be awaited here.
                http::pause(LOOK_AGAIN).await;
                waited = true;
            }
            Plan::Read(known) => {
                // Who has waited in vain, since there is no such job, reads at once and keeps nobody else waiting.
                let read = if waited { None } else { Some(Reading::begin(key.clone(), now)) };
                let snapshot = read_job(env, account, id, known, now).await?;
                SNAPSHOTS.with_borrow_mut(|cache| cache.put(key, snapshot.clone()));
                drop(read);
                return Ok(snapshot);
            }
        }
    }
}

async fn read_job(
    env: &Env,
    account: &str,
    id: JobId,
    known: Option<Snapshot>,
    read_at: u64,
) -> Result<Snapshot, ApiError> {
    let row = store::job(env, account, id, known.as_ref().map(|known| known.version)).await?;
    let (row, errors) = row.ok_or(ApiError::NoSuchJob)?;
    let body = match known {
        Some(known) if known.version == row.version => known.body,
        _ => body(id, &row, &errors)?.into(),
    };
    Ok(Snapshot { version: row.version, is_final: row.status.is_final(), created_at: row.created_at, body, read_at })
}

/// The status with its errors, which come from the store as JSON already and are not read and written once more.
fn body(id: JobId, row: &JobRow, errors: &[String]) -> Result<String, ApiError> {
    let status = BatchStatus {
        id,
        status: row.status,
        received: row.received,
        imported: row.imported,
        failed: row.failed,
        errors: Vec::new(),
    };
    let mut body = serde_json::to_string(&status).map_err(|error| ApiError::Internal(error.to_string()))?;
    body.truncate(body.len().saturating_sub("]}".len()));
    body.reserve(errors.iter().map(|errors| errors.len().saturating_add(1)).sum::<usize>().saturating_add(2));
    for (at, errors) in errors.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(errors.strip_prefix('[').and_then(|errors| errors.strip_suffix(']')).unwrap_or_default());
    }
    body.push_str("]}");
    Ok(body)
}

/// Marks a read as under way for as long as it lives, however the request ends.
struct Reading {
    key: SnapshotKey,
    since: u64,
}

impl Reading {
    fn begin(key: SnapshotKey, since: u64) -> Self {
        SNAPSHOTS.with_borrow_mut(|cache| cache.begin_read(key.clone(), since));
        Self { key, since }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        SNAPSHOTS.with_borrow_mut(|cache| cache.end_read(&self.key, self.since));
    }
}

/// The entity tag of a version: the version, and nothing else.
fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// Whether `If-None-Match` names the entity tag. Compared weakly, since a proxy that compresses weakens the tag.
fn matches(if_none_match: &str, etag: &str) -> bool {
    if_none_match.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// After how many seconds to poll a running job again: 1 at first, a tenth of its age later, at most 10.
fn pace(age_ms: u64) -> u64 {
    (age_ms / 10_000).clamp(1, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_tag_a_list_and_a_star_match() {
        for sent in ["\"7\"", "W/\"7\"", "\"6\", \"7\"", "\"6\",W/\"7\"", "*"] {
            assert!(matches(sent, &etag(7)), "{sent}");
        }
        for sent in ["", "7", "\"77\"", "\"6\"", "w/\"7\""] {
            assert!(!matches(sent, &etag(7)), "{sent}");
        }
    }

    #[test]
    fn the_pace_slows_down_with_the_age_of_the_job() {
        assert_eq!([0, 19_999, 20_000, 55_000, 99_999, 100_000, u64::MAX].map(pace), [1, 1, 2, 5, 9, 10, 10]);
    }

    #[test]
    fn groups_of_errors_are_joined_into_one_list() {
        let row = JobRow {
            status: contract::JobStatus::Completed,
            received: 3,
            imported: 0,
            failed: 3,
            version: 1,
            created_at: 0,
        };
        let id = "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b".parse().unwrap();
        let groups = [
            r#"[{"index":0,"error":"[a]"},{"index":1,"error":"b]"}]"#.to_owned(),
            r#"[{"index":2,"error":"]"}]"#.to_owned(),
        ];
        let status: BatchStatus = serde_json::from_str(&body(id, &row, &groups).unwrap()).unwrap();
        assert_eq!(status.errors.iter().map(|item| item.error.as_str()).collect::<Vec<_>>(), ["[a]", "b]", "]"]);
    }
}
