//! What was sent of the items that did not land: seen, and taken away as a file.

use crate::browser_accessibility::assert_clean;
use contract::{ItemStatus, JobId, Tier};
use serde_json::{Value, json};
use tests::{Account, browser::Tab, importing, importing_server, traffic::Reply};

/// Twenty-five items, of which each second has nothing in it, and the last a new agent too many.
fn with_failures(account: &Account) -> JobId {
    let mut memories: Vec<_> =
        (0..24).map(|n| json!({ "content": if n % 2 == 0 { "lands" } else { " " }, "agent_id": "a", "run_id": format!("run {n}") })).collect();
    memories.push(json!({ "content": "lands", "agent_id": "b" }));
    memories.push(json!({ "content": "=1+1,\n<b>two</b>\u{202e}", "agent_id": "c", "user_id": "ada",
        "metadata": { "deep": [null, 1.5] }, "timestamp": "2024-05-01", "kind": "session" }));
    let lines: Vec<_> = (0..memories.len()).map(|at| at * 10 + 2).collect();
    let body = json!({ "memories": memories, "lines": lines });
    let job = importing().post(contract::path::BATCH, &account.key, &body).job().id;
    importing().finished(job, &account.key);
    job
}

fn open(account: &Account, job: JobId) -> Tab {
    let tab = Tab::open_at(importing_server().url(), &format!("/jobs/{job}"));
    tab.sign_in(&account.key);
    tab.sees("[data-matches]", "13 failures");
    tab
}

fn asked_for_items(tab: &Tab) -> Vec<String> {
    tab.requests().into_iter().map(|it| it.path).filter(|path| path.contains("/items")).collect()
}

#[test]
fn an_expanded_row_shows_what_was_sent_and_asks_for_one_page_around_it() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    let tab = open(&account, job);
    tab.press(&["G"]);
    tab.until("document.activeElement.closest('.row')?.dataset.index === '25'");
    tab.press(&["Enter"]);
    tab.sees(".sent", "=1+1,");
    assert_eq!(tab.js::<String>("document.querySelector('.sent pre').textContent"), "=1+1,\n<b>two</b>[U+202E]");
    for shown in ["Line of the file252", "Userada", "Agentc", "Timestamp2024-05-01", "Kindsession", "\"deep\""] {
        tab.sees(".sent", shown);
    }
    // All of it, though it is the last row.
    tab.until("document.querySelector('.detail').getBoundingClientRect().bottom <= innerHeight");
    let path = |after: u32| format!("/v1/batch/{job}/items?limit=10&status=failed&after={after}");
    assert_eq!(asked_for_items(&tab), [path(24)]);
    assert_clean(&tab, "a row with what was sent");
    tab.press(&["g"]);
    tab.until("document.activeElement.closest('.row')?.dataset.index === '1'");
    tab.click("button", "Item 1");
    tab.sees(".sent", "nothing, or only white space");
    tab.sees(".sent", "Runrun 1");
    // Those behind it came with it.
    tab.click("button", "Item 3");
    tab.sees(".sent", "Runrun 3");
    assert_eq!(asked_for_items(&tab), [path(24), path(0)]);
}

#[test]
fn what_was_sent_may_be_gone_or_late_and_is_asked_for_again() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    let tab = open(&account, job);
    let refused = |status: u16, code: &str| {
        let body = json!({ "code": code, "message": "Not now." }).to_string();
        Reply::json(status, body)
    };
    let mut attempts = 0;
    tab.answer(move |url| match url.contains("/items") {
        false => Reply::Pass,
        true => {
            attempts += 1;
            match attempts {
                1 => refused(503, "unavailable"),
                2 => Reply::Pass,
                3 => refused(404, "not_found"),
                _ => Reply::Silence,
            }
        }
    });
    tab.click("button", "Item 1");
    tab.sees(".sent", "What was sent cannot be shown. Not now.");
    tab.click("button", "Try again");
    tab.sees(".sent", "Runrun 1");
    tab.click("button", "Item 25");
    tab.sees(".sent", "What was sent is no longer kept.");
    tab.click("button", "Item 25");
    tab.until("document.querySelector('.detail') === null");
    tab.click("button", "Item 25");
    tab.sees(".sent", "Asking for what was sent");
    tab.sees(".detail", "agent cap reached (2)");
}

#[test]
fn the_failed_items_are_saved_as_the_api_gives_them_or_not_at_all() {
    let account = Account::new(Tier::Hobby);
    let job = with_failures(&account);
    let tab = open(&account, job);
    tab.js::<Value>(
        "{ window.files = []; const create = URL.createObjectURL.bind(URL); \
         URL.createObjectURL = blob => { files.push(blob); return create(blob); }; null }",
    );
    tab.click("button", "Export");
    tab.click("button", "Items as NDJSON");
    tab.sees(".toast", "Failed items saved");
    let text = tab.until("files.at(-1).text()").as_str().unwrap().to_owned();
    let items: Vec<contract::Item> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(items.len() == 13 && items.iter().all(|item| item.status == ItemStatus::Failed && item.item.is_some()));
    tab.click("button", "Export");
    tab.click("button", "Items as CSV");
    tab.until("files.length === 2");
    let text = tab.until("files.at(-1).text()").as_str().unwrap().to_owned();
    assert!(text.contains("\"'=1+1,\n"), "{text}");
    // The answer breaks off when half of it has come.
    tab.js::<bool>(
        "window.whole = fetch; window.fetch = (...what) => what[0].url.includes('/items') ? Promise.resolve(new Response( \
         new ReadableStream({ start(all) { all.enqueue(new TextEncoder().encode('{')); }, pull(all) { all.error(new TypeError('gone')); } }))) \
         : whole(...what); true",
    );
    tab.click("button", "Export");
    tab.click("button", "Items as NDJSON");
    tab.sees(".download", "The download broke off. Nothing was saved.");
    assert_eq!(tab.js::<u32>("files.length"), 2);
    tab.js::<bool>("window.fetch = whole; true");
    tab.click("button", "Try again");
    tab.until("files.length === 3 && document.querySelector('.download').textContent === ''");
}
