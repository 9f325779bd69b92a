//! `POST /v1/batch`: what is let in, what is refused, and that a refusal leaves nothing behind.

use contract::{JobStatus, Tier, path};
use serde_json::{Value, json};
use tests::{Account, Answer, Sums, bearer, imported, importing};

fn note(content: &str) -> Value {
    json!({ "content": content })
}

fn post(account: &Account, body: &Value) -> Answer {
    importing().post(path::BATCH, &account.key, body)
}

fn post_with_key(account: &Account, idempotency_key: &str, body: &Value) -> Answer {
    let headers = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", idempotency_key)];
    importing().send("POST", path::BATCH, &headers, &body.to_string())
}

#[track_caller]
fn assert_nothing_stored(account: &Account) {
    let nothing = Sums { received: 0, imported: 0, failed: 0 };
    assert_eq!(imported().assert_adds_up(&account.name, 0), nothing);
    let keys = "SELECT COUNT(*) FROM idempotency WHERE account_id = ?1 AND key <> 'daily'";
    assert_eq!(imported().one::<u32>(keys, [&account.name]), 0);
}

#[test]
fn a_batch_is_answered_at_once_with_its_job_and_where_to_find_it() {
    let account = Account::new(Tier::Developer);
    let answer = post(&account, &json!({ "memories": [note("One"), note("Two"), note(" ")] }));
    assert_eq!(answer.status, 202);
    let id = answer.job().id;
    let body = format!(r#"{{"id":"{id}","status":"pending","received":3,"imported":0,"failed":0,"errors":[]}}"#);
    assert_eq!(answer.text(), body);
    assert_eq!(answer.header("Location"), Some(&*format!("/v1/batch/{id}")));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));

    importing().finished(id, &account.key);
    let body = format!(
        r#"{{"id":"{id}","status":"completed","received":3,"imported":2,"failed":1,{}}}"#,
        r#""errors":[{"index":2,"error":"content must not be empty"}]"#
    );
    assert_eq!(importing().get(answer.header("Location").unwrap(), &account.key).text(), body);
    imported().assert_adds_up(&account.name, 0);
}

#[test]
fn a_broken_shape_refuses_the_whole_batch_and_names_the_first_bad_place() {
    let account = Account::new(Tier::Team);
    let good = note("good");
    let batch = |bad: Value| json!({ "memories": [good, good, bad, note("also good"), {}] });
    let long = |chars: usize| "é".repeat(chars);
    let refused = [
        (json!([]), "The body must be a JSON object"),
        (json!({}), "memories is missing"),
        (json!({ "memories": good }), "memories must be an array"),
        (json!({ "memories": [] }), "memories must hold 1 to 500 memories"),
        (json!({ "memories": vec![&good; 501] }), "memories must hold 1 to 500 memories"),
        (json!({ "memories": [good], "mode": "fast" }), "mode is not a field"),
        (batch(json!("text")), "memories[2] must be a JSON object"),
        (batch(json!({ "user_id": "u" })), "memories[2].content is missing"),
        (batch(json!({ "content": null })), "memories[2].content must be a string"),
        (batch(json!({ "content": 7 })), "memories[2].content must be a string"),
        (batch(json!({ "content": long(16_001) })), "memories[2].content must have at most 16000 characters"),
        (batch(json!({ "content": "c", "user_id": 7 })), "memories[2].user_id must be a string"),
        (
            batch(json!({ "content": "c", "user_id": long(256) })),
            "memories[2].user_id must have at most 255 characters",
        ),
        (batch(json!({ "content": "c", "agent_id": [] })), "memories[2].agent_id must be a string"),
        (batch(json!({ "content": "c", "agent_id": long(256) })), "memories[2].agent_id must have at most"),
        (batch(json!({ "content": "c", "run_id": true })), "memories[2].run_id must be a string"),
        (batch(json!({ "content": "c", "run_id": long(256) })), "memories[2].run_id must have at most"),
        (batch(json!({ "content": "c", "metadata": "m" })), "memories[2].metadata must be"),
        (batch(json!({ "content": "c", "metadata": [1] })), "memories[2].metadata must be"),
        (
            batch(json!({ "content": "c", "metadata": { "m": long(450_000) } })),
            "memories[2].metadata must have at most 900000",
        ),
        (batch(json!({ "content": "c", "timestamp": "yesterday" })), "memories[2].timestamp must be an ISO 8601"),
        (batch(json!({ "content": "c", "timestamp": "2026-13-01" })), "memories[2].timestamp must be an ISO 8601"),
        (batch(json!({ "content": "c", "kind": "fact" })), "memories[2].kind must be"),
        (batch(json!({ "content": "c", "tags": [] })), "memories[2].tags is not a field"),
    ];
    for (body, place) in &refused {
        let answer = post(&account, body);
        answer.assert_error(422, "invalid_request");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(place), "{place}: {message}");
    }
    for broken in ["{", "memories", "{\"memories\":[{\"content\":\"\\ud80\"}]}", "\u{feff}{}"] {
        let answer = importing().send("POST", path::BATCH, &[("Authorization", &bearer(&account.key))], broken);
        answer.assert_error(422, "invalid_request");
    }
    assert_nothing_stored(&account);
}

