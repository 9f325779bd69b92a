//! What is a table, what is plain text, and how either is read another way.

use super::{again, check, read, taken};
use crate::files::{
    columns::Field,
    decode::Encoding,
    file::{File, Form, LONGEST, MOST_COLUMNS, PORTION},
    layout::DELIMITERS,
    plan::Plan,
    split::Splitter,
};
use serde_json::Value;
use std::sync::Arc;

/// The contents of the memories of a file that has no problems.
#[track_caller]
fn contents(file: &Arc<File>) -> Vec<String> {
    let checked = check(file, Plan::of(file));
    assert_eq!(checked.problems, vec![]);
    checked.good.iter().map(|good| serde_json::from_str::<Value>(&good.json).unwrap()).map(content).collect()
}

fn content(memory: Value) -> String {
    memory["content"].as_str().unwrap().to_owned()
}

#[test]
fn each_line_of_plain_text_is_a_memory() {
    let text = "Hello, world\n\n\"Tea,\" Ada said.\nBob; Cem; and Dora, too\n\"Never closed\n";
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(contents(&read("a.txt", text.as_bytes()).unwrap()), lines);
}

#[test]
fn a_broken_quote_in_a_table_of_one_column_is_named() {
    for text in ["content\na\n\"never\nclosed\n", "a\nb\n\"never\nclosed\n"] {
        let says = "The quote that opens in line 3 is not closed.";
        assert_eq!(read("a.csv", text.as_bytes()).unwrap_err(), says);
    }
}

#[test]
fn text_that_begins_with_a_bracket_is_text() {
    for text in [
        "[note] Ada prefers tea\n[idea] Bob does not\n",
        "[2026-05-04] Ada: tea\n[2026-05-05] Bob: no\n",
        "[ ] buy tea\n[x] drink tea\n",
        "[\"a\"] in brackets\nnot\n",
        "[[wiki]] link\nnone\n",
        "{ada} prefers tea\n",
    ] {
        assert_eq!(contents(&read("a.txt", text.as_bytes()).unwrap()), text.lines().collect::<Vec<_>>());
    }
    assert!(read("a.json", b"[ ] buy tea\n").is_ok_and(|file| matches!(file.form, Form::Json(_))));
    for text in ["[\"a\",\n\"b\"]", "[{\"content\":\"a\"},{\"content\":\"b\"}]"] {
        assert_eq!(contents(&read("a.txt", text.as_bytes()).unwrap()), ["a", "b"]);
    }
    assert!(read("a.txt", b"[{\"content\":\"a\"},\n{\"content\":}]").unwrap_err().contains("line 2"));
}

#[test]
fn a_table_can_be_read_again_with_another_delimiter() {
    let text = "sep=,\nmine;a, b\nyours;c, d\n";
    let file = read("a.csv", text.as_bytes()).unwrap();
    assert!(matches!(file.form, Form::Table { delimiter: Some(','), .. }));
    for delimiter in DELIMITERS {
        let other = again(&file, Some(delimiter)).unwrap();
        assert!(matches!(other.form, Form::Table { delimiter: Some(known), .. } if known == delimiter));
        assert_eq!(other.rows.len(), 2);
    }
    assert_eq!(again(&file, Some(';')).unwrap().examples(false, 1, 3), ["a, b", "c, d"]);
    assert_eq!(contents(&again(&file, None).unwrap()), ["mine;a, b", "yours;c, d"]);
    let file = read("a.csv", b"\"a\nb\",c\nd,e\n").unwrap();
    let lines = again(&file, None).unwrap();
    assert_eq!(contents(&lines), ["\"a", "b\",c", "d,e"], "each line as it stands");
    assert_eq!(again(&lines, Some(',')).unwrap().rows, file.rows, "and back");
    assert_eq!(
        again(&file, Some(';')).map(|file| file.rows.len()).unwrap_err().split(',').next(),
        Some("The quote that opens in line 1 is closed in line 2")
    );
}

