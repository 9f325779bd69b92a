//! A database that is slow: however many watch, it is asked no more often.

use contract::Tier;
use std::{
    sync::{LazyLock, Mutex},
    thread,
    time::{Duration, Instant},
};
use tests::{
    Account, Client, bearer, job,
    lab::{Faults, Lab},
};

const WATCHERS: usize = 500;
/// The most reads of one job that an isolate may begin within a second.
const MOST: usize = 2;

static LAB: LazyLock<Lab> = LazyLock::new(|| Lab::start(&[], ""));

/// Each watcher asks again as soon as it has an answer, for so many seconds. Returns the answers by their status.
fn watch(lab: &Lab, job: &str, key: &str, seconds: u64) -> Vec<(u16, usize)> {
    let answers = Mutex::new(Vec::new());
    let (path, headers) = (format!("/v1/batch/{job}"), [("Authorization", &*bearer(key))]);
    let end = Instant::now() + Duration::from_secs(seconds);
    thread::scope(|scope| {
        for _ in 0..WATCHERS {
            scope.spawn(|| {
                let client = Client::new(lab.url());
                while Instant::now() < end {
                    let status = client.send("GET", &path, &headers, "").status;
                    answers.lock().unwrap().push(status);
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap();
    answers.sort_unstable();
    answers.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
}

/// The most calls within any second.
fn most_a_second(calls: &[u64]) -> usize {
    let within = |(at, began): (usize, &u64)| calls[at..].iter().take_while(|call| **call < began + 1_000).count();
    calls.iter().enumerate().map(within).max().unwrap_or_default()
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn five_hundred_watchers_of_one_job_make_two_statements_a_second_however_slow_the_database() {
    let account = Account::other();
    // A job, that there is none, and that the database does not answer.
    let (running, unknown, failing) = ((job::PROCESSING, 0.0, 200), (job::UNKNOWN, 0.0, 404), (job::PENDING, 1.0, 503));
    for (latency, seconds, outcomes) in [
        (100, 4, vec![running]),
        (500, 4, vec![running]),
        (2_000, 4, vec![running, unknown, failing]),
        (10_000, 5, vec![running]),
    ] {
        for (job, refused, status) in outcomes {
            LAB.set(Faults { latency, refused, ..Faults::NONE });
            LAB.forget();
            let answers = watch(&LAB, job, &account.key, seconds);
            let calls = LAB.seen().calls;
            LAB.set(Faults::NONE);
            let most = most_a_second(&calls);
            eprintln!("{latency} ms: {} statements, at most {most} a second; {answers:?}", calls.len());
            assert!(most <= MOST, "{latency} ms: {calls:?}");
            assert!(answers.iter().all(|(given, _)| *given == status), "{answers:?}");
            assert!(answers[0].1 >= WATCHERS, "each has an answer");
        }
    }
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_slow_database_holds_up_neither_other_jobs_nor_what_needs_none() {
    let account = Account::new(Tier::Scale);
    let path = |job: &str| format!("/v1/batch/{job}");
    LAB.client().get(&path(job::EXAMPLE), &account.key);
    LAB.set(Faults { latency: 2_000, ..Faults::NONE });
    let begin = Instant::now();
    assert_eq!(LAB.client().get(&path(job::EXAMPLE), &account.key).status, 200);
    assert_eq!(LAB.client().get("/v1/ping", &account.key).status, 200);
    assert!(begin.elapsed() < Duration::from_secs(1), "a job that is final and a key that is known need no database");
    thread::scope(|scope| {
        for job in [job::FAILED, job::ERRORS_500, job::UNKNOWN] {
            let (account, path) = (&account, path(job));
            scope.spawn(move || LAB.client().get(&path, &account.key));
        }
    });
    assert!(begin.elapsed() < Duration::from_secs(4), "they wait for the database at the same time");
    LAB.set(Faults::NONE);
}
