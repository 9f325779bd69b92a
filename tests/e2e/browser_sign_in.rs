//! The key: asked for, checked, and kept to itself.

use contract::Tier;
use serde_json::json;
use tests::{
    Account,
    browser::{Tab, server},
    job,
};

fn page_of_example() -> String {
    format!("/jobs/{}", job::EXAMPLE)
}

#[test]
fn a_deep_link_asks_for_the_key_and_goes_on_to_where_it_pointed() {
    let account = Account::new(Tier::Team);
    let address = format!("{}?q=quota&sort=reason", page_of_example());
    let tab = Tab::open(&address);
    tab.sees("[data-screen=sign-in] h1", "Sign in");
    assert_eq!(tab.requests().len(), 0, "nothing is asked without a key");
    tab.sign_in(&account.key);
    tab.sees("[data-screen=job] h1", "Completed with 1 failure");
    assert_eq!(tab.js::<String>("location.pathname + location.search"), address);
    assert_eq!(tab.js::<String>("document.querySelector('#filter').value"), "quota");
}

#[test]
fn the_key_is_checked_and_its_tier_and_scopes_are_shown() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.click_on("[popovertarget=account]");
    tab.sees("#account:popover-open", "Tier team");
    tab.sees("#account:popover-open", "memories:read");
    tab.sees("#account:popover-open", "memories:write");
    tab.click("button", "Sign out");
    tab.until("document.querySelector('[data-screen=sign-in]') !== null");
}

#[test]
fn a_key_that_is_not_accepted_is_told_from_something_that_is_no_key() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open("/");
    tab.fill("textbox", "API key", "hunter2");
    tab.press(&["Enter"]);
    tab.sees("[role=alert]", "This is not an API key");
    assert_eq!(tab.requests().len(), 0, "what is no key is not sent");
    tab.fill("textbox", "API key", &account.expired);
    tab.press(&["Enter"]);
    tab.sees("[role=alert]", "This key is not accepted: it is unknown, revoked or expired.");
    tab.fill("textbox", "API key", &account.key);
    tab.press(&["Enter"]);
    tab.sees("h1", "Jobs");
}

#[test]
fn the_key_is_in_no_address_in_no_history_and_in_no_storage_that_outlives_the_tab() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees("h1", "Jobs");
    tab.click_on(&format!("a[href='{}']", page_of_example()));
    tab.sees("h1", "Completed with 1 failure");
    tab.fill("searchbox", "Filter errors", "quota");
    tab.until("location.search === '?q=quota'");
    let kept = "JSON.stringify([location.href, history.state, {...localStorage}, {...sessionStorage}, \
                document.cookie, performance.getEntries().map(entry => entry.name), document.documentElement.outerHTML])";
    assert!(!tab.js::<String>(kept).contains(&account.key), "kept in memory alone");
    // What is not sent yet has a database, where nothing is without being asked for.
    let known = tab.js::<Vec<String>>(
        "(async () => { const settled = request => new Promise((resolve, reject) => { \
             request.onsuccess = () => resolve(request.result); request.onerror = reject; }); \
             const texts = await caches.keys(); \
             for (const { name } of await indexedDB.databases()) { \
                 const database = await settled(indexedDB.open(name)); \
                 for (const store of database.objectStoreNames) { \
                     const rows = database.transaction(store).objectStore(store); \
                     texts.push(...await settled(rows.getAllKeys()), ...await settled(rows.getAll())); \
                 } \
                 database.close(); \
             } \
             return texts; })()",
    );
    assert!(known.is_empty(), "{known:?}");
    for request in tab.requests() {
        assert!(!request.path.contains(&account.key), "{}", request.path);
    }
    assert!(!server().log().contains(&account.key), "in no log");
    tab.go(&page_of_example());
    tab.sees("h1", "Sign in");
}

#[test]
fn a_key_that_is_kept_in_the_tab_survives_a_reload_and_goes_when_signed_out() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open(&page_of_example());
    tab.sees("h1", "Sign in");
    tab.click("checkbox", "Keep in this tab Forgotten when the tab is closed. Never stored elsewhere.");
    tab.sign_in(&account.key);
    tab.sees("h1", "Completed with 1 failure");
    assert!(!tab.js::<String>("JSON.stringify({...localStorage})").contains(&account.key));
    tab.go(&page_of_example());
    tab.sees("h1", "Completed with 1 failure");
    tab.click_on("[popovertarget=account]");
    tab.click("button", "Sign out");
    tab.sees("h1", "Sign in");
    assert_eq!(tab.js::<serde_json::Value>("Object.keys(sessionStorage)"), json!([]));
}
