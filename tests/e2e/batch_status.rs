//! `GET /v1/batch/{job_id}`: the ids, the body, and whose job it is.

use contract::{BatchStatus, JobList, JobStatus, Tier};
use std::collections::{BTreeSet, HashSet};
use tests::{Account, Answer, bearer, job, server, state};
use xtask::demo;

fn status_of(id: &str, key: &str) -> Answer {
    server().get(&format!("/v1/batch/{id}"), key)
}

#[test]
fn the_example_of_the_contract_is_answered_to_the_letter() {
    let account = Account::new(Tier::Developer);
    let answer = status_of(job::EXAMPLE, &account.read_only);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    let example = concat!(
        r#"{"id":"job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b","status":"completed","received":3,"imported":2,"failed":1,"#,
        r#""errors":[{"index":2,"error":"monthly write quota reached (25000)"}]}"#
    );
    assert_eq!(answer.text(), example);
}

#[test]
fn a_job_without_errors_has_an_empty_list_of_them() {
    let answer = status_of(job::PENDING, &Account::other().key);
    let pending = concat!(
        r#"{"id":"job_00000000000000000000000000000001","status":"pending","received":5,"imported":0,"failed":0,"#,
        r#""errors":[]}"#
    );
    assert_eq!(answer.text(), pending);
}

#[test]
fn the_three_forms_of_an_id_name_one_job_in_either_case() {
    let account = Account::new(Tier::Developer);
    let expected = status_of(job::EXAMPLE, &account.key);
    for id in [
        "job_8F2C1AAB4D7E4F0C9A1B2C3D4E5F6A7B",
        "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "8F2C1AAB4d7e4f0c9A1B2C3D4E5F6A7B",
        "8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b",
        "8F2C1AAB-4D7E-4F0C-9A1B-2C3D4E5F6A7B",
    ] {
        let answer = status_of(id, &account.key);
        assert_eq!((answer.status, answer.text()), (200, expected.text()), "{id}");
        assert_eq!(answer.header("ETag"), expected.header("ETag"), "{id}");
    }
}

#[test]
fn what_is_in_none_of_the_three_forms_is_answered_like_an_unknown_job() {
    let account = Account::new(Tier::Developer);
    let unknown = status_of(job::UNKNOWN, &account.key);
    unknown.assert_error(404, "not_found");
    for id in [
        "job_",
        "job",
        "JOB_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "Job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "job-8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "job_job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "job_8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b",
        "%7B8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b%7D",
        "urn:uuid:8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b",
        "8f2c1aab4-d7e-4f0c-9a1b-2c3d4e5f6a7b",
        "8f2c1aab-4d7e-4f0c-9a1b2c3d4e5f6a7b",
        "8f2c1aab4d7e-4f0c9a1b2c3d4e5f6a7b",
        "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7",
        "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b0",
        "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7g",
        "0x8f2c1aab4d7e4f0c9a1b2c3d4e5f6a",
        "%388f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "%38f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "%208f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b%20",
        "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b%00",
        "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b%0A",
        "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b;v=1",
        "job_%EF%BC%98f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "null",
        "-1",
    ] {
        let answer = status_of(id, &account.key);
        assert_eq!((answer.status, answer.text()), (404, unknown.text()), "{id}");
    }
}

#[test]
fn unknown_query_parameters_are_ignored() {
    let account = Account::new(Tier::Developer);
    let plain = status_of(job::EXAMPLE, &account.key);
    for query in ["?", "?limit=0", "?after=x&after=y", "?%FF=%FF", "?id=job_ffffffffffffffffffffffffffffffff", "?a?b/c"]
    {
        let answer = status_of(&format!("{}{query}", job::EXAMPLE), &account.key);
        assert_eq!((answer.status, answer.text()), (200, plain.text()), "{query}");
    }
}

