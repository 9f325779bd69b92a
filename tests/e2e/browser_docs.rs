//! The page at `/docs`: what is on it, that anybody can read it, and how soon it is there.

use crate::browser_accessibility::assert_clean;
use tests::{
    Client,
    browser::{Tab, server},
    described::DESCRIPTION,
};

/// Milliseconds from the navigation to the first paint, at the median.
const SLOWEST: f64 = 1_000.0;

#[test]
fn it_shows_the_guide_the_session_and_every_operation_without_a_script() {
    let page = Client::new(server().url()).send("GET", "/docs", &[], "");
    assert_eq!((page.status, page.header("X-Request-Id")), (200, None));
    let html = page.text();
    assert!(!html.contains("<script") && !html.contains("<style") && !html.contains(" style="), "nothing inline");
    for heading in ["The API", "Webhooks", "Keys", "From a file to what landed", "Every operation"] {
        assert!(html.contains(&format!(">{heading}</h")), "{heading}");
    }
    let tab = Tab::open("/docs");
    tab.js::<Option<bool>>("document.querySelectorAll('details').forEach(it => it.open = true)");
    for (path, item) in DESCRIPTION["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let shown = tab.text(&format!("details#{id}"));
            assert!(shown.starts_with(&format!("{} {path}", method.to_uppercase())), "{id}: {shown}");
            for (status, _) in operation["responses"].as_object().unwrap() {
                assert!(shown.contains(&format!(" {status} ")), "{id} {status}: {shown}");
            }
        }
    }
    let dangling: Vec<String> = tab.js(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(it => it.hash.slice(1)).filter(it => !document.getElementById(it))",
    );
    assert!(dangling.is_empty(), "links to nothing: {dangling:?}");
}

#[test]
fn axe_finds_nothing_on_the_docs() {
    let tab = Tab::open("/docs");
    tab.sees("h1", "Batch status");
    assert_clean(&tab, "docs");
    tab.js::<Option<bool>>("document.querySelectorAll('details').forEach(it => it.open = true)");
    assert_clean(&tab, "docs, unfolded");
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn the_docs_are_painted_within_a_second() {
    let tab = Tab::blank(server().url());
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            tab.go("/docs");
            let painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? false";
            tab.until(painted).as_f64().unwrap()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("first paint of the docs: {median:.0} ms, at most {SLOWEST} ms");
    assert!(median <= SLOWEST, "{times:?}");
}
