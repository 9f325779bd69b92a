//! What is shown where there is nothing good to show, and how it gets better by itself.

use contract::Tier;
use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};
use tests::{
    Account, Client,
    browser::{Tab, server, until},
    job,
    traffic::Reply,
};

fn page_of(job: &str) -> String {
    format!("/jobs/{job}")
}

/// What a tab is answered from now on; by the server where there is nothing.
type Next = Arc<Mutex<Option<fn() -> Reply>>>;

fn answer_with(tab: &Tab) -> Next {
    let next = Next::default();
    let given = next.clone();
    tab.answer(move |_| given.lock().unwrap().map_or(Reply::Pass, |reply| reply()));
    next
}

#[test]
fn outcomes_are_said_as_they_are() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in(&page_of(job::EXAMPLE), &account.key);
    tab.sees("h1", "Completed with 1 failure");
    tab.sees("[data-status=partial]", "Partial");
    tab.sees("[data-fact=speed]", "Average speed");
    let about_the_future =
        "document.querySelectorAll('.controls button, .line button, [data-fact=left], .chart').length";
    assert_eq!(tab.js::<u32>(about_the_future), 0, "nothing to press, to wait for or to draw");
    let tab = Tab::signed_in(&page_of(job::FAILED), &account.key);
    tab.sees("h1", "The job failed: 2 of 5 were imported");
    tab.sees("[data-status=failed]", "Failed");
    let tab = Tab::signed_in(&page_of(job::ERRORS_500), &account.key);
    tab.sees("h1", "Completed, but nothing was imported");
}

#[test]
fn a_job_that_does_not_exist_has_a_screen_of_its_own_and_is_not_asked_for_again() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in(&page_of(job::UNKNOWN), &account.key);
    tab.sees("[data-screen=no-such-job] h1", "No such job");
    let tab = Tab::signed_in("/jobs/nonsense", &account.key);
    tab.sees("[data-screen=no-such-job]", "One is job_ and 32 hex digits, or a bare UUID.");
    assert_eq!(tab.requests().len(), 1, "the ping alone");
    let tab = Tab::signed_in("/nowhere", &account.key);
    tab.sees("[data-screen=no-such-page] h1", "No such page");
}

#[test]
fn the_list_says_for_how_long_finished_jobs_are_kept() {
    let tab = Tab::signed_in("/", &Account::new(Tier::Scale).key);
    tab.sees("[data-screen=jobs]", "Finished jobs are kept for 30 days. What they imported stays.");
}

#[test]
fn a_key_without_the_scope_is_told_which_it_lacks_and_which_it_has() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in(&page_of(job::EXAMPLE), &account.write_only);
    tab.sees("[data-screen=missing-scope] h1", "This key may not read jobs");
    tab.sees("[data-screen=missing-scope]", "It has: memories:write.");
    tab.click("button", "Use another key");
    tab.sees("h1", "Sign in");
}

#[test]
fn a_key_that_is_revoked_meanwhile_leads_back_to_the_sign_in() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees("h1", "Jobs");
    let refused = r#"{"code":"invalid_key","message":"The key is not valid."}"#;
    tab.answer(move |_| Reply::json(401, refused));
    tab.nudge();
    tab.sees("h1", "Sign in");
    tab.sees("[role=alert]", "This key is no longer accepted");
}

#[test]
fn an_account_without_jobs_is_told_how_to_start() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open("/");
    tab.answer(|url| match url.contains("/v1/batch") {
        true => Reply::json(200, r#"{"jobs":[],"next":null}"#),
        false => Reply::Pass,
    });
    tab.sign_in(&account.key);
    tab.sees("[data-screen=nothing-yet] h1", "No imports yet");
    tab.click("link", "New import");
    tab.sees("[data-screen=import] h1", "New import");
}

