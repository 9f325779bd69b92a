//! When the dashboard asks, and when it does not.

use contract::Tier;
use std::time::SystemTime;
use tests::{
    Account, Running,
    browser::{Tab, until},
    traffic::{Reply, Request},
};

/// Longer than the page's longest timer, in the page's own time.
const A_TICK: &str = "new Promise(done => setTimeout(done, 1200)).then(() => true)";

fn watched(received: u32) -> (Running, Tab) {
    let account = Account::new(Tier::Scale);
    let job = Running::start(&account, received);
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.sees("h1", "Importing, 0%");
    (job, tab)
}

fn polls(requests: &[Request]) -> Vec<Request> {
    requests.iter().filter(|request| request.path.starts_with("/v1/batch/job_")).cloned().collect()
}

/// Waits on the page.
fn let_pass(tab: &Tab, milliseconds: u32) {
    tab.js::<bool>(&format!("new Promise(done => setTimeout(done, {milliseconds})).then(() => true)"));
}

#[test]
fn a_job_is_asked_for_when_it_moves_and_not_by_the_clock() {
    let (job, tab) = watched(10);
    tab.sees("[data-next]", "live");
    let before = polls(&tab.requests()).len();
    let_pass(&tab, 4_000);
    job.set("imported = 3");
    tab.sees("[data-count=imported]", "3");
    let_pass(&tab, 4_000);
    tab.sees("[data-next]", "live");
    let requests = polls(&tab.requests());
    // By the clock they would be one a second.
    let asked = requests.len() - before;
    println!("{asked} requests in 8 seconds");
    assert!(asked <= 2, "{asked} requests in 8 seconds");
    for pair in requests.windows(2) {
        assert!(pair[1].sent_at >= pair[0].ended_at.expect("an end"), "two at once: {pair:?}");
        assert_eq!(pair[1].header("If-None-Match"), pair[0].answer_header("ETag"));
        assert_eq!(pair[1].header("Prefer"), Some("wait=20"));
    }
    assert_eq!(requests[0].header("Prefer"), None);
}

#[test]
fn a_job_that_moves_all_the_time_is_asked_for_twice_a_second_at_most() {
    let (job, tab) = watched(1_000);
    let before = polls(&tab.requests()).len();
    let mut imported = 0;
    until("some polls", || {
        imported += 1;
        job.set(&format!("imported = {imported}"));
        (polls(&tab.requests()).len() >= before + 5).then_some(())
    });
    let requests = polls(&tab.requests());
    for pair in requests.windows(2) {
        assert!(pair[1].sent_at - pair[0].sent_at >= 0.55, "{} s", pair[1].sent_at - pair[0].sent_at);
    }
}

