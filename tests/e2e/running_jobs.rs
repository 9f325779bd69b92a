//! What a client sees of a job while it runs: the pace to poll at, and progress that never goes back.

use contract::{BatchStatus, Tier};
use std::time::{Duration, Instant};
use tests::{Account, Answer, Database, bearer, job, server, state};

const RUNNING: &str = "job_00000000000000000000000000000b00";

fn status_of(id: &str, key: &str) -> Answer {
    server().get(&format!("/v1/batch/{id}"), key)
}

/// SQL for jobs of `account` that were accepted so many seconds ago, each under its age as its id. None is ever swept.
fn insert_jobs(account: &str, ages: &[u32]) -> String {
    format!(
        "INSERT INTO batch_jobs (account_id, id, status, received, created_at, moved_at) \
         SELECT '{account}', printf('%032d', value), 'pending', 5, \
           CAST(unixepoch('subsec') * 1000 AS INTEGER) - value * 1000, 253370764800000 \
         FROM json_each('{ages:?}')"
    )
}

#[test]
fn retry_after_is_one_second_at_first_and_grows_with_the_age_of_the_job_to_ten() {
    let account = Account::new(Tier::Team);
    let ages = [0, 35, 65, 3600, 86_400];
    let inserted = Instant::now();
    Database::of(state()).execute(&insert_jobs(&account.name, &ages));
    let paces = ages.map(|age| {
        let answer = status_of(&format!("{age:032}"), &account.key);
        answer.header("Retry-After").unwrap_or_else(|| panic!("{}", answer.text())).parse::<u32>().unwrap()
    });
    assert!(inserted.elapsed() < Duration::from_secs(20), "too slow to see the first pace");
    assert_eq!((paces[0], paces[3], paces[4]), (1, 10, 10));
    assert!(paces[0] < paces[1] && paces[1] < paces[2] && paces[2] < paces[3], "{paces:?}");
}

#[test]
fn a_304_of_a_running_job_tells_the_pace_too() {
    let key = Account::other().key;
    for id in [job::PENDING, job::PROCESSING] {
        let headers = [("Authorization", &*bearer(&key)), ("If-None-Match", "*")];
        let answer = server().send("GET", &format!("/v1/batch/{id}"), &headers, "");
        assert_eq!(answer.status, 304);
        assert_eq!(answer.header("Retry-After"), status_of(id, &key).header("Retry-After"));
        assert!(answer.header("Retry-After").is_some());
    }
}

#[test]
fn a_final_job_tells_no_pace() {
    let account = Account::new(Tier::Developer);
    for id in [job::EXAMPLE, job::FAILED, job::ERRORS_500] {
        assert_eq!(status_of(id, &account.key).header("Retry-After"), None, "{id}");
        let headers = [("Authorization", &*bearer(&account.key)), ("If-None-Match", "*")];
        let answer = server().send("GET", &format!("/v1/batch/{id}"), &headers, "");
        assert_eq!((answer.status, answer.header("Retry-After")), (304, None), "{id}");
    }
}

#[test]
fn progress_is_seen_within_a_second_and_never_goes_back() {
    let account = Account::new(Tier::Scale);
    let (name, id) = (&account.name, RUNNING.trim_start_matches("job_"));
    let change = |sql: &str| {
        let of_job = format!("WHERE account_id = '{name}' AND id = '{id}'");
        Database::of(state()).execute(&format!("UPDATE batch_jobs SET version = version + 1, {sql} {of_job}"));
    };
    let insert = format!(
        "INSERT INTO batch_jobs (account_id, id, status, received, created_at, moved_at) \
         VALUES ('{name}', '{id}', 'pending', 4, 1793491200000, 253370764800000)"
    );
    Database::of(state()).execute(&insert);

    let mut seen: Vec<BatchStatus> = Vec::new();
    let mut tags = Vec::new();
    let mut poll_until = |done: &dyn Fn(&BatchStatus) -> bool| {
        let begin = Instant::now();
        loop {
            let answer = status_of(RUNNING, &account.key);
            let status: BatchStatus = serde_json::from_slice(&answer.body).unwrap();
            if seen.last() != Some(&status) {
                tags.push(answer.header("ETag").unwrap().to_owned());
                seen.push(status);
            } else {
                assert_eq!(answer.header("ETag"), tags.last().map(String::as_str));
            }
            if seen.last().is_some_and(done) {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(1), "not seen: {:?}", seen.last());
        }
    };
    poll_until(&|status| status.received == 4);
    change("status = 'processing', started_at = 1793491200400, imported = 1");
    poll_until(&|status| status.imported == 1);
    let error = format!(
        "INSERT INTO batch_errors (account_id, job_id, item_index, error) VALUES ('{name}', '{id}', 3, 'agent cap reached (3)');"
    );
    Database::of(state()).execute(&error);
    change("imported = 3, failed = 1, status = 'completed', finished_at = 1793491201000");
    poll_until(&|status| status.failed == 1);

    assert_eq!(
        seen.iter().map(|status| (status.imported, status.failed)).collect::<Vec<_>>(),
        [(0, 0), (1, 0), (3, 1)]
    );
    assert_eq!(seen[2].errors.len(), 1);
    tags.dedup();
    assert_eq!(tags.len(), 3, "a tag for each version: {tags:?}");
}
