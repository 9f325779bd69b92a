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

#[test]
fn among_what_is_sent_a_memory_counts_once_more_for_each_sixteen_kib_however_it_is_sent() {
    let account = Account::new(Tier::Hobby);
    let server = start_with(&[], "");
    let client = Client::new(server.url());
    let received = || client.get(path::USAGE, &account.key).json()["received"]["used"].as_u64().unwrap();
    // With the braces and the name of its field, metadata of so many bytes.
    let weighing = |content: &str, bytes: usize| json!({ "content": content, "metadata": { "m": "m".repeat(bytes - content.len() - r#"{"m":""}"#.len()) } });
    assert_eq!(client.post(path::MEMORIES, &account.key, &weighing("c", (16 << 10) - 1)).status, 201);
    assert_eq!(received(), 1);
    assert_eq!(client.post(path::MEMORIES, &account.key, &weighing("c", 16 << 10)).status, 201);
    assert_eq!(received(), 3);
    assert_eq!(client.post(path::MEMORIES, &account.key, &weighing("憶", 900_000)).status, 201);
    assert_eq!(received(), 3 + 55);
    // Each is of another agent, of which the account may have two.
    let mut items: Vec<_> = (0..4).map(|_| weighing("c", 40 << 10)).collect();
    for (agent, item) in items.iter_mut().enumerate() {
        item["agent_id"] = json!(agent.to_string());
    }
    let job = client.import(&account.key, &items);
    client.finished(job, &account.key);
    assert_eq!(received(), 58 + 4 * 3);
    let retried = client.post(&path::retry(job), &account.key, &json!({}));
    client.finished(retried.job().id, &account.key);
    assert_eq!(received(), 70 + 2 * 3, "what is sent again weighs as much");
}
