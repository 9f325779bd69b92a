//! Accounts over several databases, and accounts that move from one to another.

use crate::import_kills::persist;
use contract::{JobId, JobStatus, Tier, path};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    process::{Command, Output},
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tests::{
    Account, Answer, Client, Database, bearer, job, place,
    receiver::{Receiver, Reply},
    start_many, wait_until,
};
use xtask::serve::Server;

const DATABASES: u32 = 4;

/// After so many accounts of any names each database has one, but for a chance of one in millions.
const MOST: usize = 60;

/// Nobody waits long before something is tried again.
const SETTINGS: [(&str, &str); 3] =
    [("IMPORT_CHUNK_ITEMS", "25"), ("IMPORT_RETRY_SECONDS", "1"), ("IMPORT_STALLED_SECONDS", "1")];

static SERVER: LazyLock<Server> = LazyLock::new(|| start_many(DATABASES, &SETTINGS));

fn client() -> Client {
    Client::new(SERVER.url())
}

/// In which databases the account has anything, but for where it says that it is.
fn places(account: &Account) -> Vec<u32> {
    let has = |number: &u32| {
        let database = Database::numbered(SERVER.state(), *number);
        database.tables().iter().filter(|table| !["placements", "moves"].contains(&&***table)).any(|table| {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE account_id = ?1)");
            database.one::<bool>(&sql, [&account.name])
        })
    };
    (0..DATABASES).filter(has).collect()
}

/// Posts until it is let in: while the command or another test writes to a local database, the Worker's writes fail.
#[track_caller]
fn post(account: &Account, path: &str, body: &Value, status: u16) -> Answer {
    let answer = RefCell::new(None);
    wait_until("that it is let in", || {
        let got = client().post(path, &account.key, body);
        assert!(got.status == status || got.status == 503, "{}", got.text());
        let is_in = got.status == status;
        *answer.borrow_mut() = Some(got);
        is_in
    });
    answer.into_inner().unwrap()
}

fn import(account: &Account, items: usize) -> JobId {
    post(account, path::BATCH, &json!({ "memories": batch(items) }), 202).job().id
}

fn batch(items: usize) -> Vec<Value> {
    (0..items)
        .map(|n| json!({ "content": if n % 10 == 9 { "" } else { "n" }, "agent_id": (n % 7).to_string(), "user_id": "u" }))
        .collect()
}

#[test]
fn accounts_are_spread_over_the_databases_and_whoever_was_there_before_stays() {
    let mut used = BTreeSet::new();
    let old = (0..3).map(|_| Account::new(Tier::Developer));
    let new = (0..MOST).map(|_| Account::new(Tier::Scale));
    for account in old.chain(new) {
        if used.len() as u32 == DATABASES {
            break;
        }
        let client = client();
        let id = import(&account, 20);
        post(&account, path::MEMORIES, &json!({ "content": "single" }), 201);
        let status = client.finished(id, &account.key);
        assert_eq!((status.status, status.imported, status.failed), (JobStatus::Completed, 18, 2));
        let listed = client.get(path::MEMORIES, &account.key).json();
        assert_eq!(listed["total"], 19);
        let is_old = account.name.starts_with("developer");
        let jobs = client.get(path::BATCH, &account.key).json();
        assert_eq!(jobs["jobs"].as_array().unwrap().len(), if is_old { 4 } else { 1 });
        let [place] = places(&account)[..] else { panic!("{} is in {:?}", account.name, places(&account)) };
        assert!(!is_old || place == 0, "{} was moved to {place}", account.name);
        Database::numbered(SERVER.state(), place).assert_adds_up(&account.name, 1);
        used.insert(place);
        // Whoever is elsewhere has nothing to do with it.
        let stranger = Account::new(Tier::Hobby);
        // The first of its requests writes down where it is, which fails while another test writes.
        let answer = persist("an answer", || {
            let answer = client.get(&path::batch_status(id), &stranger.key);
            (answer.status != 503).then_some(answer)
        });
        answer.assert_error(404, "not_found");
    }
    assert_eq!(used.len() as u32, DATABASES, "{used:?}");
}

