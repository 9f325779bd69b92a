//! What D1 bills: the rows that are read and written, in an account with 1,000,000 memories and 200,000 jobs.

use contract::path;
use serde_json::{Value, json};
use std::{fs, sync::LazyLock};
use tests::{
    Account, bearer, job,
    lab::{Lab, Seen, Statement, million},
    receiver::{Receiver, Reply},
    wait_until,
};
use xtask::checkout;

/// A job that never succeeds is given up at once, and one that stands still is set going at once.
const SETTINGS: [(&str, &str); 3] =
    [("IMPORT_RETRY_SECONDS", "0"), ("IMPORT_STALLED_SECONDS", "0"), ("WEBHOOK_LOCAL", "1")];

/// The most rows that a statement may read: as many as a chunk of items takes to be judged.
const MOST: u64 = 2_000;

/// The most where macros or functions put it together: retention takes a thousand at once, and looks at each several times.
const MOST_AT_ONCE: u64 = 4_000;

static LAB: LazyLock<Lab> = LazyLock::new(|| Lab::start_on(million(), &SETTINGS));

fn get(path: &str) -> Seen {
    let account = Account::other();
    LAB.watch(|| assert_eq!(LAB.client().get(path, &account.key).status, 200, "{path}"))
}

fn poll(job: &str) -> Seen {
    get(&format!("/v1/batch/{job}"))
}

fn page(query: &str) -> Seen {
    get(&format!("/v1/memories?{query}"))
}

/// The planted job with this number.
fn planted(number: u32) -> String {
    format!("job_{:032x}", 0x10_0000 + number)
}

fn memory(n: usize) -> Value {
    json!({ "content": "What was said", "user_id": format!("u-{n}"), "agent_id": format!("a-{}", n % 7), "run_id": "r" })
}

/// Sends it under an idempotency key.
fn post(path: &str, body: &Value, key: &str) {
    let headers = [("Authorization", &*bearer(&Account::other().key)), ("Idempotency-Key", key)];
    let answer = LAB.client().send("POST", path, &headers, &body.to_string());
    assert!((200..300).contains(&answer.status), "{}", answer.text());
}

/// Posts so many memories and waits for the end of the import. The last one cannot land.
fn import(count: usize, key: &str) -> Seen {
    let memories: Vec<_> =
        (0..count).map(|n| if n > 0 && n == count - 1 { json!({"content": ""}) } else { memory(n) }).collect();
    LAB.watch(|| {
        post(path::BATCH, &json!({ "memories": memories }), key);
        wait_for_imports();
    })
}

fn wait_for_imports() {
    wait_until("their end", || {
        // Those of the seed stand still for ever.
        let running = "SELECT COUNT(*) FROM batch_jobs WHERE finished_at IS NULL AND monthly_writes > 0";
        LAB.with_database(|database| database.one::<u32>(running, [])) == 0
    });
}

/// Rows read and written while a batch was let in, or while it was imported.
fn part(seen: &Seen, imports: bool) -> (u64, u64) {
    let part = seen.statements.iter().filter(|it| it.sql.contains("outcome") == imports);
    part.fold((0, 0), |(read, written), it| (read + it.read, written + it.written))
}

