//! Whose key it is, and what it may do.

use contract::Tier;
use tests::{Account, Answer, bearer, job, server};

fn with_header(authorization: &str) -> Answer {
    server().send("GET", "/v1/ping", &[("Authorization", authorization)], "")
}

fn assert_refused(answer: &Answer) {
    answer.assert_error(401, "invalid_key");
    assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer"));
    assert_eq!(answer.header("RateLimit-Policy"), None, "nobody's tier is told");
}

#[test]
fn a_request_without_a_key_is_refused() {
    assert_refused(&server().send("GET", "/v1/ping", &[], ""));
}

#[test]
fn the_scheme_is_matched_without_regard_to_case() {
    let key = Account::new(Tier::Developer).key;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(with_header(&format!("{scheme} {key}")).status, 200, "{scheme}");
    }
}

#[test]
fn a_malformed_header_or_key_is_refused() {
    let key = Account::new(Tier::Developer).key;
    let secret = key.trim_start_matches("kor_self_");
    for header in [
        "",
        "Bearer",
        &key,
        &format!("Bearer{key}"),
        &format!("Bearer  {key}"),
        &format!("Bearer\t{key}"),
        &format!("Bearer: {key}"),
        &format!("Basic {key}"),
        &format!("Token {key}"),
        &format!("Bearer {key} {key}"),
        &format!("Bearer {key}, Bearer {key}"),
        &format!("Bearer \"{key}\""),
        &format!("Bearer kor_test_{secret}"),
        &format!("Bearer KOR_SELF_{secret}"),
        &format!("Bearer {secret}"),
        "Bearer kor_self_",
        "Bearer kor_live_",
        "Bearer kor_self_with.a.dot",
    ] {
        assert_refused(&with_header(header));
    }
}

#[test]
fn a_key_that_nobody_holds_is_refused() {
    let key = Account::new(Tier::Developer).key;
    for unknown in [
        "kor_self_nobodys",
        "kor_live_nobodys",
        &key.replace("kor_self_", "kor_live_"),
        &key.to_uppercase().replace("KOR_SELF_", "kor_self_"),
        &format!("{key}0"),
        &key[..key.len() - 1],
    ] {
        assert_refused(&with_header(&bearer(unknown)));
        // Also when the isolate remembers it.
        assert_refused(&with_header(&bearer(unknown)));
    }
}

#[test]
fn an_expired_key_is_refused_everywhere() {
    let account = Account::new(Tier::Developer);
    for path in ["/v1/ping", "/v1/batch", &format!("/v1/batch/{}", job::EXAMPLE), "/v1/batch/no-id"] {
        assert_refused(&server().get(path, &account.expired));
    }
}

#[test]
fn all_refused_keys_get_the_same_answer() {
    let account = Account::new(Tier::Developer);
    let missing = server().send("GET", "/v1/ping", &[], "");
    for header in ["Basic x", "Bearer kor_self_", "Bearer kor_self_nobodys", &bearer(&account.expired)] {
        assert_eq!(with_header(header).text(), missing.text(), "{header}");
    }
}

#[test]
fn a_key_without_the_scope_is_told_which_one_it_lacks() {
    let account = Account::new(Tier::Developer);
    for path in ["/v1/batch", "/v1/batch?limit=0", &format!("/v1/batch/{}", job::EXAMPLE), "/v1/memories"] {
        let answer = server().get(path, &account.write_only);
        answer.assert_error(403, "forbidden");
        assert!(answer.text().contains("memories:read"), "{}", answer.text());
        assert!(!answer.text().contains("memories:write"), "{}", answer.text());
    }
    for path in ["/v1/batch", "/v1/memories"] {
        let answer = server().send("POST", path, &[("Authorization", &bearer(&account.read_only))], "{}");
        answer.assert_error(403, "forbidden");
        assert!(answer.text().contains("memories:write"), "{}", answer.text());
    }
}
