//! What an account may send in a month, whether or not it lands: ten times what may land.

use contract::{Tier, path};
use serde_json::{Value, json};
use tests::{Account, Answer, Client, Database, bearer, start_with};

/// SQL by which `account` has sent so many memories this month, of which none landed.
fn sent(account: &Account, memories: u32) -> String {
    format!(
        "INSERT INTO usage (account_id, month, writes, received) \
         VALUES ('{}', strftime('%Y-%m', 'now'), 0, {memories});",
        account.name
    )
}

fn note() -> Value {
    json!({ "content": "c" })
}

fn batch(memories: &[Value]) -> Value {
    json!({ "memories": memories })
}

#[track_caller]
fn assert_used_up(answer: &Answer, next_month: &str) {
    assert_eq!((answer.status, answer.header("Retry-After")), (429, None), "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["code"], "quota_exceeded", "{body}");
    assert_eq!((&body["limit"], &body["used"]), (&json!(10_000), &json!(10_000)), "{body}");
    assert_eq!(body["resets_at"], next_month, "{body}");
    assert!(body["message"].as_str().unwrap().contains("10000"), "{body}");
}

#[test]
fn an_account_may_send_ten_times_its_quota_and_then_neither_a_batch_nor_a_single_memory() {
    // 1,000 memories a month.
    let [batches, singles, both] = [(); 3].map(|()| Account::new(Tier::Hobby));
    let planted = [sent(&batches, 9_999), sent(&singles, 9_999), sent(&both, 9_998)].concat();
    let server = start_with(&[], &planted);
    let (client, database) = (Client::new(server.url()), Database::of(server.state()));
    let next_month: String = database.one("SELECT date('now', 'start of month', '+1 month')", []);
    let received = |account: &Account| -> u32 {
        database.one("SELECT received FROM usage WHERE account_id = ?1 AND month > '2000-01'", [&account.name])
    };

    // What is refused for its shape was not sent.
    for (path, body) in [(path::BATCH, json!({})), (path::BATCH, batch(&[])), (path::MEMORIES, json!({}))] {
        client.post(path, &batches.key, &body).assert_error(422, "invalid_request");
    }
    assert_eq!(received(&batches), 9_999);

    // The last one, and sent again it is the same. It need not land.
    let headers = [("Authorization", &*bearer(&batches.key)), ("Idempotency-Key", "last")];
    let last = batch(&[json!({ "content": "" })]).to_string();
    let answer = client.send("POST", path::BATCH, &headers, &last);
    assert_eq!(answer.status, 202, "{}", answer.text());
    client.finished(answer.job().id, &batches.key);
    assert_eq!(client.send("POST", path::BATCH, &headers, &last).text(), answer.text());

    assert_eq!(client.post(path::MEMORIES, &singles.key, &note()).status, 201);
    assert_eq!(client.post(path::MEMORIES, &both.key, &note()).status, 201);
    client.finished(client.import(&both.key, &[note()]), &both.key);

    for account in [&batches, &singles, &both] {
        for (path, body) in [(path::BATCH, batch(&[note()])), (path::MEMORIES, note())] {
            assert_used_up(&client.post(path, &account.key, &body), &next_month);
        }
        assert_eq!(received(account), 10_000, "what is refused does not count");
    }
    assert_eq!(database.one::<u32>("SELECT COUNT(*) FROM batch_items", []), 0);
    assert_eq!(database.one::<u32>("SELECT COUNT(*) FROM admissions", []), 0);
}
