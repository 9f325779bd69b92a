//! What is known of an import before it is sent, and kept until it is.

use crate::{
    browser_accessibility::assert_clean,
    browser_import::{drop_text, import_page, posts},
};
use contract::{Tier, path};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tests::{Account, browser::Tab, importing, traffic::Reply};

const CONSENT: &str =
    "Keep what is not sent yet in this browser, to go on after a reload. Not on a computer that others use.";

/// How many batches the browser keeps.
const STORED: &str = "new Promise(done => { const opening = indexedDB.open('unsent', 1); opening.onerror = () => done(-1); \
    opening.onupgradeneeded = () => opening.result.createObjectStore('batches'); \
    opening.onsuccess = () => { const database = opening.result; \
        const count = database.transaction('batches').objectStore('batches').count(); \
        count.onsuccess = () => { database.close(); done(count.result); }; }; })";

/// Drops so many memories.
fn drop_rows(tab: &Tab, count: usize) {
    let memories: Vec<_> = (0..count).map(|n| json!({ "content": format!("Memory {n}") })).collect();
    drop_text(tab, "memories.json", &json!(memories).to_string());
    tab.until("document.querySelector('.review button.primary')?.disabled === false");
}

/// From here on no batch is taken, unless `open` is set.
fn close(tab: &Tab) -> Arc<AtomicBool> {
    let open = Arc::new(AtomicBool::new(false));
    let is_open = open.clone();
    tab.answer(move |url| match url.ends_with("/v1/batch") && !is_open.load(Ordering::Relaxed) {
        true => Reply::Give(503, vec![("Retry-After", "1".to_owned())], "<p>Not now</p>".to_owned()),
        false => Reply::Pass,
    });
    open
}

fn sign_out(tab: &Tab) {
    tab.click_on("[popovertarget=account]");
    tab.click("button", "Sign out");
    tab.sees("h1", "Sign in");
}

#[test]
fn what_is_not_sent_is_kept_if_the_reader_agrees_and_offered_to_the_same_account_alone() {
    let (account, other) = (Account::new(Tier::Team), Account::new(Tier::Team));
    let tab = import_page(&account);
    let open = close(&tab);
    drop_rows(&tab, 1_200);
    tab.click("checkbox", CONSENT);
    tab.click("button", "Import 1,200 memories");
    tab.sees("main", "What is not sent yet is kept in this browser");
    tab.sees(".note", "Trying again in 1 s.");
    assert_eq!(tab.js::<i32>(STORED), 3);
    tab.go("/import");
    tab.sign_in(&other.key);
    tab.sees("h1", "New import");
    // The sign-out of another clears nothing of the first.
    sign_out(&tab);
    assert_eq!(tab.js::<i32>(STORED), 3);
    tab.sign_in(&account.key);
    tab.sees(".sending", "Not sent: 3");
    tab.sees(".review", "1,200 rows were not sent when this page was last left");
    assert_clean(&tab, "rows that were kept");
    let beside = tab.beside("/import");
    beside.sees(".review", "1,200 rows were not sent");
    open.store(true, Ordering::Relaxed);
    tab.click("button", "Send the rest");
    tab.sees("[data-screen=group] h1", "Completed, everything imported");
    tab.sees("[data-count=received]", "1,200");
    tab.until(&format!("{STORED}.then(count => count === 0)"));
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.sending').length"), 0);
    beside.click("button", "Send the rest");
    beside.sees(".toast", "Nothing is left of it: another tab has sent it");
    assert_eq!(beside.js::<u32>("document.querySelectorAll('.review').length"), 0);
}

