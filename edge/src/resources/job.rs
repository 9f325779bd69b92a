//! `GET /v1/batch/{job_id}`: what became of a batch.

use crate::{
    auth::Caller,
    cache::{self, Miss, Plan, Reading, Snapshot, SnapshotKey},
    error::ApiError,
    http::{self, Answer, Incoming},
    store::{self, JobRow},
};
use contract::{BatchStatus, JobId};
use worker::Env;

/// After how many milliseconds to look again whether somebody else's read has come back: soon at first, then after an
/// eighth of what was waited, at most a tenth of a second.
fn look_again(waited: u64) -> u32 {
    u32::try_from((waited / 8).clamp(4, 100)).unwrap_or(100)
}

/// The longest that a client may have its answer wait for news, in seconds.
const LONGEST_WAIT: u64 = 25;

/// After how many milliseconds to look again whether there are news that a client waits for.
const LOOK_FOR_NEWS: u32 = 200;

/// The caller's job named `id`. At most one D1 statement; none when a snapshot serves or the id is in no form of one. Who has
/// the job already and would rather wait is answered when it has moved, has ended, or the time is over; all who wait for a
/// job share its snapshots.
pub async fn get(env: &Env, caller: &Caller, id: &str, incoming: &Incoming) -> Result<Answer, ApiError> {
    let id = id.parse().map_err(|_| ApiError::NoSuchJob)?;
    let came = http::now();
    // Who has nothing yet has nothing to wait for.
    let wait = incoming.if_none_match.as_ref().and_then(|_| wait(&incoming.header("prefer")?));
    let until = wait.map(|seconds| came.saturating_add(seconds.saturating_mul(1_000)));
    let (snapshot, etag, is_known) = loop {
        let snapshot = snapshot(env, caller.account(), id).await?;
        let etag = etag(snapshot.version);
        let is_known = incoming.if_none_match.as_deref().is_some_and(|sent| matches(sent, &etag));
        if !is_known || snapshot.is_final || until.is_none_or(|until| http::now() >= until) || incoming.is_gone() {
            break (snapshot, etag, is_known);
        }
        // Of those who wait none holds on to what may be evicted meanwhile.
        drop(snapshot);
        http::pause(LOOK_FOR_NEWS).await;
    };
    let answer = if is_known { Answer::new(304, "".into()) } else { Answer::new(200, snapshot.body) };
    let answer = answer.header("etag", etag);
    let answer = match wait {
        Some(seconds) => answer.header("preference-applied", format_args!("wait={seconds}")),
        None => answer,
    };
    if snapshot.is_final {
        return Ok(answer);
    }
    Ok(answer.header("retry-after", pace(http::now().saturating_sub(snapshot.created_at))))
}

/// The account's job as it was half a second ago at most.
pub async fn snapshot(env: &Env, account: &str, id: JobId) -> Result<Snapshot, ApiError> {
    let key: SnapshotKey = (account.into(), id.as_u128());
    let came = http::now();
    // A request that has its answer wait notes the last outcome.
    http::note_cache(env, "hit");
    loop {
        let now = http::now();
        match cache::plan(&key, came, now) {
            Plan::Serve(snapshot) => return Ok(snapshot),
            Plan::Refuse(Miss::NoSuchJob) => return Err(ApiError::NoSuchJob),
            Plan::Refuse(Miss::Unavailable) => return Err(ApiError::Unavailable("D1: as for another request".into())),
            // A timer of this request's own: the other one's future must not be awaited here.
            Plan::Wait => {
                http::note_cache(env, "shared");
                http::pause(look_again(now.saturating_sub(came))).await;
            }
            Plan::Read(version) => {
                http::note_cache(env, "miss");
                return read(env, account, id, version, Reading::new(key, now)).await;
            }
        }
    }
}

