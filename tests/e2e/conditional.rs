//! `ETag`, `If-None-Match` and `HEAD`.

use contract::Tier;
use tests::{Account, Answer, bearer, job, server};

fn conditional(id: &str, key: &str, if_none_match: &str) -> Answer {
    let headers = [("Authorization", &*bearer(key)), ("If-None-Match", if_none_match)];
    server().send("GET", &format!("/v1/batch/{id}"), &headers, "")
}

fn etag_of(id: &str, key: &str) -> String {
    server().get(&format!("/v1/batch/{id}"), key).header("ETag").unwrap().to_owned()
}

#[test]
fn the_tag_is_strong_and_the_same_for_whoever_asks_again() {
    let account = Account::new(Tier::Developer);
    let etag = etag_of(job::EXAMPLE, &account.key);
    assert!(etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    assert_eq!(etag_of(job::EXAMPLE, &account.key), etag);
    assert_eq!(etag_of(job::EXAMPLE, &account.read_only), etag);
}

#[test]
fn who_has_the_job_already_gets_an_empty_304() {
    let account = Account::new(Tier::Developer);
    let etag = etag_of(job::EXAMPLE, &account.key);
    for sent in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"other\", {etag}"),
        format!("\"other\",W/{etag} , \"third\""),
        "*".to_owned(),
    ] {
        let answer = conditional(job::EXAMPLE, &account.key, &sent);
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{sent}");
        assert_eq!(answer.header("ETag"), Some(&*etag), "{sent}");
        for header in ["X-Request-Id", "RateLimit-Policy", "Cache-Control", "Vary"] {
            assert!(answer.header(header).is_some(), "{header} of the answer to {sent}");
        }
    }
}

#[test]
fn who_has_something_else_gets_the_job() {
    let account = Account::new(Tier::Developer);
    let bare = etag_of(job::EXAMPLE, &account.key).replace('"', "");
    for sent in ["\"other\"", "", ",", "W/", "\"\"", &bare, &format!("\"{bare}"), &format!("\"{bare}0\"")] {
        let answer = conditional(job::EXAMPLE, &account.key, sent);
        assert_eq!(answer.status, 200, "{sent}");
        assert_eq!(answer.json()["id"], job::EXAMPLE, "{sent}");
    }
}

#[test]
fn a_tag_opens_nothing_that_is_closed() {
    let account = Account::new(Tier::Developer);
    let etag = etag_of(job::OTHERS, &Account::other().key);
    for tag in [&*etag, "*"] {
        conditional(job::OTHERS, &account.key, tag).assert_error(404, "not_found");
        conditional(job::OTHERS, &account.write_only, tag).assert_error(403, "forbidden");
        conditional(job::OTHERS, "kor_self_nobodys", tag).assert_error(401, "invalid_key");
        conditional(job::UNKNOWN, &account.key, tag).assert_error(404, "not_found");
        conditional("no-id", &account.key, tag).assert_error(404, "not_found");
    }
}

#[test]
fn head_answers_like_get_without_the_body() {
    let (account, other) = (Account::new(Tier::Developer), Account::other());
    for (path, key) in [
        (format!("/v1/batch/{}", job::EXAMPLE), &account.key),
        (format!("/v1/batch/{}", job::PROCESSING), &other.key),
        (format!("/v1/batch/{}", job::ERRORS_50000), &other.key),
        (format!("/v1/batch/{}", job::UNKNOWN), &account.key),
        ("/v1/batch/no-id".to_owned(), &account.key),
        ("/v1/batch?limit=2".to_owned(), &account.key),
        ("/v1/batch?limit=0".to_owned(), &account.key),
        ("/v1/batch".to_owned(), &account.write_only),
        ("/v1/ping".to_owned(), &account.key),
        ("/v1/ping".to_owned(), &account.expired),
        ("/v1/nothing".to_owned(), &account.key),
    ] {
        let get = server().get(&path, key);
        let head = server().send("HEAD", &path, &[("Authorization", &bearer(key))], "");
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("Content-Length"), Some(&*get.body.len().to_string()), "{path}");
        let (mut head, mut get) = (head.headers, get.headers);
        assert_ne!(head.remove("X-Request-Id"), get.remove("X-Request-Id"), "{path}");
        assert_eq!(head, get, "{path}");
    }
}