#[test]
fn what_runs_over_all_accounts_runs_over_all_databases() {
    let receiver = Receiver::new(Reply::Answer(204, &[]));
    let (mut accounts, mut used) = (Vec::new(), BTreeSet::new());
    while used.len() < DATABASES as usize && accounts.len() < MOST {
        let account = Account::new(Tier::Team);
        let webhook = json!({ "url": receiver.url(), "events": ["batch.completed"] });
        post(&account, path::WEBHOOKS, &webhook, 201);
        let [place] = places(&account)[..] else { panic!("{:?}", places(&account)) };
        used.insert(place);
        // A job whose message got lost, and one whose time is over.
        Database::numbered(SERVER.state(), place).execute(&format!(
            "INSERT INTO batch_items (account_id, job_id, item_index, kind, content) \
               VALUES ('{0}', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 0, 'note', 'n'); \
             INSERT INTO batch_jobs (account_id, id, status, received, created_at, monthly_writes, agents) \
               VALUES ('{0}', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'pending', 1, 1793491200000, 1000, 10); \
             INSERT INTO batch_jobs (account_id, id, status, received, imported, created_at, finished_at) \
               VALUES ('{0}', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'completed', 1, 1, 1, 2);",
            account.name
        ));
        accounts.push(account);
    }
    assert_eq!(used.len() as u32, DATABASES, "{used:?}");
    SERVER.fire_cron().unwrap();
    let (stuck, old) = ("a".repeat(32).parse::<JobId>().unwrap(), "b".repeat(32).parse::<JobId>().unwrap());
    for account in &accounts {
        assert_eq!(client().finished(stuck, &account.key).imported, 1);
        client().get(&path::batch_status(old), &account.key).assert_error(404, "not_found");
    }
    let told = receiver.wait_for(accounts.len());
    assert_eq!(told.len(), accounts.len(), "each once");
}

/// Runs `npm run accounts -- move` while the cron does its work.
fn move_to(account: &Account, target: u32) -> Output {
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                SERVER.fire_cron().unwrap();
                thread::sleep(Duration::from_millis(200));
            }
        });
        let mut command = Command::new(place("XTASK"));
        command.args(["accounts", "move", "--account", &account.name, "--to", &target.to_string(), "--persist-to"]);
        let output = command.arg(SERVER.state().folder()).output().unwrap();
        ended.store(true, Ordering::Relaxed);
        output
    })
}

#[track_caller]
fn assert_moved(output: &Output, account: &Account, target: u32) {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&format!("to {target}: ")) && said.contains("0 lost, 0 doubled"), "{said}");
    assert_eq!(places(account), [target]);
}

/// All rows of the account, but for their numbers, in their order.
fn dump(account: &Account, number: u32) -> BTreeMap<String, Vec<String>> {
    let database = Database::numbered(SERVER.state(), number);
    let tables = database.tables().into_iter().filter(|table| !["placements", "moves"].contains(&&**table));
    let rows = |table: &String| {
        let columns = "SELECT group_concat('quote(' || name || ')', ' || '','' || ') FROM pragma_table_info(?1)";
        let columns: String = database.one(columns, [table]);
        let order = if table == "memories" { "rowid" } else { "1" };
        database.all(&format!("SELECT {columns} FROM {table} WHERE account_id = ?1 ORDER BY {order}"), [&account.name])
    };
    tables.map(|table| (table.clone(), rows(&table))).collect()
}