/// Has the page be answered at once, with two imported, and the same tag each time.
fn answer_at_once(tab: &Tab, job: &Running, tag: &'static str) {
    let id = job.page().replace("/jobs/", "");
    tab.answer(move |_| {
        let body =
            format!(r#"{{"id":"{id}","status":"processing","received":10,"imported":2,"failed":0,"errors":[]}}"#);
        let headers =
            vec![("Content-Type", "application/json".into()), ("ETag", tag.into()), ("Retry-After", "1".into())];
        Reply::Give(200, headers, body)
    });
}

#[test]
fn a_server_that_holds_nothing_back_is_polled_at_its_pace() {
    let (job, tab) = watched(10);
    answer_at_once(&tab, &job, "\"9\"");
    tab.nudge();
    tab.sees("[data-count=imported]", "2");
    // The first one after that asks whether the server would wait.
    let asked = polls(&tab.requests()).len() + 1;
    let done = |all: &[Request]| polls(all).iter().filter(|it| it.ended_at.is_some()).count() >= asked + 3;
    let requests = polls(&tab.until_asked(done));
    for pair in requests[asked - 1..].windows(2).filter(|pair| pair[0].ended_at.is_some()) {
        let waited = pair[1].sent_at - pair[0].ended_at.unwrap();
        assert!(waited >= 0.95, "asked {waited} s after an answer that asked for 1 s");
    }
    tab.sees("[data-updated]", "Updated");
    tab.sees("[data-next]", "next in");
}

#[test]
fn a_tag_that_was_weakened_on_the_way_is_the_version_that_it_names() {
    let (job, tab) = watched(10);
    // As something that compresses leaves it.
    answer_at_once(&tab, &job, "W/\"9\"");
    tab.nudge();
    tab.sees("[data-count=imported]", "2");
    let knows = |it: &Request| it.header("If-None-Match") == Some("\"9\"") && it.header("Prefer").is_some();
    tab.until_asked(|all| all.iter().any(knows));
}

#[test]
fn who_pauses_or_refreshes_is_not_kept_waiting_by_an_answer_that_is_held_back() {
    let (_job, tab) = watched(10);
    let is_held = |all: &[Request]| all.last().is_some_and(|it| it.header("Prefer").is_some() && it.ended_at.is_none());
    tab.until_asked(is_held);
    tab.click("button", "Refresh");
    tab.until_asked(|all| {
        let plain = polls(all).into_iter().filter(|it| it.header("Prefer").is_none() && it.ended_at.is_some());
        plain.count() == 2 && is_held(all)
    });
    tab.click("button", "Pause");
    tab.until_asked(|all| all.iter().all(|request| request.ended_at.is_some()));
    tab.sees("[data-next]", "paused");
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn the_end_of_a_job_is_shown_within_a_second() {
    let mut times = Vec::new();
    while times.len() < 3 && !times.last().is_some_and(|time| *time <= 1_000.0) {
        let (job, tab) = watched(10);
        tab.sees("[data-next]", "live");
        let seen = "window.seen = new Promise(done => new MutationObserver(() => { \
            if (document.querySelector('h1')?.textContent.startsWith('Completed')) done(performance.timeOrigin + performance.now()); \
            }).observe(document.body, { subtree: true, childList: true, characterData: true })); true";
        tab.js::<bool>(seen);
        job.complete();
        let ended = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64() * 1_000.0;
        times.push(tab.js::<f64>("seen") - ended);
    }
    println!("from the end of a job to the page that says so: {times:.0?} ms");
    assert!(times.iter().any(|time| *time <= 1_000.0), "{times:?}");
}

#[test]
fn after_the_final_state_nothing_is_asked() {
    let (job, tab) = watched(10);
    tab.sees("#errors", "Nothing was tried yet.");
    job.complete();
    tab.sees("h1", "Completed, everything imported");
    tab.sees("#errors", "No errors. Everything has landed.");
    tab.sees("[data-next]", "no more requests");
    let asked = tab.requests().len();
    tab.advance(3_600.0);
    tab.nudge();
    tab.press(&["r", "p"]);
    tab.js::<bool>(A_TICK);
    assert_eq!(tab.requests().len(), asked);
    assert!(tab.js::<String>("document.title").starts_with("Completed, everything imported"));
}

#[test]
fn a_hidden_tab_asks_nothing_and_asks_once_within_250_ms_when_it_is_shown_again() {
    let (_job, tab) = watched(10);
    let turn = |hidden: bool| {
        format!(
            "Object.defineProperty(document, 'hidden', {{ get: () => {hidden}, configurable: true }}); \
             document.dispatchEvent(new Event('visibilitychange', {{ bubbles: true }}))"
        )
    };
    tab.js::<bool>(&turn(true));
    // One may have been under way.
    tab.until_asked(|all| all.iter().all(|request| request.ended_at.is_some()));
    let asked = tab.requests().len();
    tab.advance(60.0);
    tab.nudge();
    tab.js::<bool>(A_TICK);
    tab.js::<bool>(A_TICK);
    assert_eq!(tab.requests().len(), asked, "hidden");
    let waited: f64 = tab.js(&format!(
        "(async () => {{ const polls = () => performance.getEntriesByType('resource').filter(it => it.name.includes('/v1/batch/job_')); \
         const before = polls().length; const shown = performance.now(); {}; \
         while (polls().length === before) await new Promise(requestAnimationFrame); \
         return polls()[before].startTime - shown; }})()",
        turn(false)
    ));
    assert!(waited <= 250.0, "asked {waited} ms after it was shown");
}

#[test]
fn the_reader_pauses_resumes_and_refreshes() {
    let (_job, tab) = watched(10);
    tab.click("button", "Pause");
    tab.sees("[data-next]", "paused");
    tab.until_asked(|all| all.iter().all(|request| request.ended_at.is_some()));
    let asked = tab.requests().len();
    tab.advance(60.0);
    tab.js::<bool>(A_TICK);
    assert_eq!(tab.requests().len(), asked, "paused");
    tab.click("button", "Refresh");
    tab.until_asked(|all| all.len() == asked + 1 && all.iter().all(|request| request.ended_at.is_some()));
    tab.sees("[data-next]", "paused");
    tab.click("button", "Resume");
    tab.until_asked(|all| all.len() >= asked + 3);
}

#[test]
fn an_older_version_is_never_shown_over_a_newer_one() {
    let (job, tab) = watched(10);
    for _ in 0..3 {
        job.set("imported = imported + 2");
    }
    tab.sees("[data-count=imported]", "6");
    assert!(tab.js::<String>("document.title").starts_with("60% · "));
    let id = job.page().replace("/jobs/", "");
    tab.answer(move |_| {
        let body = format!(
            r#"{{"job_id":"{id}","id":"{id}","status":"processing","received":10,"imported":2,"failed":0,"errors":[]}}"#
        );
        let headers =
            vec![("Content-Type", "application/json".into()), ("ETag", "\"2\"".into()), ("Retry-After", "1".into())];
        Reply::Give(200, headers, body)
    });
    let asked = tab.requests().len();
    tab.nudge();
    tab.until_asked(|all| all.iter().skip(asked + 1).filter(|request| request.ended_at.is_some()).count() >= 2);
    assert_eq!(tab.js::<i32>("document.querySelectorAll('[data-stale]').length"), 0, "the older answer was read");
    tab.sees("[data-count=imported]", "6");
}

#[test]
fn a_job_that_ends_notifies_once_who_asked_for_it() {
    let (job, tab) = watched(10);
    tab.allow("notifications");
    tab.js::<bool>(
        "window.told = []; const Real = Notification; \
         window.Notification = class extends Real { constructor(title) { super(title); told.push(title); } }; true",
    );
    tab.click("button", "Notify me");
    tab.until("document.querySelector('button[aria-pressed=true]') !== null");
    job.fail(3, "content must not be empty");
    job.complete();
    tab.sees("h1", "Completed with 1 failure");
    until("the notification", || (tab.js::<usize>("told.length") > 0).then_some(()));
    tab.nudge();
    assert_eq!(tab.js::<Vec<String>>("told"), ["Completed with 1 failure"]);
}

#[test]
fn the_bar_has_three_parts_and_no_figure_is_ever_nonsense() {
    let (job, tab) = watched(100);
    let is_sane = || {
        let shown: String = tab.js("document.querySelector('main').innerText + [...document.querySelectorAll('[style]')].map(it => it.getAttribute('style'))");
        assert!(!["NaN", "Infinity", "undefined", "-1", "null"].iter().any(|odd| shown.contains(odd)), "{shown}");
    };
    is_sane();
    tab.sees("[data-fact=left]", "estimating…");
    job.set("imported = 40, failed = 0");
    tab.sees("[data-count=imported]", "40");
    is_sane();
    job.fail(7, "agent cap reached (3)");
    tab.sees("[data-count=failed]", "1");
    let part = |name: &str| tab.js::<String>(&format!("document.querySelector('.bar .{name}').style.width"));
    assert_eq!((part("imported"), part("failed")), ("40%".to_owned(), "1%".to_owned()));
    let says = "document.querySelector('[role=progressbar]').getAttribute('aria-valuetext')";
    assert_eq!(tab.js::<String>(says), "40 imported, 1 failed, of 100");
    tab.sees("[data-count=remaining]", "59");
    is_sane();
    tab.advance(20.0);
    tab.sees("[data-fact=left]", "stalled");
    is_sane();
    job.set("imported = 80");
    tab.until("!document.querySelector('[data-fact=left]').textContent.includes('stalled')");
    is_sane();
}
