//! What failed, seen again and sent again; and what is under way, stopped.

use contract::{ErrorBody, Item, ItemList, ItemStatus, JobId, JobStatus, Tier, path, reason};
use serde_json::{Value, json};
use tests::{Account, Answer, Database, Sums, bearer, faults, imported, importing, wait_until};

fn note(content: &str) -> Value {
    json!({ "content": content })
}

fn items(account: &Account, job: JobId, query: &str) -> ItemList {
    let answer = importing().get(&format!("{}?{query}", path::items(job)), &account.key);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn all(account: &Account, job: JobId, accept: &str, query: &str) -> Answer {
    let headers = [("Authorization", &*bearer(&account.key)), ("Accept", accept)];
    importing().send("GET", &format!("{}?{query}", path::items(job)), &headers, "")
}

fn retry(account: &Account, job: JobId, body: &str) -> Answer {
    importing().send("POST", &path::retry(job), &[("Authorization", &bearer(&account.key))], body)
}

/// A batch of a hobby account, which may have two agents: items 1 and 3 fail, the second of them because of its agent.
fn with_failures(account: &Account) -> JobId {
    let body = json!({
        "label": "=März.csv", "group": "4b7c1d9e-2f8a-4c0d-b53e-61a7908f2c14", "lines": [2, 3, 5, 9],
        "memories": [
            { "content": "lands", "agent_id": "a" },
            { "content": " \n" },
            { "content": "=1+1, \"quoted\"", "agent_id": "b" },
            { "content": "@new\nline", "agent_id": "c", "user_id": "ada", "metadata": { "deep": [null, 1.5] },
              "timestamp": "2024-05-01 10:00:00.123456789+00", "kind": "session" },
        ]
    });
    let job = importing().post(path::BATCH, &account.key, &body).job().id;
    importing().finished(job, &account.key);
    job
}

fn code(answer: &Answer) -> String {
    let body: ErrorBody = serde_json::from_slice(&answer.body).unwrap();
    serde_json::to_value(body.code).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn what_became_of_each_item_is_told_with_what_was_sent_where_it_did_not_land() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    let answer = importing().get(&path::items(job), &account.read_only);
    let hex = job.hex();
    let expected = json!({ "next": null, "items": [
        { "index": 0, "status": "imported", "id": format!("mem_0000{}", &hex[4..]), "error": null, "item": null, "line": 2 },
        { "index": 1, "status": "failed", "id": null, "error": reason::EMPTY_CONTENT, "line": 3,
          "item": { "content": "", "user_id": null, "agent_id": null, "run_id": null, "metadata": null, "timestamp": null,
            "kind": "note" } },
        { "index": 2, "status": "imported", "id": format!("mem_0002{}", &hex[4..]), "error": null, "item": null, "line": 5 },
        { "index": 3, "status": "failed", "id": null, "error": "agent cap reached (2)", "line": 9,
          "item": { "content": "@new\nline", "user_id": "ada", "agent_id": "c", "run_id": null,
            "metadata": { "deep": [null, 1.5] }, "timestamp": "2024-05-01 10:00:00.123456789+00", "kind": "session" } },
    ] });
    assert_eq!(answer.json(), expected);
    let memories = importing().get(path::MEMORIES, &account.key);
    for index in ["0000", "0002"] {
        assert!(memories.text().contains(&format!("mem_{index}{}", &hex[4..])), "{}", memories.text());
    }
    assert_eq!(importing().get(&path::items(job), &Account::new(Tier::Hobby).key).status, 404);
    importing().get(&path::items(job), &account.write_only).assert_error(403, "forbidden");
}

#[test]
fn pages_of_items_hold_each_once_and_a_large_item_ends_a_page() {
    let account = Account::new(Tier::Scale);
    let large = |n: usize| json!({ "content": " ", "metadata": { "m": "x".repeat(300_000), "n": n } });
    let mut memories: Vec<_> = (0..120).map(|n| note(if n % 2 == 0 { "lands" } else { "" })).collect();
    memories.extend((0..7).map(large));
    let job = importing().import(&account.key, &memories);
    importing().finished(job, &account.key);

    let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = items(&account, job, &format!("limit=50{after}"));
        pages += 1;
        seen.extend(page.items.iter().map(|item| item.index));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, (0..127).collect::<Vec<_>>());
    assert!(pages > 127 / 50 + 1, "a page of large items ends early: {pages}");
    let failed = items(&account, job, "status=failed&limit=100");
    assert!(failed.items.iter().all(|item| item.status == ItemStatus::Failed && item.item.is_some()));
    assert_eq!(items(&account, job, "status=pending").items.len(), 0);
    assert_eq!(items(&account, job, "status=imported&limit=100").items.len(), 60);
    for query in ["status=done", "limit=0", "limit=101", "after=x", "after=-1", "state=failed"] {
        let answer = importing().get(&format!("{}?{query}", path::items(job)), &account.key);
        answer.assert_error(422, "invalid_request");
    }
}