/// A line of the table in the README. D1 takes 0.001 $ for a million rows read and 1 $ for a million rows written.
fn report(what: &str, (read, written): (u64, u64)) {
    eprintln!("| {what} | {read} | {written} | {:.2} $ |", read as f64 * 0.001 + written as f64);
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_poll_reads_at_most_five_rows_and_one_for_each_error() {
    let mut missed = Vec::new();
    for (job, errors) in [
        (planted(1), 0),
        (planted(100_000), 0),
        (job::PENDING.to_owned(), 0),
        (job::PROCESSING.to_owned(), 1),
        (job::EXAMPLE.to_owned(), 1),
        (job::ERRORS_500.to_owned(), 500),
    ] {
        let rows = poll(&job).rows();
        report(&format!("poll, {errors} errors"), rows);
        if rows.0 > 5 + errors || rows.1 > 0 {
            missed.push((job, errors, rows));
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_page_of_fifty_reads_at_most_two_hundred_rows() {
    let after = format!("mem_{:032x}", 500_000);
    let mut missed = Vec::new();
    for query in [
        "limit=50",
        &format!("after={after}"),
        "user_id=user-7",
        "agent_id=agent-7",
        "run_id=run-7",
        "run_id=none",
        &format!("user_id=user-7&after={after}"),
    ] {
        let rows = page(query).rows();
        report(&format!("page of 50, {query}"), rows);
        if rows.0 > 200 || rows.1 > 0 {
            missed.push((query.to_owned(), rows));
        }
    }
    // What matches several filters has to be looked for in a bounded number of rows, and of what is skipped each is looked at
    // three times at most.
    const LOOKED_AT: u64 = 31_000;
    for query in [
        "exclude_sessions=true",
        "user_id=user-7&exclude_sessions=true",
        "user_id=user-7&agent_id=agent-7",
        "agent_id=agent-7&run_id=run-7",
        "agent_id=agent-7&run_id=run-8",
        "limit=200",
        "offset=10000",
    ] {
        let rows = page(query).rows();
        report(&format!("page, {query}"), rows);
        assert!(rows.0 <= LOOKED_AT, "{query}: {rows:?}");
    }
    let item = format!("/v1/batch/{}/items", job::ERRORS_500);
    for path in [item.clone(), format!("{item}?status=failed&after=400&limit=100"), path::USAGE.to_owned()] {
        report(&path, get(&path).rows());
    }
    let next = |query: &str| {
        let list = LAB.client().get(&format!("/v1/batch{query}"), &Account::other().key).json();
        list["next"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned()
    };
    let (behind, failed) = (next("?limit=50"), next("?has_failures=true&limit=2"));
    for query in [
        "",
        "?limit=50",
        "?limit=100",
        &format!("?limit=50&after={behind}"),
        "?status=failed",
        "?status=pending,processing",
        "?has_failures=true",
        &format!("?has_failures=true&limit=2&after={failed}"),
        "?created_before=2026-01-01T00:00:00Z",
        "?created_after=2020-01-01T00:00:00Z",
        "?group=4b7c1d9e-2f8a-4c0d-b53e-61a7908f2c14",
    ] {
        let rows = get(&format!("/v1/batch{query}")).rows();
        report(&format!("list of jobs, {query}"), rows);
        assert!(rows.0 <= 110, "{rows:?}");
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_post_of_one_reads_at_most_sixty_rows() {
    for (n, body) in [json!({ "content": "a" }), memory(1), memory(2)].iter().enumerate() {
        let seen = LAB.watch(|| post(path::MEMORIES, body, &format!("single-{n}")));
        report("POST of one memory", seen.rows());
        assert!(seen.rows().0 <= 60, "{:?}", seen.rows());
    }
    for n in 0..2 {
        let seen = import(1, &format!("one-{n}"));
        report("batch of one, with its import", seen.rows());
        assert!(seen.rows().0 <= 60, "{:?}", seen.rows());
    }
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_post_of_five_hundred_reads_one_row_for_each_and_its_import_a_bounded_number() {
    let seen = import(500, "five-hundred");
    report("POST of 500", part(&seen, false));
    report("import of 500", part(&seen, true));
    assert!(part(&seen, false).0 <= 500 + 60);
    // 60 rows an item, in which everything is that judges it: D1 takes 0.03 $ for a million items more.
    assert!(part(&seen, true).0 <= 500 * 60 + 60);
    for statement in &seen.statements {
        eprintln!(
            "    {} × {} read, {} written: {:.90}",
            statement.runs, statement.read, statement.written, statement.sql
        );
    }
}

/// The SQL of the store's constants by their names, and whether it is whole: of what macros put together it is the beginning.
fn constants() -> Vec<(String, String, bool)> {
    let files = fs::read_dir(checkout::path("edge/src/store")).unwrap().map(|file| file.unwrap().path());
    // With one database nobody asks where an account is; with more, it is one row that its key finds.
    let files = files.filter(|file| !file.ends_with("databases.rs"));
    let sources = files.map(|file| fs::read_to_string(file).unwrap());
    let mut constants = Vec::new();
    for source in sources {
        for constant in source.split("const ").skip(1) {
            let Some((name, rest)) = constant.split_once(": &str = ") else { continue };
            let (rest, is_whole) = rest.strip_prefix("concat!(").map_or((rest, true), |rest| (rest, false));
            let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
            let sql: String = rest.split('"').next().unwrap().split("\\\n").map(str::trim_start).collect();
            if !is_whole || sql.contains("?1") {
                constants.push((name.to_owned(), sql, is_whole));
            }
        }
    }
    constants
}

/// A webhook whose receiver wants to hear nothing more, from its beginning to its end.
fn tell_and_forget(account: &Account) {
    let receiver = Receiver::new(Reply::Answer(410, &[]));
    let body = json!({ "url": receiver.url(), "events": ["batch.completed"] });
    let webhook = LAB.client().post(path::WEBHOOKS, &account.key, &body).json()["id"].clone();
    let webhook = format!("{}/{}", path::WEBHOOKS, webhook.as_str().unwrap());
    let send = |method, path: &str| LAB.client().send(method, path, &[("Authorization", &bearer(&account.key))], "");
    assert_eq!(send("POST", &format!("{webhook}/rotate")).status, 200);
    post(path::BATCH, &json!({ "memories": [memory(1)] }), "told");
    wait_for_imports();
    wait_until("the receiver's word", || send("GET", path::WEBHOOKS).text().contains("disabled"));
    assert_eq!(send("GET", &format!("{webhook}/deliveries")).status, 200);
    assert_eq!(send("DELETE", &webhook).status, 204);
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn every_statement_of_the_store_reads_a_bounded_number_of_rows_in_a_large_account() {
    const POISON: &str = "CREATE TRIGGER poison BEFORE INSERT ON memories WHEN new.content = 'poison'
        BEGIN SELECT RAISE(ABORT, 'poison'); END;";
    LAB.with_database(|database| database.execute(POISON));
    LAB.forget();
    let account = Account::other();
    let client = LAB.client();
    client.get(&format!("/v1/batch/{}", planted(3)), &account.key);
    client.get("/v1/batch?limit=1", &account.key);
    post(path::MEMORIES, &memory(3), "every");
    // More than one portion, and what is given up.
    let long = json!({ "content": "n".repeat(16_000) });
    post(path::BATCH, &json!({ "memories": vec![long; 200] }), "long");
    wait_for_imports();
    let poison = ["n", "", "poison"].map(|content| json!({ "content": content }));
    post(path::BATCH, &json!({ "memories": poison }), "poison");
    wait_for_imports();
    LAB.fire_cron();
    // What was given up is sent again, and looked at.
    let given_up = client.get("/v1/batch?status=failed&limit=1", &account.key).json()["jobs"][0]["id"].clone();
    post(&format!("/v1/batch/{}/retry", given_up.as_str().unwrap()), &json!({ "indexes": [2] }), "retry");
    wait_for_imports();
    client.get(path::USAGE, &account.key);
    post(&format!("{}?dry_run=true", path::BATCH), &json!({ "memories": vec![memory(1); 500] }), "dry");
    post(path::BATCH, &json!({ "memories": [memory(1)] }), "cancelled");
    let cancelled = client.get("/v1/batch?limit=1", &account.key).json()["jobs"][0]["id"].clone();
    post(&format!("/v1/batch/{}/cancel", cancelled.as_str().unwrap()), &json!({}), "cancel");
    let items = format!("/v1/batch/{}/items", job::ERRORS_500);
    for accept in ["application/json", "application/x-ndjson", "text/csv"] {
        let headers = [("Authorization", &*bearer(&account.key)), ("Accept", accept)];
        assert_eq!(client.send("GET", &items, &headers, "").status, 200);
    }
    tell_and_forget(&account);
    let seen = LAB.seen();
    for (name, sql, is_whole) in constants() {
        let is_it = |it: &&Statement| if is_whole { it.sql == sql } else { it.sql.starts_with(&sql) };
        let Some(it) = seen.statements.iter().find(is_it) else { panic!("{name} did not run: it is not measured") };
        assert!(!is_whole || it.read / it.runs <= MOST, "{name}");
    }
    for it in &seen.statements {
        eprintln!("{} read, {} written a run: {:.120}", it.read / it.runs, it.written / it.runs, it.sql);
        assert!(it.read / it.runs <= MOST_AT_ONCE, "{} rows: {}", it.read / it.runs, it.sql);
    }
}