#[test]
fn all_that_an_account_has_moves_along_and_back() {
    let account = Account::new(Tier::Developer);
    let client = client();
    let receiver = Receiver::new(Reply::Answer(204, &[]));
    post(&account, path::WEBHOOKS, &json!({ "url": receiver.url(), "events": ["batch.completed"] }), 201);
    let headers = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", "once")];
    let body = json!({ "memories": batch(500), "label": "a file", "group": "8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b" })
        .to_string();
    let first = persist("a batch", || {
        let answer = client.send("POST", path::BATCH, &headers, &body);
        (answer.status == 202).then_some(answer)
    });
    client.finished(first.job().id, &account.key);
    let cancelled = import(&account, 500);
    persist("a cancel", || {
        let answer = client.send("POST", &path::cancel(cancelled), &headers[..1], "");
        (answer.status != 503).then_some(())
    });
    let odd = json!({ "content": "\u{0}\"\u{1f600}\u{7f}\n", "metadata": { "a": ["\"", 1e300, null] }, "timestamp": "2026-05-04" });
    post(&account, path::MEMORIES, &odd, 201);
    receiver.wait_for(1);
    wait_until("that all is quiet", || {
        // What has served its time is cleared away.
        SERVER.fire_cron().unwrap();
        let waiting = "SELECT (SELECT COUNT(*) FROM webhook_deliveries WHERE account_id = ?1 AND status = 'pending') \
            + (SELECT COUNT(*) FROM usage WHERE account_id = ?1 AND month = '2000-01') \
            + (SELECT COUNT(*) FROM idempotency WHERE account_id = ?1 AND key = 'daily')";
        Database::of(SERVER.state()).one::<u32>(waiting, [&account.name]) == 0
    });
    let seen = |path: &str| client.get(path, &account.key).text().to_owned();
    let paths =
        [path::MEMORIES, path::BATCH, path::USAGE, path::WEBHOOKS, &path::batch_status(job::FAILED.parse().unwrap())];
    let (before, answers) = (dump(&account, 0), paths.map(seen));
    assert!(before.values().filter(|rows| !rows.is_empty()).count() >= 9, "{before:?}");

    for (target, source) in [(3, 0), (1, 3), (0, 1)] {
        assert_moved(&move_to(&account, target), &account, target);
        for (table, rows) in dump(&account, target) {
            assert!(rows == before[&table], "{table} in {target} is not as in {source}: {:?}", rows.first());
        }
        assert_eq!(paths.map(seen), answers);
        // The same batch under the same key is the same job.
        let again = persist("the same batch", || {
            let answer = client.send("POST", path::BATCH, &headers, &body);
            (answer.status != 503).then_some(answer)
        });
        assert_eq!(again.text(), first.text());
    }
    let there = move_to(&account, 0);
    assert!(String::from_utf8_lossy(&there.stdout).contains("is in database 0 already"));
    let nowhere = move_to(&account, 9);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("there is no such database"));
    assert_eq!(places(&account), [0]);
    Database::of(SERVER.state()).assert_adds_up(&account.name, 1);
}

/// What somebody saw who polled one job all the time.
#[derive(Default)]
struct Watched {
    polls: u32,
    /// Imported, failed, and whether it was final.
    last: (u32, u32, bool),
}

#[test]
fn a_copy_that_is_not_like_the_account_is_dropped_and_the_account_stays_open() {
    let account = Account::new(Tier::Developer);
    client().finished(import(&account, 10), &account.key);
    let [source] = places(&account)[..] else { panic!("{:?}", places(&account)) };
    let target = (source + 1) % DATABASES;
    let before = dump(&account, source);
    // All is copied and nothing may be written, and there is something that nobody has put there.
    let name = &account.name;
    let lead = format!("INSERT OR REPLACE INTO placements (account_id, database) VALUES ('{name}', {source})");
    for (number, sql) in [
        (target, format!("{lead}; INSERT INTO agents (account_id, agent_id) VALUES ('{name}', 'zzz')")),
        (source, lead),
        (
            0,
            format!(
                "INSERT INTO moves (account_id, target, source, state) VALUES ('{name}', {target}, {source}, 'fenced')"
            ),
        ),
    ] {
        Database::numbered(SERVER.state(), number).execute(&sql);
    }
    wait_until("the end of the move", || {
        SERVER.fire_cron().unwrap();
        let state = "SELECT state || ': ' || COALESCE(error, '') FROM moves WHERE account_id = ?1";
        let state: String = Database::numbered(SERVER.state(), 0).one(state, [name]);
        state == "failed: the copy is not like the account"
    });
    assert_eq!(places(&account), [source]);
    assert_eq!(dump(&account, source), before);
    post(&account, path::MEMORIES, &json!({ "content": "n" }), 201);
    assert_moved(&move_to(&account, target), &account, target);
}

