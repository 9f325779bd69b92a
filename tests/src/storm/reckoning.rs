//! What is there when all is quiet again: everything, and once.

use super::Storm;
use crate::{lab::Faults, receiver::Reply, wait_until};
use contract::{BatchStatus, JobId, path, reason};
use serde_json::Value;
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

/// Between sweeps, where something is waited for.
const SWEEPS: Duration = Duration::from_millis(500);

/// Compares what is there with what was seen, and returns the figures.
pub fn reckon(storm: &Storm) -> String {
    storm.lab.set(Faults::NONE);
    wait(storm, "the imports' end", || none(storm, "batch_jobs WHERE monthly_writes > 0 AND finished_at IS NULL"));
    // What waits for its next try is due now.
    for receiver in &storm.receivers {
        receiver.set(Reply::Answer(204, &[]));
    }
    wait(storm, "the deliveries' end", || {
        storm.lab.with_database(|database| {
            // Longer than a try takes.
            database.execute(
                "UPDATE webhook_deliveries SET next_at = 1 WHERE status = 'pending' AND next_at > 1 \
                   AND COALESCE(attempted_at, 0) < unixepoch('subsec') * 1000 - 16000",
            );
        });
        none(storm, "webhook_deliveries WHERE status = 'pending'")
    });
    let (mut jobs, mut items, mut landed, mut told, mut twice) = (0, 0, 0, 0, 0);
    for number in 0..storm.accounts.len() {
        let ends = ends(storm, number);
        let sums = storm.lab.with_database(|database| database.assert_adds_up(&storm.accounts[number].name, 0));
        let received: u32 = ends.values().map(|status| status.received).sum();
        assert_eq!(sums.received, received, "of what was let in nothing is lost, and nothing is there twice");
        let (heard, tries) = heard(storm, number, &ends);
        jobs += ends.len();
        items += sums.received;
        landed += sums.imported;
        told += heard;
        twice += tries - heard;
    }
    let counts = &storm.ledger.counts;
    for (what, count) in [
        ("cancelled", &counts.cancelled),
        ("retried", &counts.retried),
        ("sent again", &counts.replayed),
        ("waited for", &counts.waited),
        ("refused when revoked", &counts.refused),
        ("unavailable", &counts.unavailable),
        ("without a server", &counts.unanswered),
    ] {
        assert!(count.get() > 0, "nothing was {what}: it was too quiet to tell");
    }
    format!(
        "{} answers, {} of them 503; {} requests found no server.\n\
         {jobs} jobs of {items} items, of which {landed} landed: {} cancelled, {} retried, {} sent again.\n\
         {} answers were waited for, {} keys refused when revoked, {} requests for what is another's.\n\
         {told} ends of jobs were told, {twice} more than once or to a receiver that did not take it.",
        counts.answers.get(),
        counts.unavailable.get(),
        counts.unanswered.get(),
        counts.cancelled.get(),
        counts.retried.get(),
        counts.replayed.get(),
        counts.waited.get(),
        counts.refused.get(),
        counts.foreign.get()
    )
}

/// Waits, with a sweep now and then.
fn wait(storm: &Storm, what: &str, done: impl Fn() -> bool) {
    let swept = Cell::new(Instant::now());
    wait_until(what, || {
        if swept.get().elapsed() > SWEEPS {
            storm.lab.fire_cron();
            swept.set(Instant::now());
        }
        done()
    });
}

fn none(storm: &Storm, of: &str) -> bool {
    storm.lab.with_database(|database| database.one::<u32>(&format!("SELECT COUNT(*) FROM {of}"), []) == 0)
}

/// How the account's jobs have ended: those that were let in, all of them and no others, and as whoever saw it saw it.
fn ends(storm: &Storm, number: usize) -> BTreeMap<JobId, BatchStatus> {
    let account = &storm.accounts[number];
    let known: BTreeMap<JobId, u32> = storm.ledger.jobs(number).into_iter().collect();
    let there: Vec<String> = storm.lab.with_database(|database| {
        database.all("SELECT id FROM batch_jobs WHERE account_id = ?1 AND monthly_writes > 0", [&account.name])
    });
    let there: BTreeSet<JobId> = there.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(there, known.keys().copied().collect(), "the jobs that were let in are those that are there");
    let client = storm.lab.client();
    let end = |(id, received): (&JobId, &u32)| {
        let status = client.get(&path::batch_status(*id), &account.key).job();
        assert!(status.status.is_final() && status.received == *received, "{status:?}");
        assert_eq!(status.imported + status.failed, *received, "{status:?}");
        assert!(status.errors.iter().all(|it| it.error != reason::STOPPED), "a fault has ended it: {status:?}");
        storm.ledger.ended(&status);
        (*id, status)
    };
    known.iter().map(end).collect()
}

/// Of how many ends the account's receiver has heard, which must be all; and how often it was told.
fn heard(storm: &Storm, number: usize, ends: &BTreeMap<JobId, BatchStatus>) -> (usize, usize) {
    let received = storm.receivers[number].received();
    let mut told = BTreeMap::new();
    for delivery in &received {
        let body: Value = serde_json::from_str(&delivery.body).unwrap();
        let id: JobId = body["data"]["id"].as_str().unwrap().parse().unwrap();
        let end = ends.get(&id).unwrap_or_else(|| panic!("{id} is another's"));
        assert_eq!(body["data"]["imported"], end.imported, "{}", delivery.body);
        assert_eq!(body["data"]["failed"], end.failed, "{}", delivery.body);
        let first = told.entry(id).or_insert_with(|| (delivery.headers["webhook-id"].clone(), delivery.body.clone()));
        assert_eq!(*first, (delivery.headers["webhook-id"].clone(), delivery.body.clone()), "always the same");
    }
    assert_eq!(told.len(), ends.len(), "each end was told");
    (told.len(), received.len())
}
