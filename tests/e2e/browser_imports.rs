//! The page of an import: what became of a file, and what failed of it, sent again.

use crate::{
    browser_accessibility::assert_clean,
    browser_import::{drop_text, import_page, posts},
};
use contract::{JobId, Tier, path};
use serde_json::json;
use tests::{Account, browser::Tab, importing, importing_server, traffic::Reply};

/// What no account has.
const UNKNOWN: &str = "/imports/00000000-0000-4000-8000-000000000001";

fn open(address: &str, key: &str) -> Tab {
    let tab = Tab::open_at(importing_server().url(), address);
    tab.sign_in(key);
    tab
}

/// Sends rows as a table, and returns the address of the import.
fn send(tab: &Tab, rows: &[&str]) -> String {
    drop_text(tab, "notes.csv", &format!("content,user_id,agent_id\n{}\n", rows.join("\n")));
    tab.until("document.querySelector('.review button.primary')?.disabled === false");
    tab.click_on(".review button.primary");
    tab.until("location.pathname.startsWith('/imports/')");
    tab.js("location.pathname")
}

/// Opens the table of corrections, once the rows are read.
fn fix(tab: &Tab) {
    tab.until("document.querySelector('.left button.primary')?.disabled === false");
    tab.click("button", "Fix and send again");
}

fn jobs(account: &Account, address: &str) -> Vec<JobId> {
    let group = address.trim_start_matches("/imports/");
    let listed = importing().get(&format!("{}?group={group}", path::BATCH), &account.key).json();
    let jobs = listed["jobs"].as_array().unwrap();
    jobs.iter().map(|job| job["id"].as_str().unwrap().parse().unwrap()).collect()
}

fn contents(account: &Account) -> Vec<String> {
    let listed = importing().get(&format!("{}?limit=100", path::MEMORIES), &account.key).json();
    let memories = listed["memories"].as_array().unwrap();
    let mut contents: Vec<String> =
        memories.iter().map(|memory| memory["content"].as_str().unwrap().to_owned()).collect();
    contents.sort();
    contents
}

#[test]
fn a_file_of_several_batches_is_one_import_also_after_a_reload_and_for_another_reader() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let rows: Vec<String> = (2..=1_201)
        .map(|line| if line == 7 || line == 1_100 { " ,ann,".into() } else { format!("Line {line},ann,") })
        .collect();
    let address = send(&tab, &rows.iter().map(String::as_str).collect::<Vec<_>>());
    tab.sees("[data-screen=group] h1", "Completed with 2 failures");
    for (tab, may_write) in
        [(tab, true), (open(&address, &account.key), true), (open(&address, &account.read_only), false)]
    {
        tab.sees("[data-screen=group] h1", "Completed with 2 failures");
        tab.sees(".crumb", "notes.csv");
        tab.sees("[data-count=received]", "1,200");
        tab.sees("[data-count=imported]", "1,198");
        tab.sees(".rows-left", "1,100content must not be empty");
        assert_eq!(tab.text(".rows-left tbody th"), "7");
        tab.sees(".rows-left", "user_id ann");
        assert_eq!(tab.js::<u32>("document.querySelectorAll('ul.jobs li').length"), 3);
        assert_eq!(tab.js::<usize>("document.querySelectorAll('.left button.primary').length"), usize::from(may_write));
    }
}

#[test]
fn an_import_of_which_nothing_or_not_all_is_left_says_so() {
    let account = Account::new(Tier::Team);
    let tab = open(UNKNOWN, &account.key);
    tab.sees("h1", "Nothing is left of this import");
    tab.sees("main", "Finished jobs are kept for");
    assert_clean(&tab, "no import");
    let tab = open("/imports/notes", &account.key);
    tab.sees("main", "The address does not hold the id of an import");
    let body = json!({
        "label": "notes.csv", "group": "5c2b1d9e-2f8a-4c0d-b53e-61a7908f2c14", "lines": [502, 503],
        "memories": [{ "content": "a" }, { "content": "b" }]
    });
    importing().post(path::BATCH, &account.key, &body);
    let tab = open("/imports/5C2B1D9E-2F8A-4C0D-B53E-61A7908F2C14", &account.key);
    tab.sees("h1", "Completed, everything imported");
    tab.sees(".of-group", "What is here begins in line 502: what stood before is not kept any more, or was left out.");
}

