//! The account's menu: whose key it is, what is used up, and the way out.

use crate::browser_accessibility::assert_clean;
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use contract::Tier;
use std::sync::{Arc, Mutex};
use tests::{Account, Running, browser::Tab, job, key_id, traffic::Reply};

const OPEN: &str = "#account:popover-open";
const IS_CLOSED: &str = "document.querySelector('#account:popover-open') === null";

/// What a tab's questions for the usage are answered with; by the server where there is nothing.
fn answer_usage(tab: &Tab) -> Arc<Mutex<Option<Reply>>> {
    let next = Arc::<Mutex<Option<Reply>>>::default();
    let given = next.clone();
    tab.answer(move |url| match url.ends_with("/v1/usage") {
        true => given.lock().unwrap().take().unwrap_or(Reply::Pass),
        false => Reply::Pass,
    });
    next
}

#[test]
fn the_menu_tells_the_key_and_what_is_used_up_and_closes_as_menus_do() {
    let account = Account::new(Tier::Team);
    let _running = Running::start(&account, 10);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    tab.click_on("[popovertarget=account]");
    for says in
        ["Tier team", "memories:read", "Written this month0 of 100,000", "Agents0 of 100", "Running batches1 of 3"]
    {
        tab.sees(OPEN, says);
    }
    tab.sees(&format!("{OPEN} [data-key-id]"), &key_id(&account.key));
    tab.sees(OPEN, &format!("Account{}Key expiresnever", account.name));
    tab.until("/^\\d{4}-\\d{2}-01$/.test(document.querySelector('#account time').dateTime)");
    tab.run(SetDeviceMetricsOverrideParams::new(320, 740, 1.0, false));
    tab.until(&format!(
        "(({{ left, right }}) => left >= 0 && right <= innerWidth)(document.querySelector('{OPEN}').getBoundingClientRect())"
    ));
    tab.run(SetDeviceMetricsOverrideParams::new(1280, 900, 1.0, false));
    tab.press(&["Escape"]);
    tab.until(IS_CLOSED);
    let asked = tab.requests().iter().filter(|request| request.path == "/v1/usage").count();
    tab.click_on("[popovertarget=account]");
    tab.until_asked(|all| all.iter().filter(|request| request.path == "/v1/usage").count() == asked + 1);
    tab.click("heading", "Jobs");
    tab.until(IS_CLOSED);
}

#[test]
fn a_usage_that_fails_says_why_and_is_asked_for_again() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    let next = answer_usage(&tab);
    *next.lock().unwrap() = Some(Reply::Silence);
    tab.click_on("[popovertarget=account]");
    tab.sees(OPEN, "Asking what is used up…");
    tab.press(&["Escape"]);
    *next.lock().unwrap() = Some(Reply::json(503, r#"{"code":"unavailable","message":"The store does not answer."}"#));
    tab.click_on("[popovertarget=account]");
    tab.sees(OPEN, "The store does not answer.");
    assert_clean(&tab, "a usage that could not be asked for");
    tab.click("button", "Try again");
    tab.sees(OPEN, "of 100,000");
    // A scope does not come by asking again.
    let tab = Tab::signed_in("/import", &account.write_only);
    tab.click_on("[popovertarget=account]");
    tab.sees(&format!("{OPEN} .failure"), "memories:read");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.usage button').length"), 0);
}
