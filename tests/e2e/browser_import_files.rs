//! Files as people have them, dropped on the page. What becomes of each kind, the tests of the dashboard's `files` say; here is
//! what the reader sees of it.

use crate::browser_import::{downloaded, drop_file, drop_files, drop_text, import_page, posts};
use contract::{Tier, path};
use serde_json::{Value, json};
use std::fs;
use tests::{Account, browser::Tab, importing};
use xtask::checkout;

/// Drops a file of `tests/cases`.
fn drop_case(tab: &Tab, name: &str) {
    let bytes = fs::read(checkout::path("tests/cases").join(name)).unwrap();
    drop_file(tab, name, &format!("[new Uint8Array({})]", json!(bytes)));
}

/// The texts of the cells of the preview, row by row, without the lines.
fn preview(tab: &Tab) -> Value {
    tab.js("[...document.querySelectorAll('.preview tr')].map(row => \
         [...row.querySelectorAll('td, thead th')].map(cell => cell.textContent).filter(text => text !== 'line'))")
}

#[test]
fn a_workbook_or_an_archive_is_refused_by_its_name_with_the_way_out() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    drop_case(&tab, "xlsx.xlsx");
    tab.sees("[role=alert]", "The file is an Excel workbook (.xlsx). Save the sheet as CSV (UTF-8)");
    drop_file(&tab, "notes.csv.gz", "[new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0])]");
    tab.sees("[role=alert]", "The file is compressed with gzip. Unpack it and drop what is in it.");
    drop_file(&tab, "notes.csv", "['%PDF-1.7']");
    tab.sees("[role=alert]", "The file is a PDF.");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.review').length"), 0);
}

#[test]
fn other_encodings_and_delimiters_are_read_and_the_page_says_as_what() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let text = "content;user_id\nGrüße;jörg\n;\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|char| u8::try_from(char).unwrap()).collect();
    for (bytes, says) in [(wide, "Read as UTF-16."), (latin, "Read as Windows-1252.")] {
        drop_file(&tab, "notes.csv", &format!("[new Uint8Array({})]", json!(bytes)));
        tab.sees(".review", &format!("{says} Semicolons separate the cells. 1 row without any value was skipped."));
        tab.sees(".review", "1 row can be imported, no problems");
        assert_eq!(preview(&tab), json!([["content", "user_id"], ["Grüße", "jörg"]]));
    }
}

/// Chooses what separates the cells.
fn separate(tab: &Tab, value: &str) {
    tab.until(&format!(
        "(() => {{ const select = document.querySelector('#separator'); if (!select) return false; \
         select.value = {}; select.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()",
        json!(value)
    ));
}

#[test]
fn the_guess_of_what_separates_the_cells_can_be_changed_also_of_a_file_that_is_refused() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    drop_text(&tab, "notes.csv", "content;user_id\na, b;ann\nc, d;bob\n");
    tab.until("document.querySelector('#separator')?.value === ';'");
    tab.sees(".review", "Semicolons separate the cells.");
    tab.sees(".review", "2 rows can be imported, no problems");
    assert_eq!(preview(&tab)[1], json!(["a, b", "ann"]));
    separate(&tab, "-");
    tab.sees(".review", "Each line is a memory.");
    separate(&tab, ";");
    tab.sees(".review", "Semicolons separate the cells.");
    tab.sees(".review", "2 rows can be imported, no problems");
    drop_text(&tab, "notes.csv", "content\n\"Hi\n");
    tab.sees("[role=alert]", "The quote that opens in line 2 is not closed.");
    separate(&tab, "-");
    tab.sees(".review", "Each line is a memory.");
    tab.sees(".review", "1 row can be imported, no problems");
    tab.until("document.querySelector('.problem[role=alert]').textContent === ''");
    drop_text(&tab, "notes.json", r#"[{"content":"a"}]"#);
    tab.sees(".review", "1 row can be imported, no problems");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('#separator').length"), 0);
}

#[test]
fn one_question_is_asked_where_the_content_cannot_be_told_and_the_header_can_be_switched() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let rows: String = (0..3_000).map(|row| format!("memory {row},ann\n")).collect();
    drop_text(&tab, "notes.csv", &rows);
    tab.sees(".question", "Which column holds the content?");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.problems').length"), 0, "no 3,000 repetitions");
    assert!(tab.js::<bool>("document.querySelector('.review button.primary').disabled"));
    let choose = "{ const choice = document.querySelector('#content-column'); choice.value = '0'; \
        choice.dispatchEvent(new Event('change', { bubbles: true })); null }";
    tab.js::<Value>(choose);
    tab.sees(".review", "3,000 rows can be imported, no problems");
    assert_eq!(preview(&tab)[1], json!(["memory 0"]), "the first row is not lost");
    tab.click("checkbox", "The first row is a header");
    tab.sees(".question", "Which column holds the content?");
    tab.js::<Value>(choose);
    tab.sees(".review", "2,999 rows can be imported, no problems");
    assert_eq!(preview(&tab)[1], json!(["memory 1"]));
    tab.sees(".columns", "memory 0");
    assert_eq!(posts(&tab), 0);
}

