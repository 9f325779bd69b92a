//! What the dashboard is made of: how it is protected, how much it weighs, and how soon it is there.

use chromiumoxide::cdp::browser_protocol::page::AddScriptToEvaluateOnNewDocumentParams;
use contract::Tier;
use tests::{
    Account, Client, assert_built,
    browser::{Tab, server},
    job,
};
use xtask::checkout;

/// Bytes that a first visit may take over the wire, all together.
const HEAVIEST: u32 = 300_000;
/// Milliseconds from the navigation to a drawn page of a job, at the median.
const SLOWEST: f64 = 500.0;

#[test]
fn every_page_and_asset_is_protected_by_a_strict_policy() {
    let client = Client::new(server().url());
    let page = client.send("GET", "/jobs/anything", &[], "");
    assert_eq!(page.status, 200);
    let asset = page.text().split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    for path in ["/", "/jobs/anything", &asset, "/docs", "/docs.css", "/openapi.json"] {
        let answer = client.send("GET", path, &[], "");
        let policy = answer.header("Content-Security-Policy").unwrap();
        for rule in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|known| known == rule), "{rule} in {policy}");
        }
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'),
            "{policy}"
        );
        assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"));
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(answer.header("Cross-Origin-Opener-Policy"), Some("same-origin"));
        assert!(answer.header("Permissions-Policy").is_some());
    }
    let html = page.text();
    assert!(
        html.matches("<script").count() == html.matches("<script type=\"module\" src=").count(),
        "no inline script"
    );
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onload="), "nothing inline");
}

#[test]
fn a_visit_violates_no_policy_and_logs_no_error() {
    let account = Account::new(Tier::Team);
    let tab = Tab::blank(server().url());
    tab.run(AddScriptToEvaluateOnNewDocumentParams::new(
        "window.wrong = []; for (const kind of ['securitypolicyviolation', 'error', 'unhandledrejection']) \
         addEventListener(kind, event => wrong.push(kind + ' ' + (event.violatedDirective ?? event.message ?? event.reason))); \
         const log = console.error; console.error = (...words) => { wrong.push(words.join(' ')); log(...words); };",
    ));
    tab.go(&format!("/jobs/{}", job::ERRORS_500));
    tab.sign_in(&account.key);
    tab.sees("[data-matches]", "500 failures");
    tab.click("button", "Item 0");
    tab.click("button", "Export");
    tab.press(&["Escape"]);
    tab.click("link", "New import");
    tab.sees("h1", "New import");
    assert_eq!(tab.js::<Vec<String>>("wrong"), Vec::<String>::new());
}

#[test]
fn a_first_visit_weighs_at_most_300_kb() {
    assert_built();
    let weigh = "const fs = require('fs'), zlib = require('zlib'); let sum = 0; \
        for (const name of fs.readdirSync('dashboard/dist')) if (!/^(_headers|openapi|docs|split_)/.test(name)) \
            sum += zlib.brotliCompressSync(fs.readFileSync('dashboard/dist/' + name)).length; \
        console.log(sum)";
    let weighed = checkout::command("node").args(["--eval", weigh]).output().unwrap();
    let bytes: u32 = String::from_utf8(weighed.stdout).unwrap().trim().parse().unwrap();
    println!("first visit: {bytes} bytes with brotli, at most {HEAVIEST}");
    assert!(bytes <= HEAVIEST, "{bytes} bytes");
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_job_is_drawn_within_half_a_second_of_the_navigation() {
    let account = Account::new(Tier::Team);
    let path = format!("/jobs/{}", job::ERRORS_500);
    let tab = Tab::blank(server().url());
    tab.run(AddScriptToEvaluateOnNewDocumentParams::new(
        "new MutationObserver((_, observer) => { if (document.querySelector('[data-screen=job] #error-rows .row')) { \
         observer.disconnect(); requestAnimationFrame(() => { window.drawn = performance.now(); }); } }) \
         .observe(document, { subtree: true, childList: true });",
    ));
    tab.go(&path);
    tab.click_on("input[type=checkbox]");
    tab.sign_in(&account.key);
    tab.sees("[data-matches]", "500 failures");
    let mut medians = Vec::new();
    // The machine may be busy with something else.
    while medians.len() < 3 && !medians.last().is_some_and(|median| *median <= SLOWEST) {
        let mut times: Vec<f64> = (0..7)
            .map(|_| {
                tab.go(&path);
                tab.until("window.drawn ?? false").as_f64().unwrap()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        medians.push(times[times.len() / 2]);
    }
    println!("from the navigation to a drawn job: {medians:.0?} ms, at most {SLOWEST} ms");
    assert!(medians.last().is_some_and(|median| *median <= SLOWEST), "{medians:?} ms");
}
