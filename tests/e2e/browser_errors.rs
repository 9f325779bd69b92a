//! What did not land: grouped, filtered, ordered, taken away, and harmless whatever it says.

use contract::Tier;
use serde_json::{Value, json};
use tests::{Account, Running, browser::Tab, job};

fn five_hundred() -> Tab {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in(&format!("/jobs/{}", job::ERRORS_500), &account.key);
    tab.sees("[data-matches]", "500 failures");
    tab
}

/// Keeps what is exported in `files`, and on the clipboard in `copied`.
fn keep_files(tab: &Tab) {
    tab.js::<Value>(
        "{ window.files = []; const create = URL.createObjectURL.bind(URL); \
         URL.createObjectURL = blob => { files.push(blob); return create(blob); }; null }",
    );
}

fn last_file(tab: &Tab) -> String {
    tab.until("files.length > 0 && files.at(-1).text()").as_str().unwrap().to_owned()
}

#[test]
fn errors_are_grouped_by_reason_and_a_click_filters() {
    let tab = five_hundred();
    let groups: Vec<Vec<String>> = tab.js("[...document.querySelectorAll('[data-group]')].map(it => \
         [...it.querySelectorAll('.label, .figures, .range')].map(part => part.textContent))");
    let wanted = [
        ["agent cap reached (3)", "333 · 66%", "from 1 to 499"],
        ["content must not be empty", "167 · 33%", "from 0 to 498"],
    ];
    assert_eq!(groups, wanted);
    tab.click_on("[data-group='agent cap reached (#)']");
    tab.sees("[data-matches]", "333 of 500 failures");
    tab.until("new URLSearchParams(location.search).get('group') === 'agent cap reached (#)'");
    tab.click("button", "Show all");
    tab.until("document.querySelector('[data-matches]').textContent === '500 failures' && location.search === ''");
}

#[test]
fn the_filter_takes_text_ranges_or_both_and_the_address_holds_it() {
    let tab = five_hundred();
    for (text, says) in [
        ("EMPTY", "167 of 500 failures"),
        ("120-180", "61 of 500 failures"),
        ("120-180 empty", "21 of 500 failures"),
        ("#7 490-", "11 of 500 failures"),
        ("nothing like it", "0 of 500 failures"),
    ] {
        tab.fill("searchbox", "Filter errors", text);
        tab.sees("[data-matches]", says);
        tab.until(&format!("new URLSearchParams(location.search).get('q') === {}", json!(text)));
    }
    tab.sees(".list", "Nothing matches.");
}

#[test]
fn a_link_holds_filter_group_and_order_and_go_to_index_finds_the_place() {
    let account = Account::new(Tier::Team);
    let query = "?q=100-400&group=agent+cap+reached+%28%23%29&sort=-index";
    let tab = Tab::signed_in(&format!("/jobs/{}{query}", job::ERRORS_500), &account.key);
    tab.sees("[data-matches]", "201 of 500 failures");
    tab.sees("#error-rows .row", "400");
    assert_eq!(tab.js::<String>("location.search"), query);
    tab.fill("textbox", "Go to index", "250");
    tab.click("button", "Go");
    tab.until("document.activeElement.closest('.row')?.dataset.index === '250'");
    tab.fill("textbox", "Go to index", "252");
    tab.press(&["Enter"]);
    tab.sees(".toast", "Nothing shown at 252; the nearest is 253");
}

#[test]
fn a_filter_that_was_typed_stays_with_its_page_when_one_goes_back_and_forth() {
    let tab = five_hundred();
    let path = format!("/jobs/{}", job::ERRORS_500);
    let is_at = |address: &str| tab.until(&format!("location.pathname + location.search === {}", json!(address)));
    tab.fill("searchbox", "Filter errors", "empty");
    is_at(&format!("{path}?q=empty"));
    for _ in 0..2 {
        tab.click("link", "Jobs");
        tab.sees(&job::row(job::ERRORS_500), "");
        is_at("/");
        tab.js::<Value>("history.back()");
        tab.sees("[data-matches]", "167 of 500 failures");
        is_at(&format!("{path}?q=empty"));
    }
    tab.fill("searchbox", "Filter errors", "");
    tab.sees("[data-matches]", "500 failures");
    is_at(&path);
}