/// One statement, or two where the snapshot was evicted while its version was confirmed.
async fn read(
    env: &Env,
    account: &str,
    id: JobId,
    version: Option<u64>,
    reading: Reading,
) -> Result<Snapshot, ApiError> {
    let mut found = store::job(env, account, id, version).await;
    if let Ok(Some((row, _))) = &found
        && version == Some(row.version)
    {
        if let Some(snapshot) = reading.confirmed(row.version, http::now()) {
            return Ok(snapshot);
        }
        found = store::job(env, account, id, None).await;
    }
    let now = http::now();
    match found {
        Ok(Some((row, errors))) => {
            let body = body(id, &row, errors)?.into();
            let snapshot =
                Snapshot { version: row.version, is_final: row.status.is_final(), created_at: row.created_at, body };
            reading.brought(snapshot.clone(), now);
            Ok(snapshot)
        }
        Ok(None) => {
            reading.missed(Miss::NoSuchJob, now);
            Err(ApiError::NoSuchJob)
        }
        Err(error) => {
            reading.missed(Miss::Unavailable, now);
            Err(error)
        }
    }
}

/// The status with its errors, which come from the store as JSON already and are not read and written once more.
fn body(id: JobId, row: &JobRow, errors: impl Iterator<Item = String>) -> Result<String, ApiError> {
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
    for errors in errors {
        let errors = errors.strip_prefix('[').and_then(|errors| errors.strip_suffix(']')).unwrap_or_default();
        if !errors.is_empty() {
            if !body.ends_with('[') {
                body.push(',');
            }
            body.push_str(errors);
        }
    }
    body.push_str("]}");
    Ok(body)
}

/// The entity tag of a version: the version, and nothing else.
fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// Whether `If-None-Match` names the entity tag. Compared weakly, since a proxy that compresses weakens the tag.
fn matches(if_none_match: &str, etag: &str) -> bool {
    if_none_match.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The seconds that `Prefer` asks to wait, as far as they are granted (RFC 7240: preferences behind each other, in any case,
/// perhaps with parameters; of one that is there twice the first counts).
fn wait(prefer: &str) -> Option<u64> {
    let mut preferences = prefer.split(',').filter_map(|preference| preference.split(';').next()?.split_once('='));
    let (_, seconds) = preferences.find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))?;
    seconds.trim().trim_matches('"').parse().ok().map(|seconds: u64| seconds.min(LONGEST_WAIT))
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
    fn the_wait_is_found_among_the_preferences_and_bounded() {
        for (prefer, seconds) in [
            ("wait=20", Some(20)),
            ("respond-async, Wait = 5 ; x=y", Some(5)),
            ("wait=\"7\", wait=9", Some(7)),
            ("wait=99999999999", Some(25)),
            ("wait=0", Some(0)),
            ("wait", None),
            ("wait=-1", None),
            ("wait=99999999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(wait(prefer), seconds, "{prefer}");
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
            "[]".to_owned(),
            r#"[{"index":2,"error":"]"}]"#.to_owned(),
        ];
        let body = body(id, &row, groups.into_iter()).unwrap();
        let status: BatchStatus = serde_json::from_str(&body).unwrap();
        assert_eq!(status.errors.iter().map(|item| item.error.as_str()).collect::<Vec<_>>(), ["[a]", "b]", "]"]);
    }

    #[test]
    fn fuzz_conditions() {
        let samples = &["wait=20", "respond-async, Wait = 5 ; x=y", "wait=\"7\", wait=9", "W/\"7\", \"6\"", "*"];
        let words = &[",", ";", "=", "\"", "wait", "W/", "*", "-1", "99999999999999999999", " ", "é"];
        fuzz::run("conditions", &fuzz::nearly_text(samples, words), |header| {
            assert!(wait(&header).is_none_or(|seconds| seconds <= LONGEST_WAIT), "{header:?}");
            if matches(&header, &etag(7)) {
                assert!(header.contains("\"7\"") || header.contains('*'), "{header:?}");
            }
        });
    }
}