#[test]
fn a_move_under_load_loses_nothing_and_doubles_nothing() {
    let account = Account::new(Tier::Scale);
    let (client, headers) = (client(), [("Authorization", &*bearer(&account.key))]);
    // Enough to be copied in many portions.
    for _ in 0..3 {
        let id = import(&account, 500);
        client.finished(id, &account.key);
    }
    let [home] = places(&account)[..] else { panic!("{:?}", places(&account)) };
    let ended = AtomicBool::new(false);
    let posts = |path: &str, body: &Value, status: u16| {
        let (mut done, mut refused, mut number) = (Vec::new(), 0, 0);
        while !ended.load(Ordering::Relaxed) {
            let key = format!("{path}-{number}");
            let headers = [headers[0], ("Idempotency-Key", &*key)];
            let answer = client.send("POST", path, &headers, &body.to_string());
            match answer.status {
                it if it == status => {
                    done.push(answer.json()["id"].as_str().unwrap().to_owned());
                    number += 1;
                }
                503 => {
                    answer.assert_error(503, "unavailable");
                    assert_eq!(answer.header("Retry-After"), Some("5"));
                    refused += 1;
                }
                429 => answer.assert_error(429, "too_many_batches"),
                _ => panic!("{}", answer.text()),
            }
            thread::sleep(Duration::from_millis(20));
        }
        (done, refused)
    };
    let watch = || {
        let mut watched = BTreeMap::<String, Watched>::new();
        while !ended.load(Ordering::Relaxed) {
            let list = client.get(path::BATCH, &account.key);
            assert_eq!(list.status, 200, "it can be read all the time: {}", list.text());
            for job in list.json()["jobs"].as_array().unwrap() {
                let id = job["id"].as_str().unwrap();
                let answer = client.get(&format!("{}/{id}", path::BATCH), &account.key);
                assert_eq!(answer.status, 200, "{}", answer.text());
                let (status, watched) = (answer.job(), watched.entry(id.to_owned()).or_default());
                let (imported, failed, is_final) = watched.last;
                assert!(status.imported >= imported && status.failed >= failed, "a count fell: {}", answer.text());
                assert!(!is_final || (status.imported, status.failed) == (imported, failed), "{}", answer.text());
                watched.last = (status.imported, status.failed, status.status.is_final());
                watched.polls += 1;
            }
        }
        watched
    };
    let (singles, batches, watched) = thread::scope(|scope| {
        let single = scope.spawn(|| posts(path::MEMORIES, &json!({ "content": "single" }), 201));
        let batch = scope.spawn(|| posts(path::BATCH, &json!({ "memories": batch(60) }), 202));
        let watching = scope.spawn(watch);
        let moving = scope.spawn(|| {
            for target in [(home + 1) % DATABASES, (home + 2) % DATABASES, home] {
                assert_moved(&move_to(&account, target), &account, target);
            }
        });
        let moved = moving.join();
        ended.store(true, Ordering::Relaxed);
        moved.unwrap();
        (single.join().unwrap(), batch.join().unwrap(), watching.join().unwrap())
    });
    let database = Database::numbered(SERVER.state(), home);
    wait_until("their end", || {
        SERVER.fire_cron().unwrap();
        let running = "SELECT COUNT(*) FROM batch_jobs WHERE account_id = ?1 AND finished_at IS NULL";
        database.one::<u32>(running, [&account.name]) == 0
    });
    let sums = database.assert_adds_up(&account.name, singles.0.len() as u32);
    assert_eq!(sums.received as usize, 1_500 + 60 * batches.0.len(), "each batch was let in once");
    assert_eq!(singles.0.iter().chain(&batches.0).collect::<BTreeSet<_>>().len(), singles.0.len() + batches.0.len());
    assert!(batches.0.len() > 3 && singles.0.len() > 10, "there was load: {} {}", batches.0.len(), singles.0.len());
    let polls: u32 = watched.values().map(|it| it.polls).sum();
    assert!(polls > 20, "{polls}");
    println!(
        "three moves: {} batches and {} single writes came in, {} were refused for a while, {polls} polls",
        batches.0.len(),
        singles.0.len(),
        singles.1 + batches.1
    );
}
