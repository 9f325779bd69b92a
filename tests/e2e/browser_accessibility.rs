//! What axe finds: nothing, on any page, in either theme and in forced colours; and what the system may ask for besides.

use crate::browser_import::{drop_text, import_page};
use contract::Tier;
use std::{fs, sync::LazyLock};
use tests::{Account, Running, browser::Tab, job, traffic::Reply};
use xtask::checkout;

static AXE: LazyLock<String> =
    LazyLock::new(|| fs::read_to_string(checkout::path("node_modules/axe-core/axe.min.js")).unwrap() + "; true");

/// Has axe look at the page as it is, in both themes and in forced colours.
#[track_caller]
pub fn assert_clean(tab: &Tab, what: &str) {
    tab.js::<bool>(&AXE);
    for (feature, value) in
        [("forced-colors", "active"), ("prefers-color-scheme", "dark"), ("prefers-color-scheme", "light")]
    {
        tab.prefer(feature, value);
        // A colour that is on its way to another is neither.
        tab.until("document.getAnimations().every(it => it.playState !== 'running' || it.effect.getComputedTiming().iterations === Infinity)");
        let found: Vec<String> = tab
            .js("axe.run().then(found => found.violations.flatMap(rule => rule.nodes.map(node => \
             `${rule.id}: ${node.target} ${node.failureSummary} in ${node.html.slice(0, 200)}`)))");
        assert!(found.is_empty(), "{what}, {value}:\n{}", found.join("\n"));
    }
}

#[test]
fn axe_finds_nothing_on_the_sign_in_the_jobs_the_import_and_the_help() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open("/");
    tab.sees("h1", "Sign in");
    assert_clean(&tab, "sign-in");
    tab.fill("textbox", "API key", "hunter2");
    tab.press(&["Enter"]);
    tab.sees("[role=alert]", "This is not an API key");
    assert_clean(&tab, "sign-in with a problem");
    tab.sign_in(&account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    assert_clean(&tab, "jobs");
    tab.click_on("[popovertarget=account]");
    assert_clean(&tab, "account");
    tab.press(&["Escape", "?"]);
    tab.until("document.querySelector('dialog[open]') !== null");
    assert_clean(&tab, "help");
    tab.press(&["Escape"]);
    tab.click("link", "New import");
    tab.sees("h1", "New import");
    assert_clean(&tab, "import");
}

#[test]
fn axe_finds_nothing_on_what_a_file_holds_and_on_its_way() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    drop_text(&tab, "notes.csv", "hello,ann\nbye,bob\n");
    tab.sees(".question", "Which column holds the content?");
    assert_clean(&tab, "question");
    drop_text(&tab, "notes.csv", "content;mood;date\na;good;today\n;;2026-05-04\nb;bad;2026-05-04\n");
    tab.sees(".problems", "timestamp must be");
    assert_clean(&tab, "preview and problems");
    tab.answer(|url| match url.ends_with("/v1/batch") {
        true => Reply::Give(413, vec![], "<p>No</p>".to_owned()),
        false => Reply::Pass,
    });
    tab.click("checkbox", "Leave out the rows with problems");
    tab.click("button", "Import 2 memories");
    tab.sees("[role=alert]", "The server answered with status 413");
    assert_clean(&tab, "stopped");
}