#[test]
fn all_items_come_as_lines_of_json_or_as_a_table_that_runs_no_formula() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    let lines = all(&account, job, "application/x-ndjson", "status=failed");
    assert_eq!(lines.header("Content-Type"), Some("application/x-ndjson"));
    let read: Vec<Item> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read.iter().map(|item| item.index).collect::<Vec<_>>(), [1, 3]);

    let table = all(&account, job, "text/csv", "");
    assert_eq!(table.header("Content-Type"), Some("text/csv; charset=utf-8"));
    let text = table.text().strip_prefix('\u{feff}').expect("a mark, for spreadsheets");
    let mut rows = text.splitn(2, '\n');
    assert_eq!(rows.next(), Some("index,line,status,id,error,content,user_id,agent_id,run_id,metadata,timestamp,kind"));
    let rest = rows.next().unwrap();
    let last = concat!(
        "3,9,failed,\"\",\"agent cap reached (2)\",\"'@new\nline\",\"ada\",\"c\",\"\",\"{\"\"deep\"\":[null,1.5]}\",",
        "\"2024-05-01 10:00:00.123456789+00\",\"session\"\n"
    );
    assert!(rest.ends_with(last), "{rest}");
    assert_eq!(all(&account, job, "text/csv", "").status, 200);
    let unknown = "job_ffffffffffffffffffffffffffffffff".parse().unwrap();
    all(&account, unknown, "text/csv", "").assert_error(404, "not_found");
}

#[test]
fn a_stream_holds_all_of_five_hundred_items_however_large_they_are() {
    let account = Account::new(Tier::Scale);
    let memories: Vec<_> =
        (0..500).map(|n| json!({ "content": "", "metadata": { "m": "é".repeat(5_000), "n": n } })).collect();
    let job = importing().import(&account.key, &memories);
    importing().finished(job, &account.key);
    let lines = all(&account, job, "application/x-ndjson", "");
    let read: Vec<Item> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(read.iter().map(|item| item.index).eq(0..500));
    let numbers =
        read.iter().map(|item| item.item.as_ref().unwrap().get().contains(&format!("\"n\":{}}}", item.index)));
    assert!(numbers.into_iter().all(|is_its_own| is_its_own));
}

