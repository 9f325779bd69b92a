//! What every answer of the API carries.

use contract::Tier;
use std::collections::BTreeSet;
use tests::{Account, Answer, bearer, job, server};

/// An answer of each status that needs no limit to be used up and nothing to break.
fn answers() -> Vec<Answer> {
    let account = Account::new(Tier::Developer);
    let example = format!("/v1/batch/{}", job::EXAMPLE);
    let mut answers: Vec<Answer> = [
        (200, "/v1/ping", &account.key),
        (200, &example, &account.key),
        (200, "/v1/batch", &account.key),
        (401, &example, &account.expired),
        (403, &example, &account.write_only),
        (404, "/v1/batch/no-id", &account.key),
        (404, "/v1/nothing", &account.key),
        (422, "/v1/batch?limit=0", &account.key),
    ]
    .map(|(status, path, key)| {
        let answer = server().get(path, key);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        answer
    })
    .into();
    let authorization = bearer(&account.key);
    answers.push(server().send("GET", &example, &[("Authorization", &authorization), ("If-None-Match", "*")], ""));
    answers.push(server().send("DELETE", &example, &[("Authorization", &authorization)], ""));
    answers.push(server().send("HEAD", &example, &[("Authorization", &authorization)], ""));
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<BTreeSet<_>>().len(), 7);
    answers
}

#[test]
fn every_answer_may_be_kept_by_its_caller_alone_and_is_what_it_says() {
    for answer in answers() {
        for (name, value) in
            [("Cache-Control", "private, no-cache"), ("Vary", "Authorization"), ("X-Content-Type-Options", "nosniff")]
        {
            assert_eq!(answer.header(name), Some(value), "{name} of a {}", answer.status);
        }
        let content_type = (answer.status != 304).then_some("application/json");
        assert_eq!(answer.header("Content-Type"), content_type, "of a {}", answer.status);
    }
}

#[test]
fn no_other_origin_is_let_in() {
    let account = Account::new(Tier::Developer);
    let headers = [("Authorization", &*bearer(&account.key)), ("Origin", "https://example.com")];
    let answer = server().send("GET", "/v1/ping", &headers, "");
    assert_eq!((answer.status, answer.header("Access-Control-Allow-Origin")), (200, None));
}

#[test]
fn every_answer_has_a_request_id_of_its_own() {
    let answers = answers();
    let ids: BTreeSet<&str> = answers.iter().map(|answer| answer.header("X-Request-Id").unwrap()).collect();
    assert_eq!(ids.len(), answers.len());
    assert!(ids.iter().all(|id| id.len() >= 16), "{ids:?}");
}

#[test]
fn an_answer_to_a_good_key_names_the_limit_of_its_tier() {
    for (tier, policy) in [
        (Tier::Hobby, r#""hobby";q=20;w=10"#),
        (Tier::Developer, r#""developer";q=100;w=10"#),
        (Tier::Team, r#""team";q=400;w=10"#),
        (Tier::Scale, r#""scale";q=2000;w=10"#),
    ] {
        let account = Account::new(tier);
        for (path, key) in [
            ("/v1/ping", &account.key),
            ("/v1/batch", &account.key),
            ("/v1/batch", &account.write_only),
            ("/v1/batch/no-id", &account.key),
        ] {
            let answer = server().get(path, key);
            assert_eq!(answer.header("RateLimit-Policy"), Some(policy), "{path}: {}", answer.text());
        }
    }
}
