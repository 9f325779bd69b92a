//! A database that does not answer, and one that holds what it should not.

use contract::Tier;
use keys::kv::Namespace;
use std::{
    thread,
    time::{Duration, Instant},
};
use tests::{Account, Client, Database, entry, job, server, start, state, wait_until};

#[test]
fn a_database_that_fails_is_a_503_without_internals_and_what_needs_none_goes_on() {
    let server = start();
    let client = Client::new(server.url());
    let account = Account::new(Tier::Developer);
    let job = |id: &str| format!("/v1/batch/{id}");
    let known = client.get(&job(job::EXAMPLE), &account.key);
    assert_eq!(known.status, 200);

    Database::of(server.state()).execute("ALTER TABLE batch_jobs RENAME TO away");
    for path in [&job(job::FAILED), &job(job::UNKNOWN), "/v1/batch"] {
        let answer = client.get(path, &account.key);
        answer.assert_error(503, "unavailable");
        let seconds: u32 = answer.header("Retry-After").unwrap().parse().unwrap();
        assert!(seconds >= 1);
        let told = answer.text().to_lowercase();
        for internal in ["batch_jobs", "sql", "d1", "table", "account_id", "panic", " at "] {
            assert!(!told.contains(internal), "{told}");
        }
        // The detail is in the log under the request id, as soon as wrangler has written it there.
        let (id, begin) = (answer.header("X-Request-Id").unwrap(), Instant::now());
        while !server.log().contains(id) {
            assert!(begin.elapsed() < Duration::from_secs(10), "no {id} in the log");
            thread::sleep(Duration::from_millis(20));
        }
    }
    // All of it is settled before the database.
    assert_eq!(client.get("/v1/ping", &account.key).status, 200);
    client.get(&job(job::FAILED), "kor_self_nobodys").assert_error(401, "invalid_key");
    client.get(&job(job::FAILED), &account.write_only).assert_error(403, "forbidden");
    client.get(&job("no-id"), &account.key).assert_error(404, "not_found");
    client.get("/v1/batch?limit=0", &account.key).assert_error(422, "invalid_request");
    client.send("DELETE", &job(job::FAILED), &[], "").assert_error(405, "method_not_allowed");
    // A final job never changes, so what was read once needs no database either.
    assert_eq!(client.get(&job(job::EXAMPLE), &account.key).text(), known.text());

    Database::of(server.state()).execute("ALTER TABLE away RENAME TO batch_jobs");
    assert_eq!(client.get("/v1/batch", &account.key).status, 200);
    // For half a second all who ask for a job are told what the last one was told.
    wait_until("the job", || client.get(&job(job::FAILED), &account.key).status == 200);
    wait_until("that there is none", || client.get(&job(job::UNKNOWN), &account.key).status == 404);
}

#[test]
fn a_key_record_that_cannot_be_read_is_a_500_that_says_nothing_of_it() {
    let key = "kor_self_test_broken";
    let mut entry = entry(key, "broken", Tier::Hobby, &[], None);
    entry.value = r#"{"account":"broken","tier":"platinum"}"#.to_owned();
    Namespace::Local { persist_to: Some(state().folder().to_owned()) }.put(&entry).unwrap();
    let answer = server().get("/v1/ping", key);
    answer.assert_error(500, "internal");
    for internal in ["broken", "platinum", "tier", "kv", "json"] {
        assert!(!answer.text().to_lowercase().contains(internal), "{}", answer.text());
    }
    assert_eq!(server().get("/v1/ping", &Account::new(Tier::Hobby).key).status, 200);
}
