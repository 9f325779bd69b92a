//! Batches on their way: what stands in it, how it is stopped, and what the reader keeps meanwhile.

use crate::browser_import::{drop_text, import_page, posts};
use contract::Tier;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tests::{Account, browser::Tab, traffic::Reply};

type Next = Arc<Mutex<Option<fn() -> Reply>>>;

/// What is said to posts of batches as long as it is there.
fn answer_posts(tab: &Tab) -> Next {
    let next = Next::default();
    let asked = next.clone();
    tab.answer(move |url| match (url.ends_with("/v1/batch"), *asked.lock().unwrap()) {
        (true, Some(reply)) => reply(),
        _ => Reply::Pass,
    });
    next
}

/// Sends so many memories.
fn send(tab: &Tab, count: usize) {
    let memories: Vec<Value> = (0..count).map(|n| json!({ "content": format!("Memory {n}") })).collect();
    drop_text(tab, "memories.json", &json!(memories).to_string());
    tab.until("document.querySelector('.review button.primary')?.disabled === false");
    tab.click_on(".review button.primary");
    tab.until("document.querySelector('.drop') === null");
}

/// Whether the browser would ask before it closes the tab.
fn asks(tab: &Tab) -> bool {
    tab.js("(() => { const event = new Event('beforeunload', { cancelable: true }); window.dispatchEvent(event); \
         return event.defaultPrevented; })()")
}

fn html(status: u16, retry_after: Option<&str>) -> Reply {
    let headers = [Some(("Content-Type", "text/html")), retry_after.map(|seconds| ("Retry-After", seconds))];
    let headers = headers.into_iter().flatten().map(|(name, value)| (name, value.to_owned()));
    Reply::Give(status, headers.collect(), "<!doctype html><h1>From a proxy</h1>".to_owned())
}

#[test]
fn a_proxy_that_refuses_a_batch_stops_the_sending_with_a_sentence() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let next = answer_posts(&tab);
    for (at, reply, says) in [
        (1, (|| html(413, None)) as fn() -> Reply, "The server answered with status 413 and gave no reason."),
        (2, || html(403, None), "The server answered with status 403 and gave no reason."),
    ] {
        *next.lock().unwrap() = Some(reply);
        send(&tab, 3);
        tab.sees("[role=alert]", says);
        tab.sees("h1", "Importing");
        tab.sees("main", "Send the rest");
        assert_eq!(posts(&tab), at, "it is not repeated");
        assert!(asks(&tab), "what is not sent would be lost");
        tab.click("button", "Give up the rest");
        tab.sees("h1", "New import");
    }
    assert!(!asks(&tab));
}

#[test]
fn a_proxy_that_asks_for_patience_gets_it() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let next = answer_posts(&tab);
    *next.lock().unwrap() = Some(|| html(503, Some("60")));
    send(&tab, 3);
    tab.sees(".note", "The server answered with status 503 and gave no reason. Trying again in 1 min.");
    tab.click("button", "Stop");
    tab.sees("[role=alert]", "Stopped.");
    *next.lock().unwrap() = Some(|| html(503, Some("2")));
    tab.click("button", "Send the rest");
    tab.sees(".note", "Trying again in 2 s.");
    *next.lock().unwrap() = None;
    tab.sees("h1", "Completed, everything imported");
    let posts: Vec<f64> =
        tab.requests().iter().filter(|request| request.method == "POST").map(|request| request.sent_at).collect();
    assert_eq!(posts.len(), 3, "{posts:?}");
    assert!(posts[2] - posts[1] >= 2.0, "{posts:?}");
}

#[test]
fn a_wait_for_a_running_batch_ends_when_there_is_room_even_if_there_was_before_it_began() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let next = answer_posts(&tab);
    *next.lock().unwrap() = Some(|| {
        let body = r#"{"code":"too_many_batches","message":"Three batches are running."}"#;
        Reply::json(429, body)
    });
    send(&tab, 3);
    tab.sees(".note", "Waiting until a running batch has ended.");
    // Nothing runs, and nothing ends any more.
    *next.lock().unwrap() = None;
    tab.sees("h1", "Completed, everything imported");
}

#[test]
fn six_batches_go_through_where_three_may_run_at_once() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    send(&tab, 3_000);
    tab.sees("[data-screen=group] h1", "Completed, everything imported");
    assert!(posts(&tab) >= 6);
    tab.until("document.querySelector('ul.jobs').textContent.match(/500 of 500/g)?.length === 6");
    tab.sees("[data-count=received]", "3,000");
}

#[test]
fn signing_out_stops_the_sending_and_the_next_reader_sees_nothing_of_it() {
    let (account, other) = (Account::new(Tier::Team), Account::new(Tier::Team));
    let tab = import_page(&account);
    send(&tab, 3);
    tab.sees("h1", "Completed, everything imported");
    tab.click_on("ul.jobs a");
    tab.sees("[data-screen=job] h1", "Completed, everything imported");
    let job: String = tab.js("location.pathname");
    assert!(tab.js::<String>("sessionStorage.getItem('recent')").contains(job.trim_start_matches("/jobs/")));
    let next = answer_posts(&tab);
    *next.lock().unwrap() = Some(|| html(503, Some("1")));
    tab.click("link", "New import");
    send(&tab, 600);
    tab.sees(".note", "Trying again in 1 s.");
    tab.click_on("[popovertarget=account]");
    tab.click("button", "Sign out");
    tab.sees("h1", "Sign in");
    let before = posts(&tab);
    *next.lock().unwrap() = None;
    tab.sign_in(&other.key);
    tab.sees("h1", "New import");
    assert!(!asks(&tab));
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.sending').length"), 0);
    assert_eq!(tab.js::<Value>("sessionStorage.getItem('recent')"), Value::Null);
    send(&tab, 2);
    tab.sees("h1", "Completed, everything imported");
    assert_eq!(posts(&tab), before + 1, "nothing of the first reader's is sent any more");
}

#[test]
fn the_end_of_the_sending_takes_nobody_away_from_another_page() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let next = answer_posts(&tab);
    *next.lock().unwrap() = Some(|| html(503, Some("1")));
    send(&tab, 600);
    tab.sees(".note", "Trying again in 1 s.");
    assert!(asks(&tab), "half of it is not sent");
    tab.click("link", "Jobs");
    tab.sees("h1", "Jobs");
    tab.sees(".sending", "Sending, 0 of 2");
    assert!(asks(&tab));
    *next.lock().unwrap() = None;
    tab.sees(".toast", "2 batches are handed in");
    assert_eq!(tab.js::<String>("location.pathname"), "/");
    tab.until("document.querySelector('.sending') === null");
    assert!(!asks(&tab));
}
