//! Large batches go into the store portion by portion, and are there as a whole or not at all.

use contract::{Tier, path};
use serde_json::{Value, json};
use std::{sync::LazyLock, thread};
use tests::{Account, Answer, Client, Database, Sums, bearer, large_body, start_with};
use xtask::serve::Server;

/// A portion takes a while, so that batches at the same time go in beside each other; and what is `stuck` does not land.
const PLANTED: &str = "
    CREATE VIEW some_milliseconds AS
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 20000)
    SELECT COUNT(*) AS count FROM number;
    CREATE TRIGGER slow BEFORE INSERT ON batch_items WHEN new.item_index % 2 = 0
    BEGIN SELECT count FROM some_milliseconds; END;
    CREATE TRIGGER stuck BEFORE INSERT ON memories WHEN new.content LIKE '%stuck%'
    BEGIN SELECT RAISE(ABORT, 'stuck'); END;";

static SERVER: LazyLock<Server> = LazyLock::new(|| start_with(&[], PLANTED));

fn client() -> Client {
    Client::new(SERVER.url())
}

fn database() -> Database {
    Database::of(SERVER.state())
}

/// 500 memories, 6 MB in all.
fn large(content: &str) -> Vec<Value> {
    (0..500).map(|n| json!({ "content": format!("{n:03} {content}{}", "x".repeat(12_000)) })).collect()
}

/// Posts the same body from several clients at once.
fn post_at_once(times: usize, key: &str, idempotency_key: Option<&str>, body: &Value) -> Vec<Answer> {
    let (authorization, body) = (bearer(key), body.to_string());
    let mut headers = vec![("Authorization", &*authorization)];
    headers.extend(idempotency_key.map(|key| ("Idempotency-Key", key)));
    let post = || client().send("POST", path::BATCH, &headers, &body);
    thread::scope(|scope| {
        let posts: Vec<_> = (0..times).map(|_| scope.spawn(post)).collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    })
}

#[test]
fn a_batch_of_many_portions_lands_completely_and_in_order() {
    let _turn = large_body();
    let account = Account::new(Tier::Scale);
    let status = client().finished(client().import(&account.key, &large("")), &account.key);
    assert_eq!((status.received, status.imported, status.failed), (500, 500, 0));
    let order = "SELECT group_concat(number) FROM \
        (SELECT CAST(substr(content, 1, 3) AS INTEGER) AS number FROM memories WHERE account_id = ?1 ORDER BY rowid)";
    let expected = (0..500).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(database().one::<String>(order, [&account.name]), expected);
    database().assert_adds_up(&account.name, 0);
}

#[test]
fn one_large_body_that_comes_twice_at_once_with_its_key_is_one_job() {
    let _turn = large_body();
    let account = Account::new(Tier::Scale);
    let body = json!({ "memories": large("") });
    let answers = post_at_once(2, &account.key, Some("twice"), &body);
    for answer in &answers {
        assert_eq!((answer.status, answer.text()), (202, answers[0].text()));
    }
    client().finished(answers[0].job().id, &account.key);
    let sums = database().assert_adds_up(&account.name, 0);
    assert_eq!(sums, Sums { received: 500, imported: 500, failed: 0 });
    let sent = "SELECT SUM(received) FROM usage WHERE account_id = ?1";
    assert_eq!(database().one::<u32>(sent, [&account.name]), 500, "sent once");
}

#[test]
fn of_four_large_batches_at_once_three_are_let_in_and_nothing_stays_of_the_fourth() {
    let _turn = large_body();
    let account = Account::new(Tier::Scale);
    let body = json!({ "memories": large("stuck") });
    let answers = post_at_once(4, &account.key, None, &body);
    let (admitted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 202);
    assert_eq!(admitted.len(), 3, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    refused[0].assert_error(429, "too_many_batches");
    // Nor of one that comes while all three run.
    client().post(path::BATCH, &account.key, &body).assert_error(429, "too_many_batches");

    let one = |sql: &str| database().one::<u32>(sql, [&account.name]);
    let of_jobs = "SELECT COUNT(*) FROM batch_items JOIN batch_jobs ON id = job_id AND batch_jobs.account_id = ?1";
    assert_eq!(one(of_jobs), 1_500, "the items of the three");
    assert_eq!(one("SELECT COUNT(*) FROM batch_items WHERE account_id = ?1"), 1_500, "and no others");
    assert_eq!(one("SELECT COUNT(*) FROM admissions WHERE account_id = ?1"), 0);
    let sent = "SELECT SUM(received) FROM usage WHERE account_id = ?1";
    assert_eq!(one(sent), 1_500, "what is refused does not count");
}
