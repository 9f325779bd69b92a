//! What a client may know before it sends, and how it is told when something has changed.

use contract::{Forecast, JobStatus, Tier, Usage, path};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};
use tests::{Account, Client, Database, bearer, imported, importing, key_id, lab::Lab, server, state};

fn usage(client: &Client, account: &Account) -> Usage {
    let answer = client.get(path::USAGE, &account.read_only);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn foretell(client: &Client, account: &Account, memories: &[Value]) -> Forecast {
    let answer = client.post("/v1/batch?dry_run=true", &account.key, &json!({ "memories": memories }));
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn usage_tells_what_was_used_up_and_what_is_left() {
    let account = Account::new(Tier::Hobby);
    let memories = [json!({ "content": "a", "agent_id": "one" }), json!({ "content": " " }), json!({ "content": "b" })];
    importing().finished(importing().import(&account.key, &memories), &account.key);
    assert_eq!(importing().post(path::MEMORIES, &account.key, &json!({ "content": "c" })).status, 201);
    let body = importing().get(path::USAGE, &account.key).text().to_owned();
    let Usage { key, writes, .. } = usage(&importing(), &account);
    assert_eq!((key.id, key.expires_at), (key_id(&account.read_only), Some("2100-01-01T00:00:00.000Z".to_owned())));
    let resets_at = writes.resets_at;
    let expected = format!(
        r#"{{"tier":"hobby","writes":{{"used":3,"limit":1000,"resets_at":"{resets_at}"}},"received":{{"used":4,"limit":10000}},{}{}"#,
        r#""agents":{"used":1,"limit":2},"batches":{"running":0,"limit":3},"#,
        format_args!(r#""account":"{}","key":{{"id":"{}","expires_at":null}}}}"#, account.name, key_id(&account.key)),
    );
    assert_eq!(body, expected);
    assert!(resets_at.ends_with("-01") && resets_at.len() == 10, "{resets_at}");
    importing().get(path::USAGE, &account.write_only).assert_error(403, "forbidden");
    importing().send("POST", path::USAGE, &[], "").assert_error(405, "method_not_allowed");
}

#[test]
fn a_dry_run_says_what_the_import_that_follows_does_and_leaves_nothing_behind() {
    let mut runner = TestRunner::deterministic();
    let batches = prop::collection::vec((prop::bool::weighted(0.9), prop::option::weighted(0.4, 0..4_u8)), 400);
    // For its quota of a tier that may ask less often than this.
    let (account, lab) = (Account::new(Tier::Hobby), Lab::start(&[], ""));
    let client = lab.client();
    for _ in 0..3 {
        let batch = batches.new_tree(&mut runner).unwrap().current();
        let item = |(has_content, agent): &(bool, Option<u8>)| json!({ "content": if *has_content { "n" } else { " " }, "agent_id": agent.map(|agent| agent.to_string()) });
        let memories: Vec<_> = batch.iter().map(item).collect();
        let before = usage(client, &account);
        let forecast = foretell(client, &account, &memories);
        assert_eq!(usage(client, &account), before, "nothing is counted");
        let status = client.finished(client.import(&account.key, &memories), &account.key);
        let said = (forecast.received, forecast.would_import, forecast.would_fail, forecast.errors);
        assert_eq!(said, (status.received, status.imported, status.failed, status.errors));
    }
    lab.with_database(|database| database.assert_adds_up(&account.name, 0));
}

#[test]
fn a_dry_run_reads_like_an_import_and_a_misspelt_one_imports_nothing() {
    let account = Account::new(Tier::Hobby);
    let post = |query: &str, body: &Value| importing().post(&format!("/v1/batch?{query}"), &account.key, body);
    let answer = post("dry_run=true", &json!({ "memories": [{ "content": 1 }] }));
    answer.assert_error(422, "invalid_request");
    assert!(answer.text().contains("memories[0].content must be a string"), "{}", answer.text());
    for query in ["dryrun=true", "dry_run=1", "dry_run=", "dry_run=true&x=1"] {
        post(query, &json!({ "memories": [{ "content": "a" }] })).assert_error(422, "invalid_request");
    }
    assert_eq!(imported().assert_adds_up(&account.name, 0).received, 0);
    assert_eq!(post("dry_run=false", &json!({ "memories": [{ "content": "a" }] })).status, 202);
}

/// A job of the account that only the test moves.
fn plant(account: &Account, id: &str) {
    Database::of(state()).execute(&format!(
        "INSERT INTO batch_jobs (account_id, id, status, received, created_at, moved_at) \
         VALUES ('{}', '{id}', 'pending', 5, CAST(unixepoch('subsec') * 1000 AS INTEGER), 253370764800000)",
        account.name
    ));
}

#[test]
fn who_waits_is_answered_when_the_job_has_moved_and_else_when_the_time_is_over() {
    let (account, id) = (Account::new(Tier::Scale), "00000000000000000000000000000ca1");
    plant(&account, id);
    let ask = |prefer: &str, known: &str| {
        let headers = [("Authorization", &*bearer(&account.key)), ("If-None-Match", known), ("Prefer", prefer)];
        server().send("GET", &format!("/v1/batch/{id}"), &headers, "")
    };
    let begin = Instant::now();
    let over = ask("wait=2", "\"1\"");
    assert_eq!((over.status, over.header("Preference-Applied")), (304, Some("wait=2")));
    assert!(begin.elapsed() >= Duration::from_secs(2), "{:?}", begin.elapsed());
    // Who has something else, or nothing, does not wait.
    let begin = Instant::now();
    assert_eq!(ask("wait=20", "\"0\"").status, 200);
    assert_eq!(server().get(&format!("/v1/batch/{id}"), &account.key).header("Preference-Applied"), None);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());

    let waited: Vec<_> = thread::scope(|scope| {
        let waiting: Vec<_> = (0..20).map(|_| scope.spawn(|| (ask("wait=25", "\"1\""), Instant::now()))).collect();
        thread::sleep(Duration::from_millis(500));
        Database::of(state()).execute(&format!(
            "UPDATE batch_jobs SET status = 'completed', imported = 5, version = 2, finished_at = created_at + 1 \
             WHERE account_id = '{}' AND id = '{id}'",
            account.name
        ));
        let moved = Instant::now();
        waiting.into_iter().map(|it| it.join().unwrap()).map(|(answer, at)| (answer, at - moved)).collect()
    });
    for (answer, after) in waited {
        assert_eq!((answer.status, answer.job().status), (200, JobStatus::Completed));
        assert_eq!(answer.header("Preference-Applied"), Some("wait=25"));
        assert!(after < Duration::from_secs(2), "{after:?}");
    }
    // A final job has no news to wait for.
    let begin = Instant::now();
    assert_eq!(ask("wait=25", "\"2\"").status, 304);
    assert!(begin.elapsed() < Duration::from_secs(5));
}
