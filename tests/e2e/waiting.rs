//! How long it takes to be told, to stop and to send again, and what it costs that many wait.

use contract::{JobId, Tier, path};
use serde_json::json;
use std::{
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tests::{Account, Answer, Client, bearer, job, lab::Lab, start_with, wait_until};

static LAB: LazyLock<Lab> = LazyLock::new(|| Lab::start(&[], ""));

/// Asks for a job that the client has in the version `known`, and waits for news at most so many seconds.
fn wait(client: &Client, job: &str, key: &str, known: &str, seconds: u32) -> Answer {
    let prefer = format!("wait={seconds}");
    let headers = [("Authorization", &*bearer(key)), ("If-None-Match", known), ("Prefer", &prefer)];
    client.send("GET", &format!("{}/{job}", path::BATCH), &headers, "")
}

/// The value below which so many of a hundred lie.
fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * of_hundred / 100).min(times.len() - 1)]
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn two_hundred_who_wait_are_told_of_the_end_within_a_second() {
    const CLIENTS: usize = 200;
    let account = Account::new(Tier::Scale);
    let id: JobId = "00000000000000000000000000000200".parse().unwrap();
    let execute = |sql: &str| LAB.with_database(|database| database.execute(sql));
    execute(&format!(
        "INSERT INTO batch_jobs (account_id, id, status, received, created_at, moved_at) \
         VALUES ('{}', '{}', 'processing', 1, unixepoch() * 1000, 253370764800000)",
        account.name,
        id.hex()
    ));
    let (waiting, told) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let landed = thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let client = Client::new(LAB.url());
                let known = client.get(&path::batch_status(id), &account.key);
                let known = known.header("ETag").unwrap().to_owned();
                waiting.fetch_add(1, Ordering::Relaxed);
                let answer = wait(&client, &id.to_string(), &account.key, &known, 25);
                told.lock().unwrap().push(Instant::now());
                assert!(answer.job().status.is_final(), "{}", answer.text());
            });
        }
        wait_until("that all wait", || waiting.load(Ordering::Relaxed) == CLIENTS);
        let landed = Instant::now();
        execute(&format!(
            "UPDATE batch_jobs SET status = 'completed', imported = 1, version = version + 1, \
             finished_at = unixepoch() * 1000 WHERE account_id = '{}' AND id = '{}'",
            account.name,
            id.hex()
        ));
        landed
    });
    let mut times: Vec<_> = told.into_inner().unwrap().into_iter().map(|told| told - landed).collect();
    let (half, most) = (percentile(&mut times, 50), percentile(&mut times, 95));
    eprintln!("{CLIENTS} waiting clients: told after {half:?} at the median, 95 % within {most:?}");
    assert!(most <= Duration::from_secs(1), "{most:?}");
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_thousand_who_wait_ask_the_database_no_more_often_than_two() {
    const SECONDS: u32 = 5;
    let account = Account::other();
    let calls = |clients: usize| {
        let known = LAB.client().get(&format!("{}/{}", path::BATCH, job::PROCESSING), &account.key);
        let known = known.header("ETag").unwrap().to_owned();
        LAB.forget();
        thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    let answer = wait(&Client::new(LAB.url()), job::PROCESSING, &account.key, &known, SECONDS);
                    assert_eq!(answer.status, 304);
                });
            }
        });
        let calls = LAB.seen().calls;
        // From the first to the last: so many clients do not come at once. The last one begins no more of that time.
        let within = calls.last().zip(calls.first()).map_or(0, |(last, first)| last - first);
        (calls.len(), calls.len().saturating_sub(1) as f64 / (within as f64 / 1_000.0).max(SECONDS.into()))
    };
    for clients in [1, 1_000] {
        let (calls, a_second) = calls(clients);
        eprintln!("{clients} waiting for {SECONDS} s: {calls} statements, {a_second:.2} a second");
        assert!(calls > 1 && a_second <= 2.0, "{clients} clients: {a_second} statements a second");
    }
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_cancelled_job_is_final_within_two_seconds_and_a_retry_takes_no_longer_than_two_imports() {
    const ROUNDS: usize = 7;
    // One item a step, so that a cancel comes in the middle.
    let server = start_with(&[("IMPORT_CHUNK_ITEMS", "1")], "");
    let (client, account) = (Client::new(server.url()), Account::new(Tier::Scale));
    let job = client.import(&account.key, &vec![json!({ "content": "n" }); 500]);
    let begin = Instant::now();
    assert_eq!(client.post(&path::cancel(job), &account.key, &json!({})).status, 202);
    let cancelled = client.finished(job, &account.key);
    let took = begin.elapsed();
    eprintln!("cancelled with {} of 500 imported, final after {took:?}", cancelled.imported);
    assert!(cancelled.imported < 500 && took <= Duration::from_secs(2), "{took:?}");

    let client = LAB.client();
    // They fail, so that all of them can be sent again.
    let items = vec![json!({ "content": " ", "metadata": { "note": "x".repeat(1_000) } }); 500];
    let indexes = json!({ "indexes": (0..500).collect::<Vec<_>>() });
    let timed = |path: &str, body: &serde_json::Value| {
        let begin = Instant::now();
        let answer = client.post(path, &account.key, body);
        let took = begin.elapsed();
        assert_eq!(answer.status, 202, "{}", answer.text());
        client.finished(answer.job().id, &account.key);
        (answer.job().id, took)
    };
    let (mut imports, mut retries) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (job, took) = timed(path::BATCH, &json!({ "memories": items }));
        imports.push(took);
        retries.push(timed(&path::retry(job), &indexes).1);
    }
    let (import, retry) = (percentile(&mut imports, 50), percentile(&mut retries, 50));
    eprintln!("answered at the median: a POST of 500 after {import:?}, a retry of 500 after {retry:?}");
    assert!(retry <= 2 * import, "{retry:?} for a retry, {import:?} for an import");
}
