//! What goes wrong on the way: nothing is lost, nothing lands twice, and the counts add up at the end.

use contract::{JobStatus, Tier, path, reason};
use serde_json::{Value, json};
use tests::{
    Account, Client, Database, Sums,
    faults::{SETTINGS, client, database, faulty},
    start_with, wait_until,
};

fn notes(content: &str, count: usize) -> Vec<Value> {
    vec![json!({ "content": content }); count]
}

/// Keeps the queue's consumer busy for a second. What is enqueued meanwhile is then delivered all at once.
fn occupy_queue() {
    client().import(&Account::new(Tier::Scale).key, &notes("slow", 200));
}

#[test]
fn a_message_that_is_delivered_several_times_at_once_imports_nothing_twice() {
    occupy_queue();
    let account = Account::new(Tier::Scale);
    let id = client().import(&account.key, &[notes("n", 50), notes("", 1)].concat());
    for _ in 0..3 {
        faulty().fire_cron().unwrap();
    }
    client().finished(id, &account.key);
    let sums = database().assert_adds_up(&account.name, 0);
    assert_eq!(sums, Sums { received: 51, imported: 50, failed: 1 });
    assert_eq!(client().get(&path::batch_status(id), &account.key).header("ETag"), Some("\"52\""), "each step once");
    assert!(faulty().log().contains("enqueued again"));
}

#[test]
fn an_import_that_can_never_succeed_ends_as_failed_with_a_reason_for_each_item_that_is_left() {
    let poison = "CREATE TRIGGER poison BEFORE INSERT ON memories WHEN new.content = 'poison'
        BEGIN SELECT RAISE(ABORT, 'poison'); END;";
    let server = start_with(&SETTINGS, poison);
    let client = Client::new(server.url());
    let account = Account::new(Tier::Scale);
    let id = client.import(&account.key, &[notes("n", 3), notes("", 1), notes("poison", 1), notes("n", 5)].concat());
    let status = client.finished(id, &account.key);
    assert_eq!((status.status, status.received, status.imported, status.failed), (JobStatus::Failed, 10, 3, 7));
    let errors: Vec<_> = status.errors.iter().map(|error| (error.index, &*error.error)).collect();
    let left = (4..10).map(|index| (index, reason::STOPPED));
    assert_eq!(errors, [(3, reason::EMPTY_CONTENT)].into_iter().chain(left).collect::<Vec<_>>());
    let sums = Database::of(server.state()).assert_adds_up(&account.name, 0);
    assert_eq!(sums, Sums { received: 10, imported: 3, failed: 7 });

    // It is final: no sweep takes it up again, and it holds up no other batch.
    server.fire_cron().unwrap();
    let next = client.import(&account.key, &notes("n", 1));
    client.finished(next, &account.key);
    assert_eq!(client.finished(id, &account.key), status);
}

#[test]
fn a_job_whose_message_was_lost_is_taken_up_by_the_sweep() {
    let account = Account::other();
    let id = "job_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
    faulty().fire_cron().unwrap();
    let status = client().finished(id, &account.key);
    assert_eq!((status.status, status.imported, status.failed), (JobStatus::Completed, 2, 1));
    let memories = "SELECT group_concat(content) FROM memories WHERE account_id = 'other'";
    assert_eq!(database().one::<String>(memories, []), "One,Two");
}

#[test]
fn a_database_that_fails_for_a_while_delays_an_import_and_harms_nothing() {
    let settings = [("IMPORT_CHUNK_ITEMS", "1"), ("IMPORT_RETRY_SECONDS", "1")];
    let server = start_with(&settings, "");
    let (client, database) = (Client::new(server.url()), Database::of(server.state()));
    let account = Account::new(Tier::Scale);
    let id = client.import(&account.key, &notes("n", 500));
    let imported = || {
        let sql = "SELECT imported FROM batch_jobs WHERE account_id = ?1 AND id = ?2";
        database.one::<u32>(sql, [&account.name, &id.hex()])
    };
    wait_until("the import's begin", || imported() > 0);
    database.execute("ALTER TABLE memories RENAME TO away");
    let before = imported();
    assert!(before < 500, "it has ended already");
    wait_until("a failure", || server.log().contains("s for the store"));
    assert_eq!(imported(), before, "nothing moves");
    let status = client.get(&path::batch_status(id), &account.key).job();
    assert_eq!((status.status, status.failed), (JobStatus::Processing, 0), "it has not failed either");

    database.execute("ALTER TABLE away RENAME TO memories");
    client.finished(id, &account.key);
    assert_eq!(database.assert_adds_up(&account.name, 0), Sums { received: 500, imported: 500, failed: 0 });
}

#[test]
fn several_imports_and_single_writes_at_once_pass_neither_quota_nor_agent_cap() {
    occupy_queue();
    // 1,000 memories a month, 2 agents.
    let account = Account::new(Tier::Hobby);
    let jobs = [0, 1, 2].map(|job| {
        let item = |n: usize| match n % 5 {
            0 => json!({ "content": "n", "agent_id": format!("{job}-{}", n % 7) }),
            _ => json!({ "content": "n" }),
        };
        client().import(&account.key, &(0..450).map(item).collect::<Vec<_>>())
    });
    let mut singles = 0;
    for n in 0..6 {
        let memory = json!({ "content": "n", "agent_id": format!("single-{n}") });
        singles += u32::from(client().post(path::MEMORIES, &account.key, &memory).status == 201);
    }
    wait_until("their end", || {
        let running = "SELECT COUNT(*) FROM batch_jobs WHERE account_id = ?1 AND finished_at IS NULL";
        database().one::<u32>(running, [&account.name]) == 0
    });
    let sums = database().assert_adds_up(&account.name, singles);
    assert_eq!((sums.received, sums.imported + singles), (1_350, 1_000), "{jobs:?}");
    let agents = "SELECT COUNT(*) FROM agents WHERE account_id = ?1";
    assert_eq!(database().one::<u32>(agents, [&account.name]), 2);
}

#[test]
fn a_small_batch_is_not_held_up_behind_another_accounts_big_ones() {
    // Messages that are posted one by one may be delivered one by one; the sweep enqueues what it finds at once.
    let lost = r#"
        CREATE TABLE lost AS SELECT value ->> 0 AS account_id, value ->> 1 AS id, value ->> 2 AS items FROM json_each('[
            ["big", "00000000000000000000000000000001", 100],
            ["big", "00000000000000000000000000000002", 100],
            ["small", "00000000000000000000000000000003", 5]
        ]');
        INSERT INTO batch_jobs (account_id, id, status, received, created_at, monthly_writes, agents)
        SELECT account_id, id, 'pending', items, 1793491200000, 1000000, 500 FROM lost;
        WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 99)
        INSERT INTO batch_items (account_id, job_id, item_index, kind, content)
        SELECT account_id, id, n, 'note', 'n' FROM lost, number WHERE n < items;"#;
    let server = start_with(&SETTINGS, lost);
    let database = Database::of(server.state());
    server.fire_cron().unwrap();
    wait_until("their end", || {
        database.one::<u32>("SELECT COUNT(*) FROM lost NATURAL JOIN batch_jobs WHERE finished_at IS NULL", []) == 0
    });
    let order = "SELECT group_concat(account_id) FROM (SELECT account_id FROM lost NATURAL JOIN batch_jobs \
        ORDER BY finished_at)";
    assert_eq!(database.one::<String>(order, []), "small,big,big");
    for account in ["big", "small"] {
        database.assert_adds_up(account, 0);
    }
}