#[test]
fn axe_finds_nothing_on_a_running_job_and_on_one_that_has_ended() {
    let account = Account::new(Tier::Team);
    let running = Running::start(&account, 1_000);
    running.set("imported = 300");
    for index in 0..40 {
        running.fail(index, if index % 3 == 0 { "content must not be empty" } else { "agent cap reached (3)" });
    }
    let tab = Tab::signed_in(&running.page(), &account.key);
    tab.sees("[data-matches]", "40 failures");
    tab.press(&["j"]);
    tab.until("document.activeElement.closest('.row') !== null");
    tab.press(&["Enter"]);
    tab.until("document.querySelector('.detail') !== null");
    tab.sees(".sent", "What was sent is no longer kept.");
    assert_clean(&tab, "running job with an expanded row");
    tab.click("button", "Cancel");
    tab.until("document.querySelector('#cancel[open]') !== null");
    assert_clean(&tab, "the question whether to cancel");
    tab.click("button", "Let it run");
    running.fail(90, "agent cap reached (3)");
    tab.sees("[data-new]", "1 new failure");
    assert_clean(&tab, "new failures");
    tab.press(&["e"]);
    tab.until("document.querySelector('#export:popover-open') !== null");
    assert_clean(&tab, "export");
    tab.press(&["Escape"]);
    tab.fill("searchbox", "Filter errors", "nothing like it");
    tab.sees(".list", "Nothing matches.");
    assert_clean(&tab, "nothing matches");
    running.complete();
    tab.sees("h1", "Completed with 41 failures");
    assert_clean(&tab, "completed with failures");
    for id in [job::EXAMPLE, job::FAILED] {
        let tab = Tab::signed_in(&format!("/jobs/{id}"), &account.key);
        tab.until("document.querySelector('[data-screen=job]') !== null");
        assert_clean(&tab, id);
    }
}

#[test]
fn nothing_moves_where_the_system_asks_for_less_of_it() {
    let account = Account::new(Tier::Team);
    let running = Running::start(&account, 1_000);
    let tab = Tab::signed_in(&running.page(), &account.key);
    tab.sees("[data-status=processing]", "Processing");
    tab.until("document.getAnimations().length > 0");
    tab.prefer("prefers-reduced-motion", "reduce");
    tab.until("document.getAnimations().length === 0");
    running.set("imported = 900");
    tab.nudge();
    tab.sees("[data-count=imported]", "900");
    assert_eq!(tab.js::<u32>("document.getAnimations().length"), 0, "also of the bar that grows");
}

#[test]
fn axe_finds_nothing_on_the_screens_of_what_is_missing_and_on_a_stale_page() {
    let account = Account::new(Tier::Team);
    for (path, key, screen) in [
        (format!("/jobs/{}", job::UNKNOWN), &account.key, "no-such-job"),
        ("/nowhere".to_owned(), &account.key, "no-such-page"),
        (format!("/jobs/{}", job::EXAMPLE), &account.write_only, "missing-scope"),
        ("/import".to_owned(), &account.read_only, "read-only"),
    ] {
        let tab = Tab::signed_in(&path, key);
        tab.until(&format!("document.querySelector('[data-screen={screen}]') !== null"));
        assert_clean(&tab, screen);
    }
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    tab.take_offline(true);
    tab.nudge();
    tab.until("document.querySelector('[data-stale]') !== null");
    assert_clean(&tab, "stale");
}

#[test]
fn axe_finds_nothing_where_there_is_nothing_to_show() {
    let account = Account::new(Tier::Team);
    let limited = r#"{"code":"rate_limit_exceeded","message":"Too many requests. Wait 60 seconds, then try again."}"#;
    for (status, body, screen) in [
        (200, r#"{"jobs":[],"next":null}"#, "nothing-yet"),
        (429, limited, "rate-limited"),
        (500, r#"{"code":"internal","message":"Something broke on our side."}"#, "server-error"),
    ] {
        let tab = Tab::open("/");
        tab.answer(move |url| match url.contains("/v1/batch") {
            true => {
                let headers = [("Content-Type", "application/json"), ("Retry-After", "60"), ("X-Request-Id", "4711")];
                Reply::Give(status, headers.map(|(name, value)| (name, value.to_owned())).into(), body.into())
            }
            false => Reply::Pass,
        });
        tab.sign_in(&account.key);
        tab.until(&format!("document.querySelector('[data-screen={screen}]') !== null"));
        assert_clean(&tab, screen);
    }
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    tab.take_offline(true);
    tab.click_on(&format!("a[href='/jobs/{}']", job::EXAMPLE));
    tab.until("document.querySelector('[data-screen=offline]') !== null");
    assert_clean(&tab, "offline");
}