#[test]
fn the_limit_of_the_tier_is_counted_down_and_then_the_page_goes_on() {
    let account = Account::new(Tier::Hobby);
    let tab = Tab::open(&page_of(job::EXAMPLE));
    tab.sign_in(&account.key);
    tab.sees("h1", "Completed with 1 failure");
    let client = Client::new(server().url());
    until("the limit is used up, and its window goes on for a while", || {
        let seconds = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() % 10;
        (client.get("/v1/batch/no-id", &account.key).status == 429 && seconds < 7).then_some(())
    });
    tab.click("link", "Jobs");
    tab.sees("[data-screen=rate-limited] h1", "Too many requests");
    tab.sees("[data-screen=rate-limited]", "Next attempt in");
    let seconds = "Number(document.querySelector('[data-screen=rate-limited]')?.textContent.match(/attempt in (\\d+) s/)?.[1] ?? NaN)";
    let first: f64 = tab.until(&format!("{seconds} || false")).as_f64().unwrap();
    tab.until(&format!("{seconds} < {first}"));
    tab.until("document.querySelector('table.jobs') !== null");
}

#[test]
fn offline_the_last_data_stays_and_is_marked_until_the_network_is_back() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    tab.take_offline(true);
    tab.nudge();
    tab.sees("[data-stale]", "The server cannot be reached.");
    tab.sees("[data-stale]", "Shown as of");
    tab.sees("[data-stale]", "Next attempt in");
    tab.sees(&job::row(job::EXAMPLE), "");
    tab.take_offline(false);
    tab.until("document.querySelector('[data-stale]') === null");

    let tab = Tab::open("/");
    tab.sign_in(&account.key);
    tab.take_offline(true);
    tab.click_on(&format!("a[href='{}']", page_of(job::EXAMPLE)));
    tab.sees("[data-screen=offline] h1", "You are offline");
}

#[test]
fn a_server_error_keeps_the_data_and_offers_the_request_id() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    let next = answer_with(&tab);
    let broken = || {
        let headers = vec![("Content-Type", "application/json".into()), ("X-Request-Id", "req-4711".into())];
        Reply::Give(500, headers, r#"{"code":"internal_error","message":"Something broke here."}"#.into())
    };
    *next.lock().unwrap() = Some(broken);
    tab.nudge();
    tab.sees("[data-stale]", "Something broke here.");
    tab.sees(&job::row(job::EXAMPLE), "");
    tab.until("document.querySelector('[data-stale] button[title=\"req-4711\"]') !== null");
    tab.allow("clipboard-write");
    tab.click("button", "Copy request id");
    tab.sees(".toast", "Request id copied");
    *next.lock().unwrap() = None;
    tab.until("document.querySelector('[data-stale]') === null");
}

#[test]
fn html_half_a_json_and_silence_make_the_page_stale_and_nothing_worse() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    let next = answer_with(&tab);
    let html: fn() -> Reply =
        || Reply::Give(200, vec![("Content-Type", "text/html".into())], "<!doctype html><h1>Bad gateway</h1>".into());
    let gateway: fn() -> Reply =
        || Reply::Give(502, vec![("Content-Type", "text/html".into())], "<!doctype html><h1>Bad gateway</h1>".into());
    let half: fn() -> Reply = || Reply::json(200, r#"{"jobs":[{"id":"job_8f2c"#);
    for (reply, says) in [
        (html, "The server's answer cannot be read."),
        (gateway, "The server answered with status 502 and gave no reason."),
        (half, "The server's answer cannot be read."),
        (|| Reply::Silence, "The server took too long to answer."),
    ] {
        *next.lock().unwrap() = Some(reply);
        let asked = tab.requests().len();
        tab.nudge();
        tab.until_asked(|requests| requests.len() > asked);
        // Only silence is waited for so long.
        if says.contains("too long") {
            tab.advance(30.0);
        }
        tab.sees("[data-stale]", says);
        tab.sees(&job::row(job::EXAMPLE), "");
        assert_eq!(tab.js::<u32>("document.querySelectorAll('main h1').length"), 1, "nothing of it is shown");
        *next.lock().unwrap() = None;
        tab.nudge();
        tab.until("document.querySelector('[data-stale]') === null");
    }
}