#[test]
fn json_of_others_is_mapped_and_the_rest_is_left_out_or_put_into_the_metadata() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    drop_case(&tab, "zep.json");
    tab.sees(".review", "Left out, because no field is chosen: role.");
    drop_case(&tab, "mem0.json");
    tab.sees(".review", "Left out, because no field is chosen: id, hash, updated_at.");
    tab.sees(".review", "1 row can be imported, no problems");
    assert_eq!(tab.js::<String>("document.querySelector('[aria-label=\"Field memory holds\"]').value"), "content");
    tab.click("checkbox", "Put what has no field into the metadata");
    tab.sees(".review", "Put into the metadata: id, hash, updated_at.");
    tab.sees(".preview", "\"hash\":\"x\"");
    tab.click("button", "Import 1 memory");
    tab.sees("h1", "Completed, everything imported");
    let landed = importing().get(path::MEMORIES, &account.key).json();
    let memory = &landed["memories"][0];
    assert_eq!((&memory["content"], &memory["user_id"]), (&json!("likes tea"), &json!("ann")));
    assert_eq!(memory["timestamp"], "2024-05-01T10:00:00-07:00");
    assert_eq!(memory["metadata"], json!({ "id": "m1", "hash": "x" }));
}

#[test]
fn what_the_api_lists_can_be_imported_as_it_is() {
    let account = Account::new(Tier::Team);
    let memory = json!({ "content": "kept", "user_id": "ann", "metadata": { "a": [1] }, "timestamp": "2026-05-04" });
    let answer = importing().post(path::MEMORIES, &account.key, &memory);
    assert_eq!(answer.status, 201);
    let list = importing().get(path::MEMORIES, &account.key);
    let tab = import_page(&account);
    drop_text(&tab, "memories.json", list.text());
    tab.sees(".review", "1 row can be imported, no problems");
    tab.click("button", "Import 1 memory");
    tab.sees("h1", "Completed, everything imported");
    let again = importing().get(path::MEMORIES, &account.key).json();
    let (one, other) = (&again["memories"][0], &again["memories"][1]);
    for field in ["content", "user_id", "metadata", "timestamp", "kind"] {
        assert_eq!(one[field], other[field], "{field}");
    }
}

#[test]
fn problems_are_grouped_and_rows_that_will_fail_can_be_left_out() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let rows: String = (0..900).map(|row| if row % 3 == 0 { "a,today\n" } else { "b,2026-05-04\n" }).collect();
    drop_text(&tab, "notes.csv", &format!("content,timestamp\n{rows}\" \",2026-05-04\nlong,2026-05-04,x\n"));
    tab.sees(".review", "600 rows can be imported, 1 without content will fail, 301 with problems");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.problems li').length"), 2);
    tab.sees(".problems", "Lines 2, 5, 8, 11, 14 and 295 more300 rows. timestamp must be an ISO 8601 date");
    tab.sees(".problems", "Line 903The row has more values than there are columns.");
    tab.click("checkbox", "Leave out the rows with problems");
    tab.click("checkbox", "Leave out the rows without content");
    tab.click("button", "Import 600 memories");
    tab.until("location.pathname !== '/import'");
}

#[test]
fn a_sample_file_is_offered_and_can_be_dropped() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    let sample = downloaded(&tab, "Download a sample file");
    drop_text(&tab, "sample.csv", &sample);
    tab.sees(".review", "3 rows can be imported, no problems");
    tab.sees(".preview", "Bob said: \"Fridays, please\"");
}

#[test]
fn of_several_files_it_is_said_which_is_taken_and_the_newest_choice_wins() {
    let account = Account::new(Tier::Team);
    let tab = import_page(&account);
    drop_files(&tab, "['one.csv', 'two.csv'].map(name => new File(['content\\na\\n'], name))");
    tab.sees(".note", "2 files came at once, and one is taken at a time: this is one.csv.");
    tab.sees(".review h2", "one.csv");
    drop_file(&tab, "large.csv", "['content\\n', 'a memory\\n'.repeat(2_000_000)]");
    drop_text(&tab, "small.csv", "content\na\n");
    tab.sees(".review h2", "small.csv");
    tab.sees(".review", "1 row can be imported, no problems");
    // As long as the large one would have taken to the end, and longer.
    drop_file(&tab, "larger.csv", "['content\\n', 'a memory\\n'.repeat(3_000_000)]");
    drop_text(&tab, "last.csv", "content\na\n");
    tab.sees(".review h2", "last.csv");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.review').length"), 1);
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_hundred_thousand_rows_show_progress_and_freeze_nothing() {
    let account = Account::new(Tier::Team);
    let mut longest = Vec::new();
    // The machine may be busy with something else.
    while longest.len() < 3 && !longest.last().is_some_and(|longest| *longest <= 100.0) {
        let tab = import_page(&account);
        tab.js::<Value>(
            "{ window.rows = Array.from({ length: 100_000 }, (_, row) => \
                `\"Memory ${row}, \"\"quoted\"\", with some more words to it\",user-${row % 100},2026-05-04T10:30:00Z`); \
             window.big = new File([['content,user_id,timestamp', ...rows].join('\\n')], 'big.csv'); null }",
        );
        tab.js::<Value>(
            "{ window.tasks = [0]; window.seen = {}; \
             new MutationObserver(changes => { for (const { target } of changes) if (target.localName === 'progress') \
                (seen[target.ariaLabel] ??= new Set()).add(target.value); }) \
                .observe(document, { subtree: true, attributes: true, attributeFilter: ['value'] }); \
             new PerformanceObserver(list => tasks.push(...list.getEntries().map(it => it.duration))).observe({ type: 'longtask' }); \
             null }",
        );
        drop_files(&tab, "[big]");
        tab.sees(".review", "100,000 rows can be imported, no problems");
        for what in ["Read of the file", "Rows checked"] {
            let values: u32 = tab.js(&format!("seen[{}]?.size ?? 0", json!(what)));
            assert!(values >= 3, "{what}: {values} states of its progress");
        }
        longest.push(tab.js::<f64>("Math.max(...tasks)"));
    }
    println!("longest task of 100,000 rows: {longest:.0?} ms, at most 100 ms");
    assert!(longest.last().is_some_and(|longest| *longest <= 100.0), "{longest:?} ms");
}