#[test]
fn a_retry_makes_a_new_job_of_what_can_succeed_now_and_takes_each_item_once() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    let before = importing().get(&path::batch_status(job), &account.key).text().to_owned();

    let answer = retry(&account, job, "");
    assert_eq!(answer.status, 202, "{}", answer.text());
    let new = answer.job();
    assert_eq!((new.status, new.received), (JobStatus::Pending, 1), "what is empty fails for good");
    assert_eq!(answer.header("Location"), Some(&*path::batch_status(new.id)));
    importing().finished(new.id, &account.key);
    let item = items(&account, new.id, "").items.remove(0);
    assert_eq!((item.index, item.line, item.error.as_deref()), (0, Some(9), Some("agent cap reached (2)")));
    assert!(item.item.unwrap().get().contains("\"deep\":[null,1.5]"));

    let again = retry(&account, job, "");
    assert_eq!((again.status, &*code(&again)), (409, "nothing_to_retry"));
    // What a person insists on is taken, once.
    assert_eq!(retry(&account, job, r#"{"indexes":[1,3,77]}"#).job().received, 1);
    assert_eq!(retry(&account, job, r#"{"indexes":[1]}"#).status, 409);
    assert_eq!(importing().get(&path::batch_status(job), &account.key).text(), before, "the old job stays as it is");
    let listed = importing().get("/v1/batch?group=4b7c1d9e-2f8a-4c0d-b53e-61a7908f2c14", &account.key).json();
    assert_eq!(listed["sum"]["jobs"], 3);
    assert_eq!(listed["jobs"][0]["label"], "=März.csv");
    wait_until("their end", || listed_running(&account) == 0);
    imported().assert_adds_up(&account.name, 0);
}

fn listed_running(account: &Account) -> usize {
    let list = importing().get("/v1/batch?status=pending,processing", &account.key).json();
    list["jobs"].as_array().unwrap().len()
}

#[test]
fn a_retry_is_refused_like_an_import_and_repeated_like_one() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    for body in ["[]", "{\"indexes\":[]}", "{\"indexes\":[-1]}", "{\"indexes\":[1.5]}", "{\"index\":[1]}", "nonsense"] {
        retry(&account, job, body).assert_error(422, "invalid_request");
    }
    let unknown = "job_ffffffffffffffffffffffffffffffff".parse().unwrap();
    retry(&account, unknown, "").assert_error(404, "not_found");
    retry(&Account::new(Tier::Hobby), job, "").assert_error(404, "not_found");
    let read_only = [("Authorization", &*bearer(&account.read_only))];
    importing().send("POST", &path::retry(job), &read_only, "").assert_error(403, "forbidden");

    let keyed = |body: &str| {
        let headers = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", "again")];
        importing().send("POST", &path::retry(job), &headers, body)
    };
    let first = keyed("");
    assert_eq!(first.status, 202);
    assert_eq!(keyed("").text(), first.text(), "the first answer again");
    keyed(r#"{"indexes":[1]}"#).assert_error(409, "idempotency_conflict");
    importing().finished(first.job().id, &account.key);
    imported().assert_adds_up(&account.name, 0);
}

#[test]
fn many_retries_at_once_take_each_item_once() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..8).map(|_| scope.spawn(|| retry(&account, job, r#"{"indexes":[1,3]}"#).status)).collect();
        tries.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1, "{statuses:?}");
    wait_until("their end", || listed_running(&account) == 0);
    let received = Sums { received: 6, imported: 2, failed: 4 };
    assert_eq!(imported().assert_adds_up(&account.name, 0), received);
}

#[test]
fn a_cancel_keeps_what_has_landed_ends_the_rest_and_may_be_repeated() {
    let client = faults::client();
    let account = Account::new(Tier::Scale);
    let job = client.import(&account.key, &vec![note("slow"); 300]);
    wait_until("the import's begin", || client.get(&path::batch_status(job), &account.key).job().imported > 0);
    client.get(&path::cancel(job), &account.key).assert_error(405, "method_not_allowed");
    let running = client.send("POST", &path::retry(job), &[("Authorization", &bearer(&account.key))], "");
    running.assert_error(409, "job_not_final");

    let cancel = || client.send("POST", &path::cancel(job), &[("Authorization", &bearer(&account.key))], "");
    let answer = cancel();
    assert_eq!(answer.status, 202, "{}", answer.text());
    let status = answer.job();
    assert_eq!((status.status, status.imported + status.failed), (JobStatus::Failed, 300));
    assert!(status.imported > 0 && status.errors.iter().all(|error| error.error == reason::CANCELLED));
    let again = cancel();
    assert_eq!((again.status, again.text()), (200, answer.text()));
    assert_eq!(client.get(&path::batch_status(job), &account.key).text(), answer.text());
    let sums = faults::database().assert_adds_up(&account.name, 0);
    assert_eq!((sums.imported, sums.failed), (status.imported, status.failed));

    // What was cancelled can be sent again.
    let new = client.send("POST", &path::retry(job), &[("Authorization", &bearer(&account.key))], "").job();
    assert_eq!(new.received, status.failed);
    client.finished(new.id, &account.key);
    let sums = Database::of(faults::faulty().state()).assert_adds_up(&account.name, 0);
    assert_eq!(sums.imported, 300);
    // What had no metadata has none when it lands by a retry.
    let landed = client.get("/v1/memories?limit=200", &account.key).json();
    let landed = landed["memories"].as_array().unwrap();
    assert!(landed.len() == 200 && landed.iter().all(|memory| memory["metadata"] == json!({})));
    let kept = "SELECT COUNT(*) FROM memories WHERE account_id = ?1 AND metadata IS NOT NULL";
    assert_eq!(faults::database().one::<u32>(kept, [&account.name]), 0);
}

#[test]
fn a_pending_job_is_cancelled_and_nobody_elses_is() {
    let account = Account::new(Tier::Developer);
    let pending = "job_00000000000000000000000000000abc".parse().unwrap();
    faults::database().execute(&format!(
        "INSERT INTO batch_jobs (account_id, id, status, received, created_at, moved_at, monthly_writes) \
         VALUES ('{}', '00000000000000000000000000000abc', 'pending', 2, 1793491200000, 253370764800000, 9);
         INSERT INTO batch_items (account_id, job_id, item_index, kind, content) \
         SELECT '{0}', '00000000000000000000000000000abc', value, 'note', 'n' FROM json_each('[0, 1]');",
        account.name
    ));
    let cancel =
        |key: &str| faults::client().send("POST", &path::cancel(pending), &[("Authorization", &bearer(key))], "");
    cancel(&Account::new(Tier::Developer).key).assert_error(404, "not_found");
    cancel(&account.read_only).assert_error(403, "forbidden");
    assert_eq!(cancel(&account.key).job().failed, 2);
    assert_eq!(faults::database().assert_adds_up(&account.name, 0).failed, 2);
}