#[test]
fn what_matches_or_all_is_exported_as_csv_json_and_ndjson() {
    let tab = five_hundred();
    keep_files(&tab);
    tab.fill("searchbox", "Filter errors", "120-122");
    tab.sees("[data-matches]", "3 of 500 failures");
    tab.click("button", "Export");
    tab.click("button", "CSV");
    tab.sees(".toast", "3 failures exported");
    let (empty, cap) = ("content must not be empty", "agent cap reached (3)");
    assert_eq!(last_file(&tab), format!("index,error\n120,{empty}\n121,{cap}\n122,{cap}\n"));
    tab.click("button", "Export");
    tab.click("button", "NDJSON");
    tab.until("files.length === 2");
    let lines: Vec<Value> = last_file(&tab).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({ "index": 120, "error": empty }));
    assert_eq!(lines.len(), 3);
    tab.click("button", "Export");
    tab.click_on("#export label.check:last-of-type input");
    tab.click("button", "JSON");
    tab.until("files.length === 3");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&last_file(&tab)).unwrap().len(), 500);
}

#[test]
fn the_failed_indexes_are_copied() {
    let tab = five_hundred();
    tab.allow("clipboard-write");
    tab.allow("clipboard-read");
    tab.fill("searchbox", "Filter errors", "8-11");
    tab.sees("[data-matches]", "4 of 500 failures");
    tab.click("button", "Export");
    tab.click("button", "Copy the failed indexes");
    tab.sees(".toast", "4 indexes copied");
    // The page itself may not read it.
    tab.js::<Value>("{ const box = document.querySelector('#filter'); box.focus(); box.select(); null }");
    let mut paste = chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventParams::new(
        chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventType::KeyDown,
    );
    paste.commands = Some(vec!["paste".to_owned()]);
    tab.run(paste);
    tab.until(
        "document.querySelector('#filter').value.replace(/\\s+/g, ' ') === '8 9 10 11' || \
               document.querySelector('#filter').value === '891011'",
    );
}

#[test]
fn hostile_reasons_are_shown_as_text_and_exported_without_formulas() {
    let account = Account::new(Tier::Team);
    let job = Running::start(&account, 100);
    let long = "x".repeat(1_000);
    let reasons = [
        "<script>window.pwned = 1</script><img src=x onerror=\"window.pwned = 1\">",
        "=HYPERLINK(\"http://evil.example\",\"click\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "photo\u{202e}gpj.exe",
        &long,
        "👩‍👩‍👧‍👦 cannot be stored 🏳️‍🌈",
        "two\nlines, \"quoted\"",
    ];
    for (index, reason) in (0..).zip(reasons) {
        job.fail(index, reason);
    }
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.sees("[data-matches]", "10 failures");
    tab.sees("[data-index='0'] .reason", reasons[0]);
    tab.sees("[data-index='6'] .reason", "photo[U+202E]gpj.exe");
    tab.sees("[data-index='8'] .reason", reasons[8]);
    for index in 0..reasons.len() {
        tab.click("button", &format!("Item {index}"));
        tab.until("document.querySelector('.detail') !== null");
        let (sideways, pwned): (bool, Option<u32>) =
            tab.js("[document.documentElement.scrollWidth > innerWidth, window.pwned ?? null]");
        assert!(!sideways && pwned.is_none(), "expanded {index}");
    }
    assert_eq!(tab.js::<u32>("document.querySelectorAll('main script, main img').length"), 0);
    keep_files(&tab);
    tab.click("button", "Export");
    tab.click("button", "CSV");
    let table = last_file(&tab);
    for guarded in ["\"'=HYPERLINK(", "2,'+1\n", "3,'-1\n", "4,'@SUM(A1)\n", "5,'\t=1\n"] {
        assert!(table.contains(guarded), "{guarded:?} in {table}");
    }
    assert!(table.contains(&long) && table.contains(reasons[8]));
}