#[test]
fn a_header_alone_says_so_and_may_be_data() {
    let file = read("a.csv", b"\ncontent,user_id\n").unwrap();
    let header = check(&file, Plan::of(&file));
    assert_eq!((header.good.len(), header.problems.len()), (0, 1));
    assert_eq!(
        (header.problems[0].says.as_str(), header.problems[0].lines.as_slice()),
        ("The table has a header and no rows below it.", &[2][..])
    );
    let mut data = Plan::with_header(&file, false);
    data.set(0, Some(Field::Content));
    let data = check(&file, data);
    assert_eq!((&*data.good[0].json, data.problems.len()), (r#"{"content":"content"}"#, 0));
    assert_eq!(taken("a.txt", b"user").0, [r#"{"content":"user"}"#], "one word is no header");
}

#[test]
fn the_first_rows_are_read_once_for_all_columns() {
    let long = "é".repeat(5_000);
    let file = read("a.csv", format!("content,mood\n{long},good\nb\nc,bad\nd,well\n").as_bytes()).unwrap();
    assert_eq!(file.examples(true, 1, 3), ["good", "bad"]);
    assert_eq!(file.examples(false, 1, 2), ["mood", "good"]);
    assert_eq!(file.examples(true, 0, 1)[0].chars().count(), 201);
    let file = read("a.jsonl", b"{\"a\":1}\n{\"b\":\"x\",\"a\":{}}\n").unwrap();
    assert_eq!(
        (file.examples(false, 0, 3), file.examples(false, 1, 3)),
        (vec!["1".into(), "{}".into()], vec!["x".into()])
    );
}

#[test]
fn lines_are_counted_from_the_beginning_whatever_is_blank() {
    let (_, problems) = taken("a.csv", b"\n\n\ncontent,timestamp\n\n\na,today\n");
    assert_eq!(problems[0].0, [7]);
    let (_, problems) = taken("a.jsonl", b"\n\r\n\n{\"contents\":1,\"text\":2}\n\n{\"content\":2}");
    assert_eq!(problems.iter().map(|(lines, _)| lines[0]).collect::<Vec<_>>(), [4, 6]);
    let file = read("a.json", b"\n{\"by\":\"\xe4\",\"memories\":[\n{\"content\":\"\xc3\xa4\"}]}").unwrap();
    assert!(matches!(file.encoding, Encoding::Mixed(at) if file.line(at) == 2));
}

#[test]
fn no_step_goes_further_than_the_longest_row() {
    let long = |unit: &str| unit.repeat(2 * LONGEST / unit.len());
    for (name, text) in [
        ("a.txt", long("word ")),
        ("a.csv", format!("a,b\n{}", long("a,"))),
        ("a.csv", format!("a,b\n{}", long("\"a\"b,"))),
        ("a.csv", format!("a,b\n{}\"", long("\t"))),
        ("a.csv", format!("a,b\n\"{}", long("x,y\n"))),
        ("a.jsonl", format!("{{\"content\":\"{}\"}}", long("x\\n"))),
        ("a.jsonl", format!("{{\"a\":[{}1]}}\n{{}}", long("1,\n"))),
        ("a.jsonl", format!("{{}}\n{{\"a\":[{}\n{{}}", long("1,\n"))),
        ("a.json", format!("[{}]", long("1"))),
    ] {
        let size = text.len() as f64;
        let mut splitter = Splitter::new(name, (text, Encoding::Utf8)).unwrap();
        let mut before = 0.0;
        while splitter.step() == Ok(false) {
            // What is broken is gone through again.
            let worked = (splitter.progress() - before) * size;
            assert!(worked <= (LONGEST + PORTION) as f64, "{name}: {worked} bytes");
            before = splitter.progress();
        }
    }
}

#[test]
fn a_table_has_no_more_columns_than_can_be_chosen_from() {
    let wide = ",".repeat(2 * MOST_COLUMNS);
    let file = read("a.csv", format!("content{wide}\na{wide}\nb{wide}c\n").as_bytes()).unwrap();
    assert_eq!((file.names(true).len(), file.names(false).len()), (MOST_COLUMNS, MOST_COLUMNS));
    let checked = check(&file, Plan::of(&file));
    assert_eq!(
        (checked.good.len(), checked.problems[0].says.as_str()),
        (1, "The row has more values than there are columns.")
    );
}
