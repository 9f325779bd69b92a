//! A database that is away for minutes or hours, or fails every other time. Time passes by what happens in it: nothing
//! waits before it is tried again, and the outage lasts until so much has failed as would have in that time.

use contract::{JobId, Tier, path};
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tests::{
    Account, Sums, bearer,
    lab::{Faults, Lab},
    wait_until,
};

/// One item at a time makes imports long; nothing waits before it is tried again, or before the sweep finds it.
const SETTINGS: [(&str, &str); 3] =
    [("IMPORT_CHUNK_ITEMS", "1"), ("IMPORT_RETRY_SECONDS", "0"), ("IMPORT_STALLED_SECONDS", "0")];

const ITEMS: usize = 60;

/// Between sweeps, where something is waited for.
const SWEEPS: Duration = Duration::from_secs(5);

/// How often a message is delivered in an outage of so many seconds: the waits double, from five seconds to five minutes.
fn deliveries(outage: u64) -> u32 {
    let (mut passed, mut count) = (0_u64, 0);
    while passed < outage {
        count += 1;
        passed += passed.clamp(5, 300);
    }
    count
}

/// Every tenth has no content.
fn batch() -> Vec<Value> {
    (0..ITEMS)
        .map(|n| json!({ "content": if n % 10 == 9 { "" } else { "n" }, "agent_id": (n % 3).to_string() }))
        .collect()
}

/// Waits, with a sweep now and then as the cron makes it: whatever message got lost, its job is taken up.
fn wait_with_sweeps(lab: &Lab, what: &str, done: impl Fn() -> bool) {
    let swept = Cell::new(Instant::now());
    wait_until(what, || {
        if swept.get().elapsed() > SWEEPS {
            lab.fire_cron();
            swept.set(Instant::now());
        }
        done()
    });
}

fn failed(lab: &Lab) -> u32 {
    lab.seen().failed
}

/// How many jobs of the account are so. The seeded ones were not imported: they remember no limits.
fn jobs_of(lab: &Lab, account: &Account, which: &str) -> usize {
    let sql = format!("SELECT COUNT(*) FROM batch_jobs WHERE account_id = ?1 AND monthly_writes > 0 AND {which}");
    lab.with_database(|database| database.one::<u32>(&sql, [&account.name]) as usize)
}

/// That the jobs of the account, so many, have all come to their end and left what they should.
fn assert_whole(lab: &Lab, account: &Account, jobs: usize) {
    wait_with_sweeps(lab, "the imports' end", || jobs_of(lab, account, "finished_at IS NULL") == 0);
    assert_eq!(jobs_of(lab, account, "status = 'completed'"), jobs);
    let sums = lab.with_database(|database| database.assert_adds_up(&account.name, 0));
    let (received, failed) = (jobs * ITEMS, jobs * ITEMS / 10);
    assert_eq!(sums, Sums { received: received as u32, imported: (received - failed) as u32, failed: failed as u32 });
}

#[test]
fn an_outage_of_any_length_fails_no_job_loses_none_and_doubles_none() {
    assert_eq!([60, 660, 3_600, 36_000].map(deliveries), [5, 9, 18, 126]);
    let lab = Lab::start(&SETTINGS, "");
    for minutes in [1, 11, 60, 600] {
        let account = Account::new(Tier::Scale);
        let jobs: Vec<JobId> = (0..3).map(|_| lab.client().import(&account.key, &batch())).collect();
        wait_with_sweeps(&lab, "the imports' begin", || jobs_of(&lab, &account, "imported > 0") == jobs.len());
        lab.forget();
        lab.set(Faults::DOWN);
        // The sweep fails as well, once a minute.
        for _ in 0..minutes {
            lab.fire_cron();
        }
        let least = deliveries(minutes * 60) * jobs.len() as u32 + 2 * minutes as u32;
        wait_until("the outage's end", || failed(&lab) >= least);
        lab.client().get(&path::batch_status(jobs[0]), &account.key).assert_error(503, "unavailable");
        lab.client().post(path::BATCH, &account.key, &json!({ "memories": batch() })).assert_error(503, "unavailable");
        lab.set(Faults::NONE);
        assert_whole(&lab, &account, jobs.len());
    }
}

#[test]
fn an_hour_in_which_every_other_call_fails_fails_no_job_loses_none_and_doubles_none() {
    let lab = Lab::start(&SETTINGS, "");
    let accounts: Vec<Account> = (0..3).map(|_| Account::new(Tier::Scale)).collect();
    // Half of what fails was done all the same, and nobody heard of it.
    lab.set(Faults { refused: 0.25, lost: 0.25, ..Faults::NONE });
    let jobs = RefCell::new(vec![BTreeSet::new(); accounts.len()]);
    // With waits of five seconds and more, a message is delivered 720 times an hour at most.
    for minute in 0..60 {
        for (n, account) in accounts.iter().enumerate() {
            if minute % 20 != 0 {
                continue;
            }
            let headers = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", &*format!("{minute}"))];
            let body = json!({ "memories": batch() }).to_string();
            wait_until("that a batch is let in", || {
                let answer = lab.client().send("POST", path::BATCH, &headers, &body);
                assert!([202, 503].contains(&answer.status), "{}", answer.text());
                if answer.status == 202 {
                    jobs.borrow_mut()[n].insert(answer.job().id);
                }
                answer.status == 202
            });
        }
        lab.fire_cron();
    }
    wait_until("an hour's failures", || {
        lab.fire_cron();
        failed(&lab) >= 360
    });
    lab.set(Faults::NONE);
    lab.fire_cron();
    for (account, jobs) in accounts.iter().zip(jobs.into_inner()) {
        assert_eq!(jobs.len(), 3, "each batch was let in once");
        assert_whole(&lab, account, jobs.len());
    }
}
