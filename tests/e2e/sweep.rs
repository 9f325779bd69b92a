//! What the cron does every minute: it sets going what has stopped, the longest waiting first, and clears away what has
//! served its time, both in bounded steps.

use contract::Tier;
use std::{collections::BTreeMap, time::Instant};
use tests::{Account, lab::Lab, wait_until};

/// 50,000 jobs of 500 accounts whose messages were lost, each with one item. They have waited for a while: those of an
/// account one after another, and the accounts in turn.
const STUCK: &str = "
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 49999)
    INSERT INTO batch_jobs (account_id, id, status, received, created_at, moved_at, monthly_writes, agents)
    SELECT 'stuck-' || (n % 500), printf('%032x', n), 'pending', 1, 1793491200000 + n, 1793491200000 + n, 1000000, 500
    FROM number;
    INSERT INTO batch_items (account_id, job_id, item_index, kind, content)
    SELECT account_id, id, 0, 'note', 'n' FROM batch_jobs WHERE account_id GLOB 'stuck-*';";

/// As many as one sweep sets going.
const A_SWEEP: u32 = 1_000;

fn count(lab: &Lab, what: &str) -> u32 {
    lab.with_database(|database| database.one(&format!("SELECT COUNT(*) FROM {what}"), []))
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn fifty_thousand_stuck_jobs_are_set_going_within_an_hour_the_longest_waiting_first() {
    let lab = Lab::start(&[], STUCK);
    let begin = Instant::now();
    let waiting = "batch_jobs WHERE account_id GLOB 'stuck-*' AND moved_at < 1793491250000 AND status = 'pending'";
    for sweep in 1..=50 {
        lab.fire_cron();
        // Behind those that were set going are only younger ones, whosever they are.
        assert_eq!(count(&lab, waiting), 50_000 - sweep * A_SWEEP);
        let oldest = format!("SELECT MIN(created_at) - 1793491200000 FROM {waiting}");
        let oldest = lab.with_database(|database| database.one::<Option<u32>>(&oldest, []));
        assert!(oldest.is_none_or(|oldest| oldest == sweep * A_SWEEP), "{oldest:?}");
    }
    // 14 a second are 50,000 an hour; here it is looked at for some seconds.
    let done = || count(&lab, "batch_jobs WHERE account_id GLOB 'stuck-*' AND status = 'completed'");
    wait_until("a hundredth of the imports", || done() >= 500);
    let (imported, seconds) = (done(), begin.elapsed().as_secs_f64());
    eprintln!("50 sweeps, and {imported} imports beside them, in {seconds:.0} s");
    assert!(f64::from(imported) / seconds > 14.0, "{imported} in {seconds} s");
    // Nothing is imported twice: a job of one item has one memory.
    let memories = "(SELECT 1 FROM memories WHERE account_id GLOB 'stuck-*' GROUP BY account_id HAVING COUNT(*) > \
        (SELECT COUNT(*) FROM batch_jobs WHERE batch_jobs.account_id = memories.account_id AND status = 'completed'))";
    assert_eq!(count(&lab, memories), 0);
}

/// What is 31 days old, and what is 29 days old: 2,500 jobs of each, every tenth with 30 errors; keys, usage, and what a
/// crash left.
const AGED: &str = "
    CREATE TABLE age AS SELECT value ->> 0 AS name, CAST(unixepoch('subsec') * 1000 AS INTEGER) - (value ->> 1) AS at
    FROM json_each('[[\"old\", 2678400000], [\"young\", 2505600000]]');
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 2499)
    INSERT INTO batch_jobs (account_id, id, status, received, failed, created_at, finished_at, moved_at, monthly_writes)
    SELECT name, printf('%032x', n), 'completed', 30, iif(n % 10 = 0, 30, 0), at, at, at, 1 FROM age, number;
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 29)
    INSERT INTO batch_errors (account_id, job_id, item_index, error) SELECT account_id, id, n, 'content must not be empty' FROM batch_jobs, number
    WHERE failed = 30 AND account_id IN ('old', 'young');
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 2499)
    INSERT INTO idempotency SELECT name, n, 'hash', printf('%032x', n), at + 2592000000 FROM age, number;
    INSERT INTO usage (account_id, month, writes) SELECT 'old', '2020-01', 1;
    INSERT INTO usage (account_id, month, writes) SELECT 'young', strftime('%Y-%m', 'now'), 1;
    INSERT INTO memories (account_id, id, kind, created_at, content) SELECT name, 'm', 'note', 0, 'n' FROM age;
    INSERT INTO admissions SELECT name, 'broken', iif(name = 'old', at, at + 2505600000) FROM age;
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 2499)
    INSERT INTO batch_items (account_id, job_id, item_index, kind, content)
    SELECT name, 'broken', n, 'note', 'n' FROM age, number;";

#[test]
fn what_has_served_its_time_goes_in_bounded_steps_and_memories_stay() {
    let lab = Lab::start(&[], AGED);
    let tables = ["batch_jobs", "batch_errors", "idempotency", "usage", "memories", "admissions", "batch_items"];
    let left = |account: &str| -> BTreeMap<&str, u32> {
        tables.iter().map(|table| (*table, count(&lab, &format!("{table} WHERE account_id = '{account}'")))).collect()
    };
    let young = left("young");
    let mut sweeps = 0;
    loop {
        let before = left("old");
        let seen = lab.watch(|| lab.fire_cron());
        sweeps += 1;
        let after = left("old");
        eprintln!("sweep {sweeps}: {:?}, {} statements, {:?} rows", after, seen.calls.len(), seen.rows());
        assert!(after.iter().all(|(table, left)| before[table] - left <= 20_000), "a bounded number at once");
        if after.iter().all(|(table, left)| *left == u32::from(*table == "memories")) {
            break;
        }
        assert!(sweeps < 10, "it never ends: {after:?}");
    }
    assert_eq!(left("young"), young, "what is younger stays");
    let account = Account::new(Tier::Hobby);
    assert_eq!(lab.client().get("/v1/batch", &account.key).status, 200);
}