#[test]
fn what_failed_is_corrected_on_the_page_and_sent_again_once() {
    // Two agents at most.
    let account = Account::new(Tier::Hobby);
    let tab = import_page(&account);
    let address = send(&tab, &["first,ann,a", " ,bob,a", "third,cem,b", "fourth,dora,c", "fifth,eva,d", "sixth,fay,e"]);
    tab.sees("h1", "Completed with 4 failures");
    assert_clean(&tab, "an import with failures");
    fix(&tab);
    // The agent of one is another, one is skipped, and one stays as it was.
    tab.sees(".mend", "content must not be empty.");
    tab.sees("main", "3 sent as before, 1 with problems: not sent");
    tab.fill("textbox", "content of line 3", "second");
    tab.sees(".mend", "Changed.");
    tab.fill("textbox", "timestamp of line 3", "soon");
    tab.sees(".mend", "timestamp must be");
    assert_clean(&tab, "rows to correct");
    tab.fill("textbox", "timestamp of line 3", "2026-05-04");
    tab.fill("textbox", "agent_id of line 5", "b");
    tab.click("checkbox", "Skip line 7");
    tab.sees("main", "2 changed, 1 sent as before, 1 skipped");
    tab.click("button", "Send 3 rows again");
    tab.sees("h1", "Completed with 2 failures");
    tab.sees("[data-count=received]", "6");
    tab.sees("[data-count=imported]", "4");
    tab.sees(".of-group", "3 rows were sent again and count once.");
    tab.sees("ul.jobs", "sent again");
    assert_eq!(contents(&account), ["first", "fourth", "second", "third"]);
    assert_eq!(tab.js::<String>("location.pathname"), address);
    // It is the same for whoever comes later.
    let tab = open(&address, &account.key);
    tab.sees("h1", "Completed with 2 failures");
    tab.sees(".of-group", "3 rows were sent again and count once.");
    tab.until("document.querySelectorAll('.rows-left tbody tr').length === 2");
    assert_eq!(tab.text(".rows-left tbody th"), "6");
    // The whole of it can be mended in the end.
    fix(&tab);
    tab.fill("textbox", "agent_id of line 6", "a");
    tab.fill("textbox", "agent_id of line 7", "a");
    tab.click("button", "Send 2 rows again");
    tab.sees("h1", "Completed, everything imported");
    assert_eq!(contents(&account), ["fifth", "first", "fourth", "second", "sixth", "third"]);
}

#[test]
fn what_somebody_else_has_sent_again_meanwhile_is_not_sent_twice() {
    let account = Account::new(Tier::Hobby);
    let tab = import_page(&account);
    let address = send(&tab, &["first,ann,a", "second,bob,b", "third,cem,c"]);
    tab.sees("h1", "Completed with 1 failure");
    fix(&tab);
    tab.fill("textbox", "agent_id of line 4", "a");
    let [job] = jobs(&account, &address)[..] else { panic!("one job") };
    let again = importing().post(&path::retry(job), &account.key, &json!({ "indexes": [2] }));
    importing().finished(again.job().id, &account.key);
    let before = posts(&tab);
    tab.click("button", "Send 1 row again");
    tab.sees("[role=alert]", "These rows were sent again meanwhile. Nothing was sent.");
    assert_eq!(posts(&tab), before);
    tab.click("button", "Cancel");
    // It failed once more, and is offered as the newer job's.
    tab.sees("h1", "Completed with 1 failure");
    tab.sees(".of-group", "1 row was sent again and counts once.");
}

#[test]
fn corrections_that_are_refused_half_way_lose_nothing() {
    let account = Account::new(Tier::Hobby);
    let tab = import_page(&account);
    send(&tab, &["first,ann,a", " ,bob,a"]);
    tab.sees("h1", "Completed with 1 failure");
    fix(&tab);
    tab.fill("textbox", "content of line 3", "second");
    tab.answer(|url| match url.ends_with("/v1/batch") {
        true => Reply::Give(413, vec![], "<p>No</p>".to_owned()),
        false => Reply::Pass,
    });
    tab.click("button", "Send 1 row again");
    tab.sees("[role=alert]", "The server answered with status 413 and gave no reason.");
    tab.sees(".sending", "Stopped, 0 of 1");
    tab.answer(|_| Reply::Pass);
    tab.click("button", "Send the rest");
    tab.sees("h1", "Completed, everything imported");
    assert_eq!(contents(&account), ["first", "second"]);
}

#[test]
fn the_page_of_an_import_fits_a_narrow_screen() {
    use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
    let account = Account::new(Tier::Hobby);
    let tab = import_page(&account);
    send(&tab, &["first,ann,a", " ,bob,a"]);
    tab.sees("h1", "Completed with 1 failure");
    tab.run(SetDeviceMetricsOverrideParams::new(320, 640, 1.0, false));
    // What is too wide scrolls in a region of its own.
    let fits = "[...document.querySelectorAll('main *')].every(it => it.getBoundingClientRect().right <= 320 \
         || it.closest('.preview, .seen-by-readers-only'))";
    tab.until(fits);
    fix(&tab);
    tab.sees(".mend", "content must not be empty.");
    tab.until(fits);
}