#[test]
fn nothing_is_kept_unasked_and_a_sign_out_clears_what_was() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    close(&tab);
    drop_rows(&tab, 3);
    tab.click("button", "Import 3 memories");
    tab.sees(".note", "Trying again in 1 s.");
    assert_eq!(tab.js::<i32>(STORED), 0);
    tab.click("button", "Stop");
    tab.click("button", "Give up the rest");
    drop_rows(&tab, 3);
    tab.click("checkbox", CONSENT);
    tab.click("button", "Import 3 memories");
    tab.sees("main", "What is not sent yet is kept in this browser");
    assert_eq!(tab.js::<i32>(STORED), 1);
    sign_out(&tab);
    tab.until(&format!("{STORED}.then(count => count === 0)"));
    tab.sign_in(&account.key);
    tab.sees("h1", "New import");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.sending').length"), 0);
}

#[test]
fn what_the_month_has_no_room_for_is_said_before_and_may_be_left_out() {
    let account = Account::new(Tier::Hobby);
    let tab = import_page(&account);
    drop_rows(&tab, 1_010);
    tab.sees(".warning", "1,010 rows, 1,000 writes left this month");
    tab.sees(".warning", "10 will fail.");
    assert_clean(&tab, "what will not fit");
    tab.click("button", "Import only the first 1,000, which fit");
    tab.sees("[data-screen=group] h1", "Completed, everything imported");
    tab.sees("[data-count=received]", "1,000");
    // Nothing is left, and all of it may be tried all the same.
    tab.click("link", "New import");
    drop_rows(&tab, 2);
    tab.sees(".warning", "2 rows, 0 writes left this month");
    tab.click("button", "Import 2 memories");
    tab.sees("[role=alert]", "of this month are used up");
}

#[test]
fn what_may_not_even_be_sent_this_month_is_said_before() {
    let account = Account::new(Tier::Hobby);
    let tab = import_page(&account);
    let used = |used, limit| json!({ "used": used, "limit": limit, "resets_at": "2099-12-01" });
    let usage = json!({
        "tier": "hobby", "writes": used(0, 1_000), "received": used(9_998, 10_000), "agents": used(0, 2),
        "batches": { "running": 0, "limit": 3 }, "account": "acme", "key": { "id": "0", "expires_at": null },
    });
    tab.answer(move |url| if url.ends_with("/v1/usage") { Reply::json(200, usage.to_string()) } else { Reply::Pass });
    drop_rows(&tab, 5);
    tab.sees(".warning", "5 rows, 2 of which may still be sent this month, which begins anew on");
    tab.sees(".warning", "3 may be refused.");
    tab.find("button", "Import only the first 2, which fit");
}

#[test]
fn the_server_tells_of_the_first_rows_what_would_fail_and_stores_nothing() {
    let account = Account::new(Tier::Hobby);
    let tab = import_page(&account);
    drop_text(&tab, "notes.csv", "content,agent_id\na,one\nb,two\nc,three\n ,one\n");
    tab.click("button", "Ask the server what would fail");
    tab.sees(".review", "Of 4 rows, 2 would be imported now and 2 would fail. Nothing was stored.");
    tab.sees(".problems li:first-child", "Line 4");
    tab.sees(".problems li:first-child", "agent cap reached (2)");
    tab.sees(".problems li:last-child", "Line 5");
    tab.sees(".problems li:last-child", "content must not be empty");
    assert_eq!(
        importing().get(path::BATCH, &account.key).json()["jobs"].as_array().map(Vec::len),
        Some(3),
        "the seeded ones"
    );
}

#[test]
fn usage_and_a_forecast_that_are_refused_or_lost_block_nothing() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    tab.answer(|url| match url.contains("/v1/usage") || url.contains("dry_run") {
        true => Reply::Give(500, vec![], "<p>No</p>".to_owned()),
        false => Reply::Pass,
    });
    drop_rows(&tab, 3);
    tab.click("button", "Ask the server what would fail");
    tab.sees(".review", "The server answered with status 500 and gave no reason. The import can be sent all the same.");
    let before = posts(&tab);
    tab.click("button", "Import 3 memories");
    tab.sees("[data-screen=group] h1", "Completed, everything imported");
    assert_eq!(posts(&tab), before + 1);
}
