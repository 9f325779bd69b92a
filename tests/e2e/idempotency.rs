//! `Idempotency-Key` on `POST /v1/memories`, and beside the same key on `POST /v1/batch`.

use contract::{Tier, path};
use serde_json::{Value, json};
use std::thread;
use tests::{Account, Answer, Sums, bearer, imported, importing};

const NOTHING: Sums = Sums { received: 0, imported: 0, failed: 0 };

fn post(account: &Account, path: &str, idempotency_key: &str, body: &Value) -> Answer {
    let headers = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", idempotency_key)];
    importing().send("POST", path, &headers, &body.to_string())
}

fn write(account: &Account, idempotency_key: &str, body: &Value) -> Answer {
    post(account, path::MEMORIES, idempotency_key, body)
}

fn note(content: &str) -> Value {
    json!({ "content": content, "agent_id": "a" })
}

#[test]
fn a_write_that_is_repeated_with_its_key_is_one_memory_and_the_same_answer() {
    let account = Account::new(Tier::Scale);
    let first = write(&account, "note-7", &note("One"));
    assert_eq!(first.status, 201, "{}", first.text());
    for _ in 0..2 {
        let again = write(&account, "note-7", &note("One"));
        assert_eq!((again.status, again.text()), (201, first.text()));
    }
    assert_eq!(imported().assert_adds_up(&account.name, 1), NOTHING);
    let received = "SELECT SUM(received) FROM usage WHERE account_id = ?1";
    assert_eq!(imported().one::<u32>(received, [&account.name]), 1, "what is repeated was sent once");

    write(&account, "note-7", &note("Two")).assert_error(409, "idempotency_conflict");
    // Only the account's own keys count, and only the same key; without one each write is its own.
    assert_eq!(write(&Account::new(Tier::Scale), "note-7", &note("Two")).status, 201);
    let other = write(&account, "note-8", &note("One"));
    assert_eq!(other.status, 201);
    assert_ne!(other.text(), first.text());
    for _ in 0..2 {
        assert_eq!(importing().post(path::MEMORIES, &account.key, &note("One")).status, 201);
    }
    assert_eq!(imported().assert_adds_up(&account.name, 4), NOTHING);
}

#[test]
fn writes_with_one_key_at_the_same_time_are_one_memory() {
    let account = Account::new(Tier::Scale);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let writes: Vec<_> = (0..8).map(|_| scope.spawn(|| write(&account, "at-once", &note("One")))).collect();
        writes.into_iter().map(|write| write.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!((answer.status, answer.text()), (201, answers[0].text()));
    }
    imported().assert_adds_up(&account.name, 1);
}

#[test]
fn a_key_of_a_write_is_not_taken_for_that_of_a_batch_nor_the_other_way_round() {
    let account = Account::new(Tier::Scale);
    let (memory, batch) = (note("One"), json!({ "memories": [note("One")] }));
    for (key, (first, body), (second, other)) in [
        ("write-first", (path::MEMORIES, &memory), (path::BATCH, &batch)),
        ("batch-first", (path::BATCH, &batch), (path::MEMORIES, &memory)),
    ] {
        let answer = post(&account, first, key, body);
        assert!(answer.status < 300, "{}", answer.text());
        post(&account, second, key, other).assert_error(409, "idempotency_conflict");
        // No body is good for both.
        post(&account, second, key, body).assert_error(422, "invalid_request");
        assert_eq!(post(&account, first, key, body).status, answer.status);
        if first == path::BATCH {
            importing().finished(answer.job().id, &account.key);
        }
    }
    assert_eq!(imported().assert_adds_up(&account.name, 1), Sums { received: 1, imported: 1, failed: 0 });
}

#[test]
fn the_key_of_a_write_is_forgotten_after_24_hours() {
    let account = Account::new(Tier::Scale);
    // `daily` came before, with another body, and has expired.
    let answer = write(&account, "daily", &note("One"));
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.json()["id"].as_str().unwrap().trim_start_matches("mem_").to_owned();
    let hours = "SELECT (expires_at - created_at) / 3600000.0 FROM idempotency JOIN memories ON id = job_id \
         WHERE key = 'daily' AND id = ?1";
    assert_eq!(imported().one::<f64>(hours, [id]), 24.0);
    assert_eq!(write(&account, "daily", &note("One")).text(), answer.text());
}

#[test]
fn a_write_that_is_refused_does_not_remember_its_key() {
    // Two agents.
    let account = Account::new(Tier::Hobby);
    for agent in ["a", "b"] {
        let memory = json!({ "content": "c", "agent_id": agent });
        assert_eq!(importing().post(path::MEMORIES, &account.key, &memory).status, 201);
    }
    let third = json!({ "content": "c", "agent_id": "c" });
    for _ in 0..2 {
        write(&account, "refused", &third).assert_error(403, "agent_cap_exceeded");
        write(&account, "refused", &json!({ "content": " " })).assert_error(422, "invalid_request");
        write(&account, "refused", &json!({ "content": 1 })).assert_error(422, "invalid_request");
    }
    let keys = "SELECT COUNT(*) FROM idempotency WHERE account_id = ?1 AND key = 'refused'";
    assert_eq!(imported().one::<u32>(keys, [&account.name]), 0);
    assert_eq!(write(&account, "refused", &note("lands")).status, 201);
    assert_eq!(imported().assert_adds_up(&account.name, 3), NOTHING);
    let left = "SELECT COUNT(*) FROM admissions WHERE account_id = ?1";
    assert_eq!(imported().one::<u32>(left, [&account.name]), 0);
}

#[test]
fn a_key_that_is_none_is_refused_for_a_write_too() {
    let account = Account::new(Tier::Scale);
    for bad in ["", "a b", &"k".repeat(256)] {
        let answer = write(&account, bad, &note("One"));
        answer.assert_error(422, "invalid_request");
        assert!(answer.text().contains("Idempotency-Key"), "{}", answer.text());
    }
    assert_eq!(write(&account, &"k".repeat(255), &note("One")).status, 201);
    imported().assert_adds_up(&account.name, 1);
}