#[test]
fn a_job_of_another_account_is_byte_for_byte_like_one_that_does_not_exist() {
    let account = Account::new(Tier::Developer);
    assert_eq!(status_of(job::OTHERS, &Account::other().key).status, 200);
    let bytes = |id: &str| {
        let authorization = bearer(&account.key);
        let request = format!(
            "GET /v1/batch/{id} HTTP/1.1\r\nHost: a\r\nAuthorization: {authorization}\r\nConnection: close\r\n\r\n"
        );
        let answer = String::from_utf8(server().raw(request.as_bytes())).unwrap();
        let (head, request_id) = answer.split_once("request-id: ").unwrap_or_else(|| panic!("{answer}"));
        let (_, rest) = request_id.split_once('\r').unwrap();
        format!("{head}{rest}")
    };
    let unknown = bytes(job::UNKNOWN);
    assert!(unknown.starts_with("HTTP/1.1 404 ") && unknown.contains(r#"{"code":"not_found","#), "{unknown}");
    // Once before and once after the isolate has seen it for its owner.
    assert_eq!(bytes(job::OTHERS), unknown);
    assert_eq!(status_of(job::OTHERS, &Account::other().key).status, 200);
    assert_eq!(bytes(job::OTHERS), unknown);
}

/// Asserts what holds for any job at any moment, and returns its state.
fn assert_promises(id: &str, answer: &Answer) -> JobStatus {
    assert_eq!(answer.status, 200, "{id}: {}", answer.text());
    let status: BatchStatus = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(status.id.to_string(), id);
    let done = status.imported + status.failed;
    match status.status {
        JobStatus::Completed => assert_eq!(done, status.received, "{id}"),
        _ => assert!(done <= status.received, "{id}"),
    }
    let indexes: BTreeSet<u32> = status.errors.iter().map(|error| error.index).collect();
    assert_eq!((indexes.len(), status.errors.len()), (status.failed as usize, status.failed as usize), "{id}");
    assert!(status.errors.is_sorted_by_key(|error| error.index), "{id}");
    assert!(indexes.last().is_none_or(|last| *last < status.received), "{id}");
    assert!(status.errors.iter().all(|error| !error.error.is_empty()), "{id}");
    // What the type reads and writes again is what came: six fields, in this order, and nothing else.
    assert_eq!(serde_json::to_string(&status).unwrap(), answer.text(), "{id}");
    status.status
}

#[test]
fn a_job_in_any_state_keeps_the_promises_of_its_counts() {
    let key = Account::other().key;
    let jobs =
        [job::EXAMPLE, job::PENDING, job::PROCESSING, job::FAILED, job::ERRORS_500, job::ERRORS_50000, job::OTHERS];
    let states: HashSet<JobStatus> = jobs.into_iter().map(|id| assert_promises(id, &status_of(id, &key))).collect();
    assert_eq!(states.len(), 4, "every state was seen");
}

#[test]
fn every_job_of_the_demo_keeps_the_promises_of_its_counts() {
    demo::load(state()).unwrap();
    let key = demo::key(Tier::Scale);
    let list: JobList = serde_json::from_slice(&server().get("/v1/batch?limit=100", &key).body).unwrap();
    let ids = list.jobs.iter().map(|job| job.id.to_string());
    let states: HashSet<JobStatus> = ids.map(|id| assert_promises(&id, &status_of(&id, &key))).collect();
    assert_eq!(states.len(), 4, "every state is shown");
}

#[test]
fn fifty_thousand_errors_come_complete_and_in_order() {
    let answer = status_of(job::ERRORS_50000, &Account::other().key);
    let length = answer.header("Content-Length").and_then(|length| length.parse().ok());
    assert_eq!(length, Some(answer.body.len()));
    assert!(answer.body.len() > 4_000_000, "about the size that it can have");
    let status: BatchStatus = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((status.received, status.imported, status.failed), (50_000, 0, 50_000));
    assert_eq!(status.errors.len(), 50_000);
    for (row, error) in status.errors.iter().enumerate() {
        assert_eq!(error.index as usize, row);
        assert!(error.error.contains(&format!("at row {row} of")), "{error:?}");
    }
}
