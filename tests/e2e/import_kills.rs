//! The Worker's process is killed again and again, at random moments of accepting, importing, cancelling and retrying batches.

use contract::{JobId, JobStatus, Tier, path};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    hash::{BuildHasher, RandomState},
    process::Command,
    thread,
    time::{Duration, Instant},
};
use tests::{Account, Answer, Client, Database, PATIENCE, bearer, start_with};
use xtask::serve::Server;

const KILLS: usize = 20;
const ITEMS: usize = 300;

/// Small chunks, so that a kill finds a job in the middle; and the sweep waits for nothing.
const SETTINGS: [(&str, &str); 2] = [("IMPORT_CHUNK_ITEMS", "2"), ("IMPORT_STALLED_SECONDS", "0")];

/// Every twentieth has no content, and there are more agents than the account may have.
fn batch() -> Value {
    let item = |n: usize| json!({ "content": if n % 20 == 19 { "" } else { "n" }, "agent_id": (n % 13).to_string() });
    json!({ "memories": (0..ITEMS).map(item).collect::<Vec<_>>() })
}

/// Ends the process that runs the Worker, with all that it has in memory and no word of warning. wrangler starts another.
pub fn kill_worker(server: &Server) {
    let is_worker = |process: &String| {
        let read = |file: &str| fs::read(format!("/proc/{process}/{file}")).unwrap_or_default();
        let (stat, arguments) = (String::from_utf8(read("stat")).unwrap(), String::from_utf8(read("cmdline")).unwrap());
        let mut fields = stat.rsplit(") ").next().unwrap().split(' ');
        // What stands in front of the Worker is a workerd as well, but no inspector can be attached to it.
        arguments.contains("workerd")
            && arguments.contains("--inspector-addr")
            && fields.nth(2) == Some(&server.process_group().to_string())
    };
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let workers: Vec<_> = processes.filter(is_worker).collect();
    assert_eq!(workers.len(), 1, "{workers:?}");
    assert!(Command::new("sh").args(["-c", &format!("kill -s KILL {}", workers[0])]).status().unwrap().success());
}

/// Tries until it succeeds, as a client or a cron does.
pub fn persist<T>(what: &str, attempt: impl Fn() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(done) = attempt() {
            return done;
        }
        assert!(begin.elapsed() < PATIENCE, "{what} never succeeds");
        thread::sleep(Duration::from_millis(20));
    }
}

pub fn post(client: &Client, account: &Account, idempotency_key: &str) -> JobId {
    let headers = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", idempotency_key)];
    let body = batch().to_string();
    persist("a batch", || {
        let answer = client.try_send("POST", path::BATCH, &headers, &body).ok()?;
        (answer.status == 202).then(|| answer.job().id)
    })
}

/// Whether a job was in the middle of its items when the Worker died.
fn died_in_the_middle(database: &Database) -> bool {
    database.one("SELECT EXISTS (SELECT 1 FROM batch_jobs WHERE monthly_writes > 0 AND status = 'processing')", [])
}

#[test]
fn twenty_kills_in_the_middle_of_a_job_lose_nothing_and_import_nothing_twice() {
    let server = start_with(&SETTINGS, "");
    let (client, database) = (Client::new(server.url()), Database::of(server.state()));
    let mut jobs: Vec<(Account, BTreeSet<JobId>)> = Vec::new();
    let mut kills = 0;
    while kills < KILLS {
        // 25,000 memories a month, 10 agents; at most three batches at once, and three in all for each account.
        if jobs.last().is_none_or(|(_, jobs)| jobs.len() == 3) {
            jobs.push((Account::new(Tier::Developer), BTreeSet::new()));
        }
        let (account, ids) = jobs.last_mut().unwrap();
        let moment = Duration::from_millis(RandomState::new().hash_one(kills) % 300);
        let idempotency_key = ids.len().to_string();
        let id = thread::scope(|scope| {
            // A client that gets no answer sends the batch again, under the same idempotency key.
            let posting = scope.spawn(|| post(&client, account, &idempotency_key));
            thread::sleep(moment);
            kill_worker(&server);
            kills += usize::from(died_in_the_middle(&database));
            posting.join().unwrap()
        });
        ids.insert(id);
        // What was under way is left lying, since the queue lived in the process as well.
        persist("the sweep", || server.fire_cron().ok());
    }
    for (account, ids) in &jobs {
        for id in ids {
            persist("the sweep", || server.fire_cron().ok());
            client.finished(*id, &account.key);
        }
        let sums = database.assert_adds_up(&account.name, 0);
        assert_eq!(sums.received as usize, ids.len() * ITEMS, "each batch was let in once");
        assert_eq!(sums.imported as usize, ids.len() * (0..ITEMS).filter(|n| n % 20 != 19 && n % 13 < 10).count());
    }
}

/// Asks for something by `POST` until there is an answer with one of the statuses, and returns it.
fn insist(client: &Client, account: &Account, path: &str, idempotency_key: &str, statuses: &[u16]) -> Answer {
    let headers = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", idempotency_key)];
    persist(path, || {
        let answer = client.try_send("POST", path, &headers, "").ok()?;
        statuses.contains(&answer.status).then_some(answer)
    })
}

#[test]
fn twenty_kills_while_jobs_are_cancelled_and_retried_land_each_item_once() {
    // One at a time, so that a cancel comes in the middle.
    let server = start_with(&[("IMPORT_CHUNK_ITEMS", "1"), ("IMPORT_STALLED_SECONDS", "0")], "");
    let (client, database) = (Client::new(server.url()), Database::of(server.state()));
    let account = Account::new(Tier::Scale);
    let killing = |round: usize, what: &(dyn Fn() -> Answer + Sync)| {
        let moment = Duration::from_millis(RandomState::new().hash_one(round) % 200);
        let answer = thread::scope(|scope| {
            let asking = scope.spawn(what);
            thread::sleep(moment);
            kill_worker(&server);
            asking.join().unwrap()
        });
        persist("the sweep", || server.fire_cron().ok());
        answer
    };
    let (mut cut_short, mut lands) = (0, 0);
    for round in 0..KILLS / 2 {
        let job = post(&client, &account, &format!("import-{round}"));
        killing(round, &|| insist(&client, &account, &path::cancel(job), "", &[200, 202]));
        let cancelled = client.finished(job, &account.key);
        database.assert_adds_up(&account.name, 0);
        cut_short += usize::from(cancelled.status == JobStatus::Failed);

        // Nothing to retry is an answer as well: where the cancel came too late.
        let key = format!("retry-{round}");
        let retried = killing(round, &|| insist(&client, &account, &path::retry(job), &key, &[202, 409]));
        if retried.status == 202 {
            let again = insist(&client, &account, &path::retry(job), &key, &[202]);
            assert_eq!(again.job().id, retried.job().id, "one job, however often it was asked for");
            client.finished(again.job().id, &account.key);
        }
        lands += (0..ITEMS).filter(|n| n % 20 != 19).count();
        let sums = database.assert_adds_up(&account.name, 0);
        assert_eq!(sums.imported as usize, lands, "each landed once, in the job or in its retry");
    }
    assert!(cut_short > 0, "no cancel came in time");
}
