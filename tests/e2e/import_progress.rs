//! What a client sees of an import while it runs.

use contract::{BatchStatus, JobId, JobList, JobStatus, Tier, path};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Account, Answer, Sums, faults, importing};

/// Every third item fails; where imports can be slow, the others are.
fn items(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({ "content": if n % 3 == 2 { " " } else { "slow" } })).collect()
}

#[test]
fn a_batch_of_500_moves_in_ten_steps_each_with_a_version_of_its_own() {
    let account = Account::new(Tier::Developer);
    let id = importing().import(&account.key, &items(500));
    importing().finished(id, &account.key);
    let answer = importing().get(&path::batch_status(id), &account.key);
    assert_eq!(answer.header("ETag"), Some("\"11\""), "one version as accepted, and one for each 50 items");
    assert_eq!(answer.header("Retry-After"), None);
}

/// The counts of a job so far, checked against what was seen before.
fn follow(seen: &mut Vec<BatchStatus>, answer: &Answer) -> bool {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let now = answer.job();
    assert!(now.imported + now.failed <= now.received, "{now:?}");
    let indexes: BTreeSet<_> = now.errors.iter().map(|error| error.index).collect();
    assert_eq!(indexes.len() as u32, now.failed, "the indexes are distinct and as many as failed: {now:?}");
    assert!(now.errors.is_sorted_by_key(|error| error.index), "{now:?}");
    assert_eq!(answer.header("Retry-After").is_none(), now.status.is_final());
    if let Some(last) = seen.last() {
        assert!(now.imported >= last.imported && now.failed >= last.failed, "{last:?} → {now:?}");
        assert!(!last.status.is_final() || now == *last, "{last:?} → {now:?}");
        assert!(now.status != JobStatus::Pending || last.status == JobStatus::Pending, "{last:?} → {now:?}");
    }
    let done = now.status.is_final();
    seen.push(now);
    done
}

#[test]
fn a_running_import_is_seen_to_move_and_never_to_go_back() {
    let client = faults::client();
    let account = Account::new(Tier::Scale);
    let jobs = [500, 60, 60].map(|count| client.import(&account.key, &items(count)));
    // As many as may run at once do.
    let fourth = client.post(path::BATCH, &account.key, &json!({ "memories": items(1) }));
    fourth.assert_error(429, "too_many_batches");
    assert_eq!(fourth.header("Retry-After"), None);

    let mut seen: BTreeMap<JobId, Vec<BatchStatus>> = BTreeMap::new();
    let mut listed: BTreeMap<JobId, BTreeSet<u32>> = BTreeMap::new();
    loop {
        let mut all_done = true;
        for id in jobs {
            let answer = client.get(&path::batch_status(id), &account.key);
            all_done &= follow(seen.entry(id).or_default(), &answer);
        }
        // The list is read anew for everyone, where a status may be half a second old.
        let list: JobList = serde_json::from_slice(&client.get(path::BATCH, &account.key).body).unwrap();
        for job in list.jobs {
            assert_eq!(job.finished_at.is_some(), job.status.is_final());
            assert_eq!(job.started_at.is_some(), job.status != JobStatus::Pending);
            listed.entry(job.id).or_default().insert(job.imported + job.failed);
        }
        if all_done {
            break;
        }
    }
    for id in jobs {
        assert!(listed[&id].len() >= 5, "steps: {:?}", listed[&id]);
        let end = &seen[&id].last().unwrap();
        assert_eq!(
            end.errors.iter().map(|error| error.index).collect::<Vec<_>>(),
            (2..end.received).step_by(3).collect::<Vec<_>>()
        );
    }
    let sums = faults::database().assert_adds_up(&account.name, 0);
    assert_eq!(sums, Sums { received: 620, imported: 414, failed: 206 });
    assert_eq!(client.post(path::BATCH, &account.key, &json!({ "memories": items(1) })).status, 202);
}
