//! Without a mouse.

use crate::browser_import::import_page;
use contract::Tier;
use tests::{Account, Running, browser::Tab, job};
use xtask::checkout;

fn focused(tab: &Tab) -> Option<String> {
    tab.js("document.activeElement.closest('.row')?.dataset.index ?? null")
}

/// Presses Tab until the keyboard is on what `selector` finds.
#[track_caller]
fn tab_to(tab: &Tab, selector: &str) {
    let is_there = format!("document.activeElement.matches(\"{selector}\")");
    let mut pressed = 0;
    while !tab.js::<bool>(&is_there) {
        assert!(pressed < 40, "Tab does not lead to {selector}");
        tab.press(&["Tab"]);
        pressed += 1;
    }
}

#[test]
fn the_keyboard_alone_signs_in_opens_a_job_filters_and_exports() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open("/");
    tab.sees("h1", "Sign in");
    tab_to(&tab, "#key");
    tab.type_text(&account.key);
    tab.press(&["Enter"]);
    tab.sees(&job::row(job::ERRORS_500), "");
    tab_to(&tab, &format!("[href='/jobs/{}']", job::ERRORS_500));
    tab.press(&["Enter"]);
    tab.sees("[data-matches]", "500 failures");
    tab.press(&["/"]);
    tab.until("document.activeElement.id === 'filter'");
    tab.type_text("10-19");
    tab.sees("[data-matches]", "10 of 500 failures");
    tab.press(&["Escape", "e"]);
    tab.until("document.activeElement.closest('#export:popover-open') !== null");
    tab.press(&["Enter"]);
    tab.sees(".toast", "10 failures exported");
}

#[test]
fn the_keyboard_alone_chooses_a_file_and_sends_it() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    tab_to(&tab, "input[type=file]");
    tab.choose(&checkout::path("tests/cases/own_export.json"));
    tab.sees(".review", "own_export.json");
    tab_to(&tab, ".review button.primary");
    tab.press(&["Enter"]);
    tab.sees("[data-screen=group] h1", "Completed, everything imported");
}

#[test]
fn an_expanded_row_is_seen_whole_and_keeps_the_keyboard_however_far_the_list_is_scrolled() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in(&format!("/jobs/{}", job::ERRORS_500), &account.key);
    tab.sees("[data-matches]", "500 failures");
    for (key, index) in [("g", "0"), ("G", "499")] {
        tab.press(&[key]);
        tab.until(&format!("document.activeElement.closest('.row')?.dataset.index === '{index}'"));
        tab.press(&["Enter"]);
        tab.until(&format!(
            "(() => {{ const row = document.querySelector('.row[data-index=\"{index}\"]:has(.detail)')?.getBoundingClientRect(); \
             const tools = document.querySelector('.tools-of-list').getBoundingClientRect(); \
             return row && row.top >= tools.bottom && row.bottom <= innerHeight; }})()"
        ));
    }
    // Near, far, and back: rows come and go on both sides of it.
    for up in [400, 900, 5_000, 900, 300, 0] {
        tab.js::<bool>(&format!(
            "(async () => {{ scrollTo(0, document.documentElement.scrollHeight - innerHeight - {up}); \
             for (const _ of [1, 2, 3]) await new Promise(requestAnimationFrame); return true; }})()"
        ));
        assert_eq!(focused(&tab).as_deref(), Some("499"), "{up} further up");
    }
}

#[test]
fn the_shortcuts_move_expand_pause_refresh_and_explain() {
    let account = Account::new(Tier::Team);
    let job = Running::start(&account, 1_000);
    for index in 0..40 {
        job.fail(index, "agent cap reached (3)");
    }
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.sees("[data-matches]", "40 failures");
    for (key, index) in [("j", "0"), ("j", "1"), ("k", "0"), ("G", "39"), ("k", "38"), ("g", "0")] {
        tab.press(&[key]);
        tests::browser::until(&format!("{key} leads to {index}"), || {
            (focused(&tab).as_deref() == Some(index)).then_some(())
        });
    }
    tab.press(&["Enter"]);
    tab.until("document.querySelector('[data-index=\"0\"] [aria-expanded=true]') !== null");
    tab.press(&["p"]);
    tab.sees("[data-next]", "paused");
    tab.until_asked(|all| all.iter().all(|request| request.ended_at.is_some()));
    let asked = tab.requests().len();
    tab.press(&["r"]);
    tab.until_asked(|all| all.len() == asked + 1);
    tab.press(&["p"]);
    tab.sees("[data-next]", "live");
    tab.press(&["?"]);
    tab.until("document.querySelector('dialog[open]') !== null");
    tab.press(&["Escape"]);
    tab.until("document.querySelector('dialog[open]') === null");
    assert_eq!(focused(&tab).as_deref(), Some("0"), "back where it was");
}
