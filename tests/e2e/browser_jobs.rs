//! The list of jobs: which are shown, in which rows, and that a link says so.

use crate::browser_accessibility::assert_clean;
use chromiumoxide::cdp::browser_protocol::emulation::{SetDeviceMetricsOverrideParams, SetTimezoneOverrideParams};
use contract::Tier;
use serde_json::Value;
use tests::{
    Account, Database, Running,
    browser::{Tab, server},
    job,
};

const GROUP: &str = "0b9f6f6e-6c1b-4a52-9d3c-6f0a5c1d2e3f";

/// Adds `count` completed jobs of `account`, a second after each other and newer than those of the seed, with `columns` set.
fn plant(account: &Account, count: u32, columns: &str) {
    let name = &account.name;
    Database::of(server().state()).execute(&format!(
        "WITH RECURSIVE job(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM job WHERE n < {count} - 1) \
         INSERT INTO batch_jobs (account_id, id, status, received, imported, created_at, started_at, finished_at) \
         SELECT '{name}', printf('%032x', n + 4096), 'completed', 10, 10, 1793577600000 + n * 1000, 0, 0 FROM job; \
         UPDATE batch_jobs SET {columns} WHERE account_id = '{name}' AND created_at >= 1793577600000"
    ));
}

fn rows(tab: &Tab) -> Vec<String> {
    tab.js("[...document.querySelectorAll('.jobs .name a')].map(it => it.pathname.replace('/jobs/', ''))")
}

fn address(tab: &Tab) -> String {
    tab.js("decodeURIComponent(location.pathname + location.search)")
}

/// Chooses a day in the box that is labelled so.
fn choose_day(tab: &Tab, label: &str, day: &str) {
    tab.js::<Value>(&format!(
        "{{ const box = [...document.querySelectorAll('.day')].find(it => it.textContent === '{label}').querySelector('input'); \
         box.value = '{day}'; box.dispatchEvent(new Event('change', {{ bubbles: true }})); null }}"
    ));
}

fn choose_utc(tab: &Tab) {
    tab.js::<Value>(
        "{ const box = document.querySelector('.filters select'); box.value = 'utc'; \
         box.dispatchEvent(new Event('change', { bubbles: true })); null }",
    );
}

#[test]
fn the_tabs_show_the_jobs_of_a_status_in_an_address_that_can_be_shared() {
    let account = Account::new(Tier::Scale);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "Partial");
    tab.sees("[role=tablist]", "All 3Running 0Completed 2Partial 2Failed 1");
    tab.click("tab", "Failed 1");
    tab.until("document.querySelectorAll('.job').length === 1 && location.search === '?status=failed'");
    assert_eq!(rows(&tab), [job::FAILED]);
    tab.sees(&job::row(job::FAILED), "Failed");
    tab.click("tab", "Partial");
    tab.until("document.querySelectorAll('.job').length === 2");
    assert_eq!(address(&tab), "/?status=completed&has_failures=true");
    assert!(tab.js::<bool>("document.querySelector('.filters input[type=checkbox]').checked"));
    let other = tab.beside(&address(&tab));
    other.until("document.querySelectorAll('.job').length === 2");
    other.sees("[aria-selected=true]", "Partial 2");
    tab.click("tab", "All");
    tab.until("document.querySelectorAll('.job').length === 3 && location.search === ''");
    tab.click("checkbox", "Has failures");
    tab.until("location.search === '?has_failures=true'");
    tab.js::<Value>("history.back()");
    tab.until("location.search === '' && !document.querySelector('.filters input[type=checkbox]').checked");
}

#[test]
fn the_arrow_keys_go_through_the_tabs_and_enter_opens_one() {
    let account = Account::new(Tier::Scale);
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    tab.js::<Value>("document.querySelector('[role=tab]').focus()");
    let has_focus = |name: &str| tab.until(&format!("document.activeElement.textContent.startsWith('{name}')"));
    for (key, name) in
        [("ArrowLeft", "Failed"), ("ArrowRight", "All"), ("End", "Failed"), ("Home", "All"), ("ArrowRight", "Running")]
    {
        tab.press(&[key]);
        has_focus(name);
    }
    tab.press(&["Enter"]);
    tab.sees("[aria-selected=true]", "Running");
    has_focus("Running");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('[role=tab][tabindex=\"0\"]').length"), 1);
}

