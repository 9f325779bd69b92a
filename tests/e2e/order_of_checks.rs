//! Method and path, key, rate limit, scope, id, store: whatever fails first is answered.

use contract::Tier;
use tests::{Account, bearer, job, server};

#[test]
fn an_unknown_path_is_a_404_whoever_asks() {
    let account = Account::new(Tier::Developer);
    for path in [
        "/v1",
        "/v1/",
        "/v1/pong",
        "/v1/ping/",
        "/v1/batch/",
        "/v1//batch",
        "/v1/batch/a/b",
        "/v1/batch//",
        "/v1/%70ing",
    ] {
        for headers in [&[][..], &[("Authorization", &*bearer(&account.key))]] {
            for method in ["GET", "POST", "DELETE"] {
                server().send(method, path, headers, "").assert_error(404, "not_found");
            }
        }
    }
}

#[test]
fn a_method_that_a_path_does_not_take_is_a_405_that_names_those_it_takes() {
    let job = format!("/v1/batch/{}", job::EXAMPLE);
    for (path, allow, refused) in [
        ("/v1/ping", "GET, HEAD", &["POST", "PUT", "PATCH", "DELETE", "OPTIONS"][..]),
        (&job, "GET, HEAD", &["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        ("/v1/batch/no-id", "GET, HEAD", &["DELETE"]),
        ("/v1/batch", "GET, HEAD, POST", &["PUT", "PATCH", "DELETE", "OPTIONS"]),
    ] {
        for method in refused {
            // Without a key: the method is looked at first.
            let answer = server().send(method, path, &[], "");
            answer.assert_error(405, "method_not_allowed");
            assert_eq!(answer.header("Allow"), Some(allow), "{method} {path}");
            assert_eq!(answer.header("WWW-Authenticate"), None, "{method} {path}");
        }
    }
}

#[test]
fn the_key_is_looked_at_before_the_id() {
    for path in ["/v1/batch/no-id", "/v1/batch?limit=0"] {
        server().get(path, "kor_self_nobodys").assert_error(401, "invalid_key");
    }
}

#[test]
fn the_scope_is_looked_at_before_the_id() {
    let account = Account::new(Tier::Developer);
    for path in ["/v1/batch/no-id", "/v1/batch?limit=0", &format!("/v1/batch/{}", job::UNKNOWN)] {
        server().get(path, &account.write_only).assert_error(403, "forbidden");
    }
}
