//! What is at the paths outside of the API: the dashboard's page and its assets, and nothing else.

use contract::Tier;
use tests::{Account, Answer, bearer, server};

/// What is no path of the API, however much it looks like one, and none of the dashboard.
const NOTHING: [&str; 14] = [
    "/healthz/",
    "/favicon.ico",
    "/robots.txt",
    "/v2/batch",
    "/batch/job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
    "/V1/batch",
    "/api/v1/batch",
    "/v1batch",
    "/import/7",
    "/jobs",
    "/_headers",
    "/_redirects",
    "/main-OLD.js",
    "/%2e%2e/wrangler.toml",
];

/// As a browser asks that goes somewhere.
fn visit(path: &str) -> Answer {
    server().send("GET", path, &[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")], "")
}

fn assert_is_page(answer: &Answer) {
    assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert!(answer.text().contains("<title>Batch status</title>"), "{}", answer.text());
    assert!(answer.header("Content-Security-Policy").is_some_and(|policy| policy.contains("default-src 'none'")));
}

#[test]
fn a_path_that_is_no_page_and_no_asset_is_a_404_of_the_api() {
    let key = Account::new(Tier::Scale).key;
    for path in NOTHING {
        for headers in [&[][..], &[("Authorization", &*bearer(&key))], &[("Sec-Fetch-Mode", "cors")]] {
            for method in ["GET", "POST", "DELETE"] {
                let answer = server().send(method, path, headers, "");
                answer.assert_error(404, "not_found");
                assert!(answer.text().contains("/v1/"), "{}", answer.text());
                assert_eq!(answer.header("Content-Type"), Some("application/json"), "{method} {path}");
                assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"), "{method} {path}");
                assert!(answer.header("X-Request-Id").is_some(), "{method} {path}");
            }
        }
        assert_eq!(server().send("HEAD", path, &[], "").status, 404, "{path}");
    }
}

#[test]
fn a_browser_that_goes_to_such_a_path_is_shown_the_page_as_a_404() {
    for path in NOTHING {
        let answer = visit(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_is_page(&answer);
    }
}

#[test]
fn the_page_and_its_assets_are_there_for_everybody_and_never_run_the_worker() {
    let page = server().send("GET", "/", &[], "");
    let assets = page
        .text()
        .split('"')
        .filter(|text| ["/main-", "/style-", "/dashboard_bg-"].iter().any(|name| text.starts_with(name)));
    let assets: Vec<_> = assets.collect();
    assert!(assets.len() >= 3, "{assets:?}");
    for path in assets {
        let answer = server().send("GET", path, &[], "");
        assert_eq!((answer.status, answer.header("X-Request-Id")), (200, None), "{path}");
        assert!(answer.header("Cache-Control").unwrap().contains("immutable"), "{path}");
    }
    for path in [
        "/",
        "/?after=1-8f2c",
        "/import",
        "/imports/5c2b1d9e-2f8a-4c0d-b53e-61a7908f2c14",
        "/jobs/job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "/jobs/x?filter=quota",
    ] {
        for answer in [server().send("GET", path, &[], ""), visit(path)] {
            assert_eq!((answer.status, answer.header("X-Request-Id")), (200, None), "{path}");
            assert_is_page(&answer);
        }
    }
}

#[test]
fn the_api_answers_a_browser_as_it_answers_everybody() {
    visit("/v1/ping").assert_error(401, "invalid_key");
    visit("/v1/batch/job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b").assert_error(401, "invalid_key");
    for path in ["/v1/", "/v1/nothing"] {
        visit(path).assert_error(404, "not_found");
    }
}