#[test]
fn an_empty_list_says_which_filter_to_take_off_and_does_it() {
    let account = Account::new(Tier::Scale);
    let tab = Tab::signed_in("/?status=pending,processing", &account.key);
    tab.sees("[data-screen=no-match]", "No job is there with the filter “Running”.");
    tab.click("link", "Take off “Running”");
    tab.sees(&job::row(job::EXAMPLE), "");
    assert_eq!(address(&tab), "/");
    choose_utc(&tab);
    choose_day(&tab, "From", "2026-11-02");
    tab.sees("[data-screen=no-match]", "No job is there with the filter “From 2026-11-02”.");
    tab.click("tab", "Failed");
    tab.sees("[data-screen=no-match]", "“Failed”, “From 2026-11-02”. Take one of them off.");
    assert_clean(&tab, "a list in which nothing matches");
    tab.click("link", "Take off “From 2026-11-02”");
    tab.until("location.search === '?status=failed'");
    tab.sees(&job::row(job::FAILED), "");
    tab.go("/?after=1-8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b");
    tab.sign_in(&account.key);
    tab.sees("[data-screen=no-match] h1", "No older jobs");
}

#[test]
fn days_are_those_of_the_reader_s_clock_and_last_to_their_end() {
    let account = Account::new(Tier::Scale);
    let tab = Tab::signed_in("/", &account.key);
    tab.run(SetTimezoneOverrideParams::new("America/New_York"));
    let time = format!("document.querySelector(\"{}\").querySelector('time').title", job::row(job::EXAMPLE));
    tab.sees(&job::row(job::EXAMPLE), "");
    // The seeded ones were made as the first of November began in UTC.
    choose_day(&tab, "To", "2026-10-31");
    tab.until("location.search.includes('created_before')");
    assert_eq!(address(&tab), "/?created_before=2026-11-01T04:00:00.000Z");
    tab.until("document.querySelectorAll('.job').length === 3");
    choose_utc(&tab);
    tab.until(&format!("{time} === 'Nov 1, 2026, 12:00:00 AM UTC'"));
    choose_day(&tab, "To", "2026-10-31");
    tab.sees("[data-screen=no-match]", "“To 2026-10-31”");
    assert_eq!(address(&tab), "/?created_before=2026-11-01T00:00:00.000Z");
    choose_day(&tab, "From", "2026-11-01");
    tab.until("location.search.includes('created_after')");
    choose_day(&tab, "To", "2026-11-01");
    tab.until("document.querySelectorAll('.job').length === 3");
    assert_eq!(address(&tab), "/?created_after=2026-11-01T00:00:00.000Z&created_before=2026-11-02T00:00:00.000Z");
    let other = tab.beside("/");
    other.until(&format!("{time} === 'Nov 1, 2026, 12:00:00 AM UTC'"));
}

#[test]
fn an_address_that_the_api_refuses_says_so_and_leads_to_all_jobs() {
    let account = Account::new(Tier::Scale);
    let tab = Tab::signed_in("/?status=done", &account.key);
    tab.sees("[data-screen=no-such-page] h1", "This address cannot be read");
    tab.sees("[data-screen=no-such-page]", "status must be pending, processing, completed or failed");
    assert_eq!(tab.text("[data-screen=no-such-page] .actions > :first-child"), "All jobs");
    tab.click("link", "All jobs");
    tab.sees(&job::row(job::EXAMPLE), "");
}

