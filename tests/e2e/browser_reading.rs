//! Polling never disturbs reading.

use contract::Tier;
use serde_json::Value;
use tests::{
    Account, Running,
    browser::{Tab, until},
};

/// Where the reader is.
const PLACE: &str = "({ filter: document.querySelector('#filter').value, order: document.querySelector('select').value, \
    scroll: scrollY, selection: getSelection().toString(), \
    expanded: document.querySelector('[aria-expanded=true]')?.textContent, focus: document.activeElement.textContent, \
    top: document.querySelector('[aria-expanded=true]').getBoundingClientRect().top, address: location.search })";

#[test]
fn filter_order_scroll_selection_expanded_row_and_focus_survive_twenty_polls_that_add_errors() {
    let account = Account::new(Tier::Scale);
    let job = Running::start(&account, 1_000);
    for index in 0..60 {
        job.fail(index * 2, if index % 3 == 0 { "content must not be empty" } else { "agent cap reached (3)" });
    }
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.fill("searchbox", "Filter errors", "agent");
    tab.sees("[data-matches]", "40 of 60 failures");
    tab.js::<Value>(
        "{ const order = document.querySelector('select'); order.value = '-index'; \
                     order.dispatchEvent(new Event('change', { bubbles: true })); null }",
    );
    tab.fill("textbox", "Go to index", "40");
    tab.press(&["Enter"]);
    tab.until("document.activeElement.textContent === '40'");
    tab.press(&["Enter"]);
    tab.until("document.querySelector('[aria-expanded=true]') !== null");
    // What was sent comes a moment later, and the row makes room for it.
    tab.until_asked(|all| all.iter().any(|it| it.path.contains("/items") && it.ended_at.is_some()));
    tab.js::<bool>("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    tab.js::<Value>("{ getSelection().selectAllChildren(document.querySelector('.detail p')); null }");
    tab.until("location.search === '?q=agent&sort=-index'");
    let before: Value = tab.js(PLACE);
    assert_eq!((&before["filter"], &before["focus"]), (&"agent".into(), &"40".into()), "{before}");
    assert!(before["scroll"].as_f64() > Some(0.0) && before["selection"] == "agent cap reached (3)", "{before}");
    for poll in 1..=20 {
        job.fail(200 + poll, "agent cap reached (3)");
        let shown = (60 + poll).to_string();
        until("the poll", || {
            tab.nudge();
            tab.text("[data-count=failed] .figure").eq(&shown).then_some(())
        });
        assert_eq!(tab.js::<Value>(PLACE), before, "after poll {poll}");
    }
    tab.sees("[data-new]", "20 new failures");
    tab.click("button", "20 new failures");
    tab.sees("[data-matches]", "60 of 80 failures");
    assert_eq!(tab.js::<String>("document.querySelector('#filter').value"), "agent");
}

#[test]
fn a_poll_that_changes_nothing_touches_no_node_of_the_list() {
    let account = Account::new(Tier::Scale);
    let job = Running::start(&account, 100);
    for index in 0..30 {
        job.fail(index, "agent cap reached (3)");
    }
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.sees("[data-matches]", "30 failures");
    tab.js::<Value>("{ window.touched = 0; new MutationObserver(all => touched += all.length).observe(\
         document.querySelector('#errors'), { subtree: true, childList: true, attributes: true, characterData: true }); null }");
    let unchanged = |requests: &[tests::traffic::Request]| requests.iter().filter(|it| it.status == Some(304)).count();
    for polls in 1..=3 {
        until("an answer without news", || {
            tab.nudge();
            (unchanged(&tab.requests()) >= polls).then_some(())
        });
    }
    assert_eq!(tab.js::<u32>("touched"), 0);
}