#[test]
fn every_field_may_be_as_long_as_it_may_be_and_missing_or_null_where_it_may() {
    let account = Account::new(Tier::Team);
    let longest = "é".repeat(255);
    let whole = json!({ "content": "é".repeat(16_000), "user_id": longest, "agent_id": longest, "run_id": longest,
        "metadata": { "é": [1, 2.5, null, { "deep": true }] }, "timestamp": "2026-05-04T10:30:00.25+02:00", "kind": "session" });
    let bare = json!({ "content": "c", "user_id": null, "agent_id": null, "run_id": null, "metadata": null });
    let dated = json!({ "content": "c", "timestamp": "2026-05-04", "kind": "note" });
    let status = importing().finished(importing().import(&account.key, &[whole, bare, dated]), &account.key);
    assert_eq!((status.imported, status.failed), (3, 0), "{status:?}");
}

#[test]
fn a_key_that_may_not_write_is_refused_whatever_it_sends() {
    let account = Account::new(Tier::Developer);
    for body in [json!({ "memories": [note("good")] }), json!({})] {
        let answer = importing().post(path::BATCH, &account.read_only, &body);
        answer.assert_error(403, "forbidden");
        assert!(answer.text().contains("memories:write"), "{}", answer.text());
    }
    importing().post(path::BATCH, "kor_self_nobodys", &json!({})).assert_error(401, "invalid_key");
    assert_nothing_stored(&account);
}

#[test]
fn a_key_that_may_only_write_posts_a_batch_that_it_cannot_follow() {
    let account = Account::new(Tier::Developer);
    let id = importing().import(&account.write_only, &[note("good")]);
    importing().get(&path::batch_status(id), &account.write_only).assert_error(403, "forbidden");
    assert_eq!(importing().finished(id, &account.read_only).status, JobStatus::Completed);
}

#[test]
fn the_same_idempotency_key_and_body_give_the_first_answer_and_import_nothing_twice() {
    let account = Account::new(Tier::Developer);
    let body = json!({ "memories": [note("One"), note("")] });
    let first = post_with_key(&account, "upload-7", &body);
    assert_eq!(first.status, 202);
    let again = post_with_key(&account, "upload-7", &body);
    importing().finished(first.job().id, &account.key);
    let after_the_end = post_with_key(&account, "upload-7", &body);
    for answer in [again, after_the_end] {
        assert_eq!((answer.status, answer.text()), (202, first.text()));
        assert_eq!(answer.header("Location"), first.header("Location"));
    }
    let sums = imported().assert_adds_up(&account.name, 0);
    assert_eq!(sums, Sums { received: 2, imported: 1, failed: 1 });

    let other_body = post_with_key(&account, "upload-7", &json!({ "memories": [note("One")] }));
    other_body.assert_error(409, "idempotency_conflict");
    // Only the account's own keys count, and only the same key.
    let other_account = Account::new(Tier::Developer);
    for (account, idempotency_key) in [(&account, "upload-8"), (&other_account, "upload-7")] {
        let other = post_with_key(account, idempotency_key, &body);
        assert_eq!(other.status, 202);
        assert_ne!(other.job().id, first.job().id);
    }
}

#[test]
fn an_idempotency_key_is_forgotten_after_24_hours() {
    let account = Account::new(Tier::Developer);
    // `daily` came before, with another body, and has expired.
    let answer = post_with_key(&account, "daily", &json!({ "memories": [note("One")] }));
    assert_eq!(answer.status, 202);
    let hours = "SELECT (expires_at - created_at) / 3600000.0 FROM idempotency JOIN batch_jobs ON id = job_id \
         WHERE key = 'daily' AND id = ?1";
    assert_eq!(imported().one::<f64>(hours, [answer.job().id.hex()]), 24.0);
}

#[test]
fn an_idempotency_key_that_is_none_is_refused() {
    let account = Account::new(Tier::Developer);
    let body = json!({ "memories": [note("One")] });
    for bad in ["", "a b", &"k".repeat(256)] {
        let answer = post_with_key(&account, bad, &body);
        answer.assert_error(422, "invalid_request");
        assert!(answer.text().contains("Idempotency-Key"), "{}", answer.text());
    }
    assert_nothing_stored(&account);
    assert_eq!(post_with_key(&account, &"k".repeat(255), &body).status, 202);
}

#[test]
fn a_month_without_a_write_left_refuses_the_batch_and_says_until_when() {
    let account = Account::new(Tier::Hobby);
    for _ in 0..2 {
        importing().finished(importing().import(&account.key, &vec![note("n"); 500]), &account.key);
    }
    let next_month: String = imported().one("SELECT date('now', 'start of month', '+1 month')", []);
    let all = Sums { received: 1_000, imported: 1_000, failed: 0 };
    for path in [path::BATCH, path::MEMORIES] {
        let body = if path == path::BATCH { json!({ "memories": [note("One more")] }) } else { note("One more") };
        let answer = importing().post(path, &account.key, &body);
        assert_eq!((answer.status, answer.header("Retry-After")), (429, None), "{path}");
        let body = answer.json();
        assert_eq!(body["code"], "quota_exceeded", "{path}");
        assert!(!body["message"].as_str().unwrap().is_empty());
        assert_eq!((&body["limit"], &body["used"]), (&json!(1_000), &json!(1_000)), "{path}");
        assert_eq!(body["resets_at"], json!(next_month), "{path}");
        assert_eq!(body.as_object().unwrap().len(), 5, "{body}");
    }
    assert_eq!(imported().assert_adds_up(&account.name, 0), all);
}
