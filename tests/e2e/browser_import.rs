//! An import that starts in the browser.

use contract::{Tier, path};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{
    Account,
    browser::{Tab, server},
    importing_server,
};

/// The page that takes a file, on the server for tests that write.
pub fn import_page(account: &Account) -> Tab {
    let tab = Tab::open_at(importing_server().url(), "/import");
    tab.sign_in(&account.key);
    tab.sees("h1", "New import");
    tab
}

/// Drops files on the page. `files` is JavaScript for an array of them.
pub fn drop_files(tab: &Tab, files: &str) {
    tab.js::<Value>(&format!(
        "{{ const dataTransfer = new DataTransfer(); for (const file of {files}) dataTransfer.items.add(file); \
         document.querySelector('.drop').dispatchEvent(new DragEvent('drop', {{ dataTransfer, bubbles: true, cancelable: true }})); null }}"
    ));
}

/// Drops a file. `content` is JavaScript for its parts.
pub fn drop_file(tab: &Tab, name: &str, content: &str) {
    drop_files(tab, &format!("[new File({content}, {})]", json!(name)));
}

/// Drops a file with such a text.
pub fn drop_text(tab: &Tab, name: &str, text: &str) {
    drop_file(tab, name, &json!([text]).to_string());
}

/// The text of the file that a click on the button `name` hands out.
pub fn downloaded(tab: &Tab, name: &str) -> String {
    tab.js::<Value>(
        "{ const create = URL.createObjectURL.bind(URL); \
         URL.createObjectURL = blob => { window.file = blob.text(); return create(blob); }; null }",
    );
    tab.click("button", name);
    tab.until("window.file ?? false").as_str().unwrap().to_owned()
}

/// How often something was sent.
pub fn posts(tab: &Tab) -> usize {
    tab.requests().iter().filter(|request| request.method == "POST").count()
}

#[test]
fn a_broken_line_is_named_and_nothing_is_sent_before_the_reader_says_so() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let lines = (1..=5_000).map(|line| {
        if line == 4_712 {
            "{\"content\":".to_owned()
        } else {
            json!({ "content": format!("Memory {line}") }).to_string()
        }
    });
    drop_text(&tab, "memories.jsonl", &lines.collect::<Vec<_>>().join("\n"));
    tab.sees(".review", "4,999 rows can be imported, 1 with problems");
    tab.sees(".problems", "Line 4,712");
    assert!(tab.js::<bool>("document.querySelector('.review button.primary').disabled"), "not with a problem in it");
    assert_eq!(posts(&tab), 0);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_the_place_and_the_page_stays() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    for (name, content, says) in [
        ("empty.json", "['']", "The file is empty."),
        ("white.csv", "[' \\n ']", "The file is empty."),
        ("open.csv", "['content,user_id\\nhello,\"ann\\nbye,bob\\n']", "The quote that opens in line 2 is not closed."),
        ("half.json", "['[{\"content\":\"a\"},\\n{\"content\"']", "The file is not JSON: line 2"),
        ("none.json", "['[]']", "The file holds no memories"),
        ("text.json", "['hello']", "The file is not JSON: line 1"),
        ("large.csv", "[new Uint8Array(200_000_000)]", "The file has 200 MB, and at most 50 MB are taken here."),
    ] {
        drop_file(&tab, name, content);
        tab.sees("[role=alert]", says);
        assert_eq!(tab.js::<u32>("document.querySelectorAll('.review').length"), 0, "{name}");
        tab.sees("h1", "New import");
    }
    drop_text(&tab, "fine.json", r#"[{"content":"fine"}]"#);
    tab.sees(".review", "1 row can be imported, no problems");
    tab.until("document.querySelector('.problem[role=alert]').textContent === ''");
    assert_eq!(posts(&tab), 0);
}