#[test]
fn the_batches_of_an_import_are_one_row_that_opens_and_lives_on() {
    let account = Account::new(Tier::Scale);
    plant(&account, 3, &format!("group_id = '{GROUP}', label = 'notes.csv'"));
    let tab = Tab::signed_in("/", &account.key);
    tab.sees("tr[data-group] .name", "notes.csv");
    tab.sees("tr[data-group] .id", "3 batches");
    tab.sees("tr[data-group] td.imported", "30 of 30");
    assert_eq!(rows(&tab).len(), 4, "the import and the three of the seed");
    assert_eq!(rows(&tab)[0], format!("/imports/{GROUP}"));
    tab.click_on("tr[data-group] button");
    tab.until("document.querySelectorAll('tr[data-part]').length === 3");
    let first = format!("job_{:032x}", 4_096);
    tab.sees(&job::row(&first), "10 of 10");
    assert_clean(&tab, "an import's batches in the list");
    let database = Database::of(server().state());
    database.execute(&format!(
        "UPDATE batch_jobs SET imported = 7, failed = 3, version = version + 1 \
         WHERE account_id = '{}' AND id = '{}'",
        account.name,
        first.trim_start_matches("job_")
    ));
    tab.nudge();
    tab.sees("tr[data-group] td.imported", "27 of 30");
    tab.sees("tr[data-group] .failures", "3");
    tab.sees(&job::row(&first), "7 of 10");
    tab.sees("tr[data-group] .chip", "Partial");
    tab.click_on("tr[data-group] button");
    tab.until("document.querySelectorAll('tr[data-part]').length === 0");
    // Where there may be others of it the row does not claim to be all of it.
    tab.click("tab", "Completed 5");
    tab.sees("tr[data-group]", "3 batches here");
}

#[test]
fn the_list_fits_a_narrow_screen() {
    let tab = Tab::signed_in("/", &Account::new(Tier::Scale).key);
    tab.sees("table.jobs", "Partial");
    tab.run(SetDeviceMetricsOverrideParams::new(320, 640, 1.0, false));
    tab.until("innerWidth === 320 && document.documentElement.scrollWidth <= 320");
}

#[test]
fn a_row_is_36_pixels_high_and_the_pages_do_not_jump() {
    let account = Account::new(Tier::Scale);
    plant(
        &account,
        120,
        "label = 'A name that is so long that it would not fit into the row if it were not cut off somewhere'",
    );
    let tab = Tab::signed_in("/", &account.key);
    tab.until("document.querySelectorAll('.job').length === 50");
    assert!(tab.js::<bool>(
        "[...document.querySelectorAll('.job')].every(it => Math.round(it.getBoundingClientRect().height) === 36)"
    ));
    tab.sees("[role=tablist]", "All 50+Running 0Completed 50+");
    tab.js::<Value>(
        "{ window.jumped = 0; new PerformanceObserver(all => all.getEntries().forEach(it => jumped += it.value)) \
         .observe({ type: 'layout-shift' }); null }",
    );
    for (link, count) in [("Older jobs", 50), ("Older jobs", 23), ("Newest jobs", 50)] {
        let before = address(&tab);
        tab.click("link", link);
        tab.until(&format!(
            "document.querySelectorAll('.job').length === {count} && location.search !== '{}' \
             && document.querySelector('#job-list:not([aria-busy])') !== null",
            before.trim_start_matches('/')
        ));
    }
    tab.js::<bool>("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    let jumped: f64 = tab.js("jumped");
    assert!(jumped < 0.1, "{jumped}");
}

#[test]
fn the_list_is_live_and_a_name_is_seen_as_it_is() {
    let account = Account::new(Tier::Scale);
    let running = Running::start(&account, 100);
    running.set("label = 'gpj' || char(8238) || 'exe <b>'");
    let tab = Tab::signed_in("/", &account.key);
    let row = job::row(&running.page().replace("/jobs/", ""));
    tab.sees(&row, "gpj[U+202E]exe <b>");
    tab.sees(&row, "0 of 100");
    tab.sees("[role=tablist]", "Running 1");
    running.set("imported = 60");
    tab.nudge();
    tab.sees(&row, "60 of 100");
    running.complete();
    tab.nudge();
    tab.sees(&row, "Completed");
    tab.sees("[role=tablist]", "Running 0");
}
