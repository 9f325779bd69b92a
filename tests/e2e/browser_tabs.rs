//! One session in several tabs.

use contract::Tier;
use serde_json::json;
use tests::{Account, browser::Tab, job, traffic::Reply};

/// All that a tab keeps or shows that could hold a key.
const KEPT: &str = "JSON.stringify([location.href, history.state, {...localStorage}, {...sessionStorage}, document.cookie, \
                    performance.getEntries().map(entry => entry.name), document.documentElement.outerHTML])";

fn example() -> String {
    format!("/jobs/{}", job::EXAMPLE)
}

fn link_to_example() -> (&'static str, &'static str) {
    ("link", "Unnamed job_8f2c1a…6a7b")
}

#[test]
fn a_link_opened_in_a_new_tab_is_signed_in_and_the_key_stays_in_memory() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    let (role, name) = link_to_example();
    let other = tab.click_into_new_tab(role, name);
    other.sees("h1", "Completed with 1 failure");
    assert_eq!(other.js::<String>("location.pathname"), example());
    tab.sees("h1", "Jobs");
    for tab in [&tab, &other] {
        assert!(!tab.js::<String>(KEPT).contains(&account.key), "kept in memory alone");
    }
    // A reload is a new tab too.
    other.go(&example());
    other.sees("h1", "Completed with 1 failure");
}

#[test]
fn a_key_is_told_on_a_channel_that_only_the_new_tab_listens_to() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees("h1", "Jobs");
    tab.js::<bool>(
        "window.heard = []; new BroadcastChannel('session').onmessage = event => heard.push(event.data); true",
    );
    let other = tab.beside("/import");
    other.sees("h1", "New import");
    tab.until("heard.length > 0");
    assert!(!tab.js::<String>("JSON.stringify(heard)").contains(&account.key));
}

#[test]
fn a_tab_that_answers_late_is_heard() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees("h1", "Jobs");
    tab.js::<bool>(
        "window.held = []; const channel = BroadcastChannel.prototype, post = channel.postMessage; channel.close = () => {}; \
         channel.postMessage = function (what) { held.push(() => post.call(this, what)); }; true",
    );
    let other = tab.beside("/import");
    other.sees("h1", "Sign in");
    tab.until("held.length > 0");
    tab.js::<bool>("held.forEach(say => say()); true");
    other.sees("h1", "New import");
}

#[test]
fn a_tab_that_nobody_answers_shows_the_sign_in_below_the_frame() {
    let tab = Tab::open("/");
    tab.sees("header", "Batch status");
    tab.sees("h1", "Sign in");
    let other = tab.beside("/");
    other.sees("h1", "Sign in");
}

#[test]
fn signing_out_reaches_all_tabs_and_leaves_nothing_in_them() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open(&example());
    tab.click("checkbox", "Keep in this tab Forgotten when the tab is closed. Never stored elsewhere.");
    tab.sign_in(&account.key);
    let other = tab.beside(&example());
    for tab in [&tab, &other] {
        tab.sees("h1", "Completed with 1 failure");
        tab.until("sessionStorage.getItem('recent') !== null");
    }
    other.click_on("[popovertarget=account]");
    other.click("button", "Sign out");
    other.sees("h1", "Sign in");
    tab.sees("h1", "Sign in");
    tab.sees("[role=alert]", "You signed out in another tab.");
    for tab in [&tab, &other] {
        assert_eq!(tab.js::<serde_json::Value>("Object.keys(sessionStorage)"), json!([]));
    }
    tab.beside("/").sees("h1", "Sign in");
}

#[test]
fn a_tab_that_sleeps_while_the_reader_signs_out_wakes_up_signed_out() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open("/");
    tab.click("checkbox", "Keep in this tab Forgotten when the tab is closed. Never stored elsewhere.");
    tab.sign_in(&account.key);
    let other = tab.beside("/");
    other.sees("h1", "Jobs");
    tab.go("/docs");
    other.click_on("[popovertarget=account]");
    other.click("button", "Sign out");
    other.sees("h1", "Sign in");
    tab.go("/");
    tab.sees("h1", "Sign in");
    assert_eq!(tab.js::<serde_json::Value>("Object.keys(sessionStorage)"), json!([]));
}

#[test]
fn a_key_that_is_refused_in_one_tab_is_given_up_in_all_and_another_key_is_not() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees("h1", "Jobs");
    let (same, good) = (tab.beside("/import"), tab.beside("/import"));
    for tab in [&same, &good] {
        tab.sees("h1", "New import");
    }
    for tab in [&tab, &same] {
        tab.answer(|_| Reply::json(401, r#"{"code":"invalid_key","message":"The key is not valid."}"#));
    }
    tab.nudge();
    for tab in [&tab, &same] {
        tab.sees("h1", "Sign in");
        tab.sees("[role=alert]", "This key is no longer accepted");
    }
    good.until_asked(|all| all.iter().any(|request| request.path == "/v1/ping" && request.status == Some(200)));
    good.sees("h1", "New import");
}

#[test]
fn two_accounts_in_two_tabs_see_their_own_and_a_new_tab_is_of_the_one_used_last() {
    let (first, second) = (Account::new(Tier::Team), Account::new(Tier::Scale));
    let tab = Tab::signed_in(&example(), &first.key);
    tab.sees("h1", "Completed with 1 failure");
    // Signed in before there was anybody to ask, and thus with a key of its own.
    tab.click_on("[popovertarget=account]");
    tab.click("button", "Sign out");
    tab.sees("h1", "Sign in");
    let other = tab.beside("/");
    other.sees("h1", "Sign in");
    tab.sign_in(&second.key);
    tab.sees("h1", "Completed with 1 failure");
    other.sign_in(&first.key);
    other.sees(&job::row(job::EXAMPLE), "");
    assert_eq!(other.text(".recent"), "", "nothing of the former is left");
    tab.click("link", "Jobs");
    tab.sees(".recent", "job_8f2c1a…6a7b");
    tab.sees("header", "scale");
    let (role, name) = link_to_example();
    for (from, tier) in [(&other, "team"), (&tab, "scale"), (&other, "team")] {
        let new = from.click_into_new_tab(role, name);
        new.sees("h1", "Completed with 1 failure");
        new.sees("header", tier);
    }
}

#[test]
fn another_account_in_the_same_tab_sees_nothing_of_the_former() {
    let (first, second) = (Account::new(Tier::Team), Account::new(Tier::Scale));
    let tab = Tab::signed_in(&example(), &first.key);
    tab.sees("h1", "Completed with 1 failure");
    tab.click("link", "Jobs");
    tab.sees(".recent", "job_8f2c1a…6a7b");
    tab.click_on("[popovertarget=account]");
    tab.sees("#account:popover-open", "Tier team");
    tab.click("button", "Sign out");
    tab.sign_in(&second.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    assert_eq!(tab.text(".recent"), "");
    tab.click_on("[popovertarget=account]");
    tab.sees("#account:popover-open", "of 1,000,000");
    assert!(!tab.js::<String>(KEPT).contains("team"), "nothing of the former is on the page");
}
