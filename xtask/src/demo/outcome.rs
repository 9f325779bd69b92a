//! What `npm run demo` tells at the end.

use contract::{BatchStatus, JobStatus};
use std::collections::BTreeMap;

/// What came of it, in words, with the failures gathered by their reason.
pub fn outcome(job: &BatchStatus) -> String {
    let mut lines = vec![match job.status {
        JobStatus::Failed => format!("The job broke: {} of {} memories landed before.", job.imported, job.received),
        _ if job.failed == 0 => format!("Completed: all {} memories landed.", job.received),
        _ => format!("Completed with {} failures: {} of {} memories landed.", job.failed, job.imported, job.received),
    }];
    let mut reasons: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for item in &job.errors {
        reasons.entry(&item.error).or_default().push(item.index);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, indexes)| std::cmp::Reverse(indexes.len()));
    for (reason, indexes) in reasons {
        let place = match indexes[..] {
            [only] => format!("item {only}"),
            [first, .., last] => format!("items {first} to {last}"),
            [] => continue,
        };
        lines.push(format!("  {:4} × {reason} ({place})", indexes.len()));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_gathers_the_failures_by_reason_with_the_most_frequent_first() {
        let json = r#"{"id":"job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b","status":"completed","received":5,"imported":2,"failed":3,
            "errors":[{"index":1,"error":"a"},{"index":2,"error":"b"},{"index":4,"error":"b"}]}"#;
        let told = outcome(&serde_json::from_str(json).unwrap());
        let lines: Vec<_> = told.lines().map(str::trim).collect();
        assert_eq!(
            lines,
            ["Completed with 3 failures: 2 of 5 memories landed.", "2 × b (items 2 to 4)", "1 × a (item 1)"]
        );
    }
}