#[test]
fn the_columns_of_a_table_are_matched_and_the_unknown_ones_are_named() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    drop_text(
        &tab,
        "notes.csv",
        "Note,User ID,Mood\n\"two\nlines, \"\"quoted\"\"\",ann,good\nshort,bob\nlong,cem,bad,x\n",
    );
    tab.sees(".review", "2 rows can be imported, 1 with problems");
    tab.sees(".review", "Left out, because no field is chosen: Mood.");
    tab.sees(".problems", "Line 5");
    tab.sees(".problems", "The row has more values than there are columns.");
    assert_eq!(tab.js::<String>("document.querySelector('[aria-label=\"Column Note holds\"]').value"), "content");
    tab.click("checkbox", "Leave out the rows with problems");
    tab.click("button", "Import 2 memories");
    tab.sees("h1", "Completed, everything imported");
    let listed = tests::importing().get(path::MEMORIES, &account.key).text().to_owned();
    assert!(listed.contains("two\\nlines, \\\"quoted\\\"") && listed.contains("\"ann\""), "{listed}");
}

#[test]
fn a_large_file_goes_out_in_batches_of_500_with_an_idempotency_key_each() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let memories: Vec<Value> = (0..1_200).map(|n| json!({ "content": format!("Memory {n}") })).collect();
    drop_text(&tab, "memories.json", &json!({ "memories": memories }).to_string());
    tab.click("button", "Import 1,200 memories");
    tab.sees("[data-screen=group] h1", "Completed, everything imported");
    tab.click_on("a.brand");
    tab.sees("tr[data-group]", "3 batches");
    tab.sees("tr[data-group]", "1,200 of 1,200");
    tab.click_on("tr[data-group] button");
    tab.sees("table.jobs", "500 of 500");
    tab.sees("table.jobs", "200 of 200");
    let requests = tab.requests();
    let sent: Vec<_> = requests.iter().filter(|request| request.method == "POST").collect();
    let keys: BTreeSet<&str> = sent.iter().filter_map(|request| request.header("Idempotency-Key")).collect();
    assert_eq!((sent.len(), keys.len()), (3, 3), "{requests:?}");
    assert!(keys.iter().all(|key| key.len() >= 16));
}

#[test]
fn a_key_that_may_only_read_is_told_why_there_is_no_import() {
    let account = Account::new(Tier::Team);
    let tab = Tab::open_at(server().url(), "/import");
    tab.sign_in(&account.read_only);
    tab.sees("[data-screen=read-only] h1", "This key may only read");
    tab.sees("[data-screen=read-only]", "An import needs the scope memories:write");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('input[type=file]').length"), 0);
}

#[test]
fn what_failed_is_exported_corrected_and_dropped_again() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    drop_text(&tab, "notes.csv", "content,user_id\nfirst,ann\n\" \",bob\n=1+1,cem\n");
    tab.sees(".review", "2 rows can be imported, 1 without content will fail");
    tab.sees(".review", "1 row has no content: taken, and then counted as failed.");
    tab.click("button", "Import 3 memories");
    tab.sees("h1", "Completed with 1 failure");
    let from_import = downloaded(&tab, "Rows to correct and drop again");
    assert_eq!(
        from_import.lines().nth(1).map(|row| row.contains(",bob,") && row.contains(",3,")),
        Some(true),
        "{from_import}"
    );
    // The page of a job hands out the same, in whichever tab.
    tab.click_on("ul.jobs a");
    tab.sees("[data-screen=job] h1", "Completed with 1 failure");
    let address: String = tab.js("location.pathname");
    let tab = Tab::open_at(importing_server().url(), &address);
    tab.sign_in(&account.key);
    tab.click("button", "Export");
    let table = downloaded(&tab, "Rows to correct and drop again");
    assert_eq!(table, from_import);
    assert_eq!(table.lines().count(), 2, "{table}");
    let (header, row) = table.trim_end().split_once('\n').unwrap();
    assert!(row.contains("bob") && row.contains("content must not be empty"), "{table}");
    let at = row.find(',').unwrap();
    tab.click("link", "New import");
    tab.sees("h1", "New import");
    drop_text(&tab, "corrected.csv", &format!("{header}\nsecond{}\n", &row[at..]));
    tab.sees(".review", "1 row can be imported, no problems");
    tab.click("button", "Import 1 memory");
    tab.sees("h1", "Completed, everything imported");
    let listed = tests::importing().get(path::MEMORIES, &account.key).text().to_owned();
    assert!(listed.contains("\"second\"") && listed.contains("\"bob\"") && listed.contains("=1+1"), "{listed}");
}
