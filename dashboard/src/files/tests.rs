//! Whole files, from their bytes to the memories that they become: those of `tests/cases` among them.

use super::{
    check::{Check, Checked},
    columns::Field,
    decode::{Decoder, Encoding, lines},
    file::{File, Form},
    plan::Plan,
    sample,
    split::Splitter,
};
use fuzz::{nearly, run};
use std::{fs, sync::Arc};

mod documents;
mod texts;

/// A file that is read to its end.
pub fn read(name: &str, bytes: &[u8]) -> Result<Arc<File>, String> {
    let mut decoder = Decoder::new(name);
    bytes.chunks(7_000).try_for_each(|piece| decoder.push(piece))?;
    let mut splitter = Splitter::new(name, decoder.finish()?)?;
    while !splitter.step()? {}
    splitter.finish().map(Arc::new)
}

/// The same read with another delimiter.
fn again(file: &File, delimiter: Option<char>) -> Result<Arc<File>, String> {
    let mut splitter = Splitter::again(file.raw().ok_or("it is no table")?, delimiter);
    while !splitter.step()? {}
    splitter.finish().map(Arc::new)
}

/// What the check of a whole file finds.
pub fn check(file: &Arc<File>, plan: Plan) -> Checked {
    let mut check = Check::new(file.clone(), plan);
    while !check.step() {}
    check.finish()
}

/// The memories of a file, and its problems: for each the lines and the reason.
fn taken(name: &str, bytes: &[u8]) -> (Vec<String>, Vec<(Vec<u32>, String)>) {
    let file = read(name, bytes).unwrap();
    let checked = check(&file, Plan::of(&file));
    let problems = checked.problems.into_iter().map(|problem| (problem.lines, problem.says));
    (checked.good.iter().map(|good| good.json.to_string()).collect(), problems.collect())
}

fn case(name: &str) -> Vec<u8> {
    fs::read(format!("{}/../tests/cases/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn each_case_becomes_what_it_says() {
    let table: &[(&str, &[&str])] = &[
        ("b_go.jsonl", &[r#"{"content":"a","timestamp":"2024-05-01T10:00:00.123456789Z"}"#]),
        (
            "b_pg.csv",
            &[
                r#"{"content":"a","timestamp":"2024-05-01 10:00:00.123456+00"}"#,
                r#"{"content":"b","timestamp":"2024-05-01 10:00:00+05:30"}"#,
            ],
        ),
        ("lone.jsonl", &[r#"{"content":"a \ud83d"}"#, r#"{"content":"ok"}"#]),
        ("bom_mid.jsonl", &[r#"{"content":"a"}"#, r#"{"content":"b"}"#]),
        ("mem0.json", &[r#"{"content":"likes tea","user_id":"ann","timestamp":"2024-05-01T10:00:00-07:00"}"#]),
        ("zep.json", &[r#"{"content":"hi","timestamp":"2024-05-01T10:00:00Z","metadata":{}}"#]),
        (
            "own_export.json",
            &[
                r#"{"content":"nums2","user_id":"nums","timestamp":"2026-11-25T12:40:54.987Z","kind":"note","metadata":{}}"#,
            ],
        ),
        ("sep.csv", &[r#"{"content":"hello","user_id":"ann"}"#]),
        ("sepcomma.csv", &[r#"{"content":"hello","user_id":"ann"}"#]),
        ("semi_commahead.csv", &[r#"{"content":"hello","user_id":"ann"}"#]),
        ("b_onlyblank.csv", &[r#"{"content":"hello","user_id":"ann"}"#]),
        ("trailrows.csv", &[r#"{"content":"hello","user_id":"ann"}"#, r#"{"content":"bye","user_id":"bob"}"#]),
        (
            "b_short.csv",
            &[
                r#"{"content":"hello","user_id":"ann"}"#,
                r#"{"content":"bye","user_id":"bob","agent_id":"ag"}"#,
                r#"{"content":"full","user_id":"c","agent_id":"ag","run_id":"r"}"#,
            ],
        ),
        ("b_extra_empty.csv", &[r#"{"content":"hello","user_id":"ann"}"#]),
        ("b_backslash.csv", &[r#"{"content":"he said \"hi\" to me","user_id":"ann"}"#]),
        ("b_textcontent.csv", &[r#"{"content":"The real memory","user_id":"u-1","timestamp":"2024-05-01T10:00:00Z"}"#]),
        ("wild_d1.csv", &[r#"{"content":"hello","user_id":"ann"}"#]),
        ("wild_d2.csv", &[r#"{"content":"hello"}"#]),
        ("wild_q4.csv", &[r#"{"content":"likes tea","user_id":"ann"}"#, r#"{"content":"hates rain","user_id":"bo"}"#]),
        (
            "wild_a1.csv",
            &[r#"{"content":"'-5 C' was the reading","user_id":"ann"}"#, r#"{"content":"'=x","user_id":"bo"}"#],
        ),
        ("wild_c1.jsonl", &[r#"{"content":"a"}"#, r#"{"content":"b"}"#]),
    ];
    for (name, memories) in table {
        let (good, problems) = taken(name, &case(name));
        assert_eq!(
            (good.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), problems),
            (*memories, vec![]),
            "{name}"
        );
    }
}

#[test]
fn each_case_that_cannot_be_read_says_why() {
    for (name, says) in [
        ("b_unclosedlast.csv", "The quote that opens in line 2 is not closed."),
        ("xlsx.xlsx", "The file is an Excel workbook (.xlsx). Save the sheet as CSV (UTF-8)"),
    ] {
        let sentence = read(name, &case(name)).unwrap_err();
        assert!(sentence.starts_with(says), "{name}: {sentence}");
    }
    let (good, problems) = taken("quotestart.csv", &case("quotestart.csv"));
    assert_eq!(good, [r#"{"content":"bye","user_id":"bob"}"#]);
    assert_eq!(problems[0].0, [2]);
    assert!(problems[0].1.starts_with("Text stands behind the quote that closes in content."), "{problems:?}");
    assert_eq!(read("b_onlyblank.csv", &case("b_onlyblank.csv")).unwrap().blank, 5);
}

#[test]
fn a_first_row_that_is_no_header_is_not_lost() {
    let file = read("noheader.csv", &case("noheader.csv")).unwrap();
    let mut plan = Plan::of(&file);
    assert_eq!((plan.has_header, plan.lacks_content()), (false, true));
    assert_eq!(file.names(false), ["Column 1", "Column 2"]);
    assert_eq!(file.examples(false, 0, 3), ["hello", "bye"]);
    plan.set(0, Some(Field::Content));
    assert!(!plan.lacks_content());
    let checked = check(&file, plan);
    let good: Vec<_> = checked.good.iter().map(|good| (good.line, &*good.json)).collect();
    assert_eq!(good, [(1, r#"{"content":"hello"}"#), (2, r#"{"content":"bye"}"#)]);
    let switched = Plan::with_header(&file, true);
    assert_eq!(
        (file.names(true), check(&file, switched).problems.len()),
        (vec!["hello".to_owned(), "ann".to_owned()], 0)
    );
}

#[test]
fn json_is_found_wherever_it_is() {
    let two = [r#"{"content":"a"}"#, r#"{"content":"b"}"#];
    for text in [
        "[\n{\"content\":\"a\"},\n{\"content\":\"b\"}]",
        "{\"memories\":[{\"content\":\"a\"},{\"content\":\"b\"}],\"total\":2,\"next\":null}",
        "{\"data\":{\"page\":1,\"results\":[{\"memory\":\"a\"},{\"memory\":\"b\"}]}}",
        "{\"status\":\"ok\",\"things\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"tags\":[\"x\"]}",
        "{\n  \"content\": \"a\"\n}\n{\n  \"content\": \"b\"\n}\n",
        "{\"content\":\"a\"}\r\n\r\n  {\"content\":\"b\"}",
        "{\"content\":\"a\"},\n{\"content\":\"b\"},\n",
        "{\"memories\":[{\"content\":\"a\"}]}\n{\"memories\":[]}\n{\"memories\":[{\"content\":\"b\"}]}",
        "[\"a\",\"b\"]",
        "\"a\"\n\"b\"\n",
        "{\"results\":[],\"memories\":[\"a\",\"b\"]}",
        "\u{1e}{\"message\":\"a\",\"data\":[1]}\n\u{1e}{\"message\":\"b\",\"data\":[2]}\n",
    ] {
        assert_eq!(taken("a.json", text.as_bytes()), (two.map(str::to_owned).to_vec(), vec![]), "{text}");
    }
    let (one, _) = taken("a.txt", b"{\n \"content\": \"only\",\n \"metadata\": {\"a\": [{\"b\":1}]}\n}");
    assert_eq!(one, [r#"{"content":"only","metadata":{"a": [{"b":1}]}}"#]);
}

#[test]
fn fields_are_mapped_and_the_rest_is_left_out_or_kept() {
    let text = "{\"message\":\"a\",\"userId\":7,\"createdAt\":\"2026-05-04\",\"id\":\"m\\\"1\",\"score\":null,\"metadata\":{\"id\":1}}\n\
        {\"message\":\"b\",\"run_id\":\"\",\"extra\":[1]}\n";
    let file = read("a.jsonl", text.as_bytes()).unwrap();
    assert_eq!(
        file.form,
        Form::Json(
            ["message", "userId", "createdAt", "id", "score", "metadata", "run_id", "extra"]
                .map(str::to_owned)
                .to_vec()
        )
    );
    let mut plan = Plan::of(&file);
    let good =
        |plan: &Plan| check(&file, plan.clone()).good.iter().map(|good| good.json.to_string()).collect::<Vec<_>>();
    assert_eq!(
        good(&plan),
        [r#"{"content":"a","user_id":"7","timestamp":"2026-05-04","metadata":{"id":1}}"#, r#"{"content":"b"}"#,]
    );
    plan.keeps_rest = true;
    plan.set(6, None);
    plan.set(5, None);
    assert_eq!(
        good(&plan),
        [
            r#"{"content":"a","user_id":"7","timestamp":"2026-05-04","metadata":{"id":"m\"1","metadata":{"id":1}}}"#,
            r#"{"content":"b","metadata":{"extra":[1]}}"#,
        ]
    );
    plan.set(5, Some(Field::Metadata));
    assert_eq!(good(&plan)[0], r#"{"content":"a","user_id":"7","timestamp":"2026-05-04","metadata":{"id":1}}"#);
    let file = read("a.csv", b"content,mood,metadata\nx,good,\"{\"\"a\"\":1}\"\ny,,\n").unwrap();
    let kept = check(&file, Plan { keeps_rest: true, ..Plan::of(&file) });
    assert_eq!(&*kept.good[0].json, r#"{"content":"x","metadata":{"a":1,"mood":"good"}}"#);
    assert_eq!(&*kept.good[1].json, r#"{"content":"y"}"#);
}

#[test]
fn problems_are_grouped_by_their_reason() {
    let mut text = "content,timestamp,metadata\n".to_owned();
    for row in 0..3_000 {
        text.push_str(if row % 3 == 0 { "a,today,\n" } else { "b,,{\n" });
    }
    text.push_str("c,,,d\n ,2026-05-04,\n");
    let file = read("a.csv", text.as_bytes()).unwrap();
    let checked = check(&file, Plan::of(&file));
    let groups: Vec<_> = checked.problems.iter().map(|problem| (problem.lines.len(), problem.says.as_str())).collect();
    assert_eq!(groups[0].0, 1_000);
    assert!(groups[0].1.starts_with("timestamp must be an ISO 8601 date"), "{groups:?}");
    assert_eq!(
        groups[1..],
        [(2_000, "metadata must be JSON."), (1, "The row has more values than there are columns.")]
    );
    assert_eq!((checked.bad(), checked.good.len(), checked.empty), (3_001, 1, 1));
}

#[test]
fn a_broken_row_of_json_lines_costs_no_other() {
    let mut text = "{\"content\":\"a\"}\n".repeat(5_000);
    for broken in
        ["{\"content\":\n", "{\"content\":\"cut off\n", "hello\n", "{\"content\":[\n", "}\n", "{\"content\":\"a\"]\n"]
    {
        text.insert_str(16 * 4_711, broken);
        let (good, problems) = taken("a.jsonl", text.as_bytes());
        assert_eq!(good.len(), 5_000, "{broken}");
        assert!(problems.iter().any(|(lines, _)| lines.contains(&4_712)), "{broken}: {problems:?}");
    }
    let (good, problems) =
        taken("a.jsonl", b"{\"content\":\"a\"}\n{\"content\":\n{\"text\":\"b\"}\n\n{\"content\":\"c\"}\n7");
    assert_eq!(good.len(), 2);
    let said: Vec<_> = problems.iter().map(|(lines, says)| (lines[0], says.as_str())).collect();
    assert_eq!(
        said,
        [
            (2, "The row must be JSON: EOF while parsing a value."),
            (3, "content is missing: every memory needs one."),
            (6, "The row must be a JSON object."),
        ]
    );
}

#[test]
fn a_file_that_is_wrong_as_a_whole_is_refused_with_the_place() {
    for (name, bytes, start) in [
        ("a.json", &b""[..], "The file is empty."),
        ("a.csv", b" \n ", "The file is empty."),
        ("a.csv", b" ,\n,", "The table has no values."),
        ("a.json", b"[]", "The file holds no memories"),
        ("a.json", b"{\"memories\":[]}", "The file holds no memories"),
        ("a.json", b"[\n{},\n{]", "The file is not JSON: line 3, column 2: expected a name in quotes."),
        ("a.json", b"{\"memories\":[\r\n{},\r\n{]", "The file is not JSON: line 3"),
        ("a.json", b"[{\"content\":\"a\"},\n{\"content\"", "The file is not JSON: line 2"),
        ("a.json", b"hello", "The file is not JSON: line 1"),
        ("a.json", b"\n\n hello", "The file is not JSON: line 3 begins with neither"),
        ("a.json", b"{\n\"memories\": [\n  {\"content\": oops},\n  {}\n]}", "The file is not JSON: line 3"),
        ("a.json", b"{\"things\":[{]}", "The file is not JSON: line 1, column 13: expected a name in quotes."),
        ("a.csv", b"a,b\n\"c\nd\" e,f\n", "The quote that opens in line 2 is closed in line 3, with text behind it."),
    ] {
        let sentence = read(name, bytes).unwrap_err();
        assert!(sentence.starts_with(start), "{sentence}");
    }
}

#[test]
fn encodings_are_read_and_told() {
    let rows = "content;user_id\nGrüße €;jörg\n";
    let wide: Vec<u8> = format!("\u{feff}{rows}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin = b"content;user_id\nGr\xfc\xdfe \x80;j\xf6rg\n";
    for (bytes, encoding) in
        [(&wide[..], Encoding::Utf16), (latin, Encoding::Windows1252), (rows.as_bytes(), Encoding::Utf8)]
    {
        assert_eq!(read("a.csv", bytes).unwrap().encoding, encoding);
        assert_eq!(taken("a.csv", bytes).0, [r#"{"content":"Grüße €","user_id":"jörg"}"#]);
    }
    let mixed = read("a.csv", &[rows.as_bytes(), b"\xe4;b\n"].concat()).unwrap();
    assert!(matches!(mixed.encoding, Encoding::Mixed(at) if mixed.line(at) == 3), "{:?}", mixed.encoding);
}

#[test]
fn a_long_text_of_any_script_shifts_no_line() {
    for char in ["n", "я", "憶", "\u{1f9e0}"] {
        let long = format!("{{\"content\":\"{}\"}}\n", char.repeat(400_000));
        let (_, problems) = taken("a.jsonl", format!("{long}{long}7\n{long}7\n").as_bytes());
        let lines: Vec<u32> = problems.iter().flat_map(|(lines, _)| lines.clone()).collect();
        assert!(lines.contains(&3) && lines.contains(&5), "{char}: {lines:?}");
    }
}

#[test]
fn the_sample_can_be_imported_as_it_is() {
    let (good, problems) = taken(sample::NAME, sample::SAMPLE.as_bytes());
    assert_eq!((good.len(), problems), (3, vec![]));
    assert_eq!(
        good[1],
        r#"{"content":"Bob said: \"Fridays, please\"","user_id":"bob","agent_id":"notes","run_id":"run-1","timestamp":"2026-05-05","kind":"note"}"#
    );
}

/// What holds of any file that is read.
fn assert_whole(file: &Arc<File>, text: &str) {
    let mut end = 0;
    for row in &file.rows {
        let begin = row.place().start;
        assert!(begin >= end && row.length() > 0, "rows overlap: {:?}", file.rows);
        assert_eq!(row.line, lines(&text.as_bytes()[..begin]) + 1, "{:?}", file.rows);
        if let Form::Table { delimiter, .. } = file.form {
            let between = text[end..begin].replace(['"', ' '], "");
            let is_said = end == 0 && between.starts_with("sep=");
            assert!(
                is_said || between.chars().all(|char| char.is_whitespace() || Some(char) == delimiter),
                "{between:?} of {text:?}"
            );
        }
        end = row.place().end;
    }
    let plan = Plan { keeps_rest: true, ..Plan::of(file) };
    let (checked, rows) = (check(file, plan.clone()), file.data(plan.has_header).len());
    // A header alone is a problem too.
    assert_eq!(checked.good.len() + checked.bad(), rows.max(1), "each row is a memory or a problem");
    for good in &checked.good {
        contract::MemoryInput::read(&good.json).unwrap();
    }
}

#[test]
fn fuzz_files() {
    let samples = &[
        "content,user_id\nhello,ann\n\"two\nlines\",\"say \"\"hi\"\"\"\n",
        "sep=;\r\nnote;user;time\r\na;b;2026-05-04\r\n;;\r\n",
        "{\"content\":\"a\"}\n{\"text\":\"b\",\"x\":[1,{\"y\":null}]}\n",
        "{\"data\":{\"results\":[{\"memory\":\"a\"},\n{\"memory\":\"b\"}]},\"total\":2}",
        "[\"a\",\"b\\\"\",{\"content\":\"c\",\"metadata\":{\"d\":\"\\ud83d\"}}]",
        "{\n  \"content\": \"a\"\n}\n{\n  \"content\": \"b\"\n}",
        "\u{feff}content|user\n\\\"x|é\n",
        "{\"items\":[{\"index\":0,\"item\":{\"content\":\"a\"}},{\"index\":1,\"item\":null}],\"next\":null}",
        "[{\"messages\":[{\"text\":\"a\"}]}]",
        "\u{1e}{\"memories\":[{\"content\":\"a\"}]}\n\u{1e}{\"message\":\"b\",\"data\":[1]}\n",
        "[note] Hello, world\n\"Bye,\" she said.\n",
    ];
    let words = &[
        "\"",
        "\n",
        "\r",
        ",",
        ";",
        "\t",
        "{",
        "}",
        "[",
        "]",
        "\\",
        "\"\"",
        ":",
        "{\"a\":",
        "\u{feff}",
        "\0",
        "sep=",
        "null",
        " ",
        "\u{1e}",
        "\"item\":",
        "\"memories\":[",
    ];
    run("files", &nearly(samples, words), |bytes| {
        for name in ["a.csv", "a.json", "a.txt"] {
            let mut decoder = Decoder::new(name);
            let decoded = decoder.push(&bytes).and_then(|()| decoder.finish());
            if let (Ok(file), Ok((text, _))) = (read(name, &bytes), decoded) {
                assert_whole(&file, &text);
                for delimiter in [Some(';'), None] {
                    if let Ok(file) = again(&file, delimiter) {
                        assert_whole(&file, &text);
                    }
                }
            }
        }
    });
    // A line of anything among good rows: either the file is refused, or all of them are there.
    run("lines of files", &nearly(samples, words), |bytes| {
        let line = String::from_utf8_lossy(&bytes).replace(['\n', '\r'], " ");
        for (name, head, row) in [
            ("a.jsonl", "", "{\"content\":\"good\"}"),
            ("a.jsonl", "", "  {\"content\":\"good\"}"),
            ("a.jsonl", "", "\u{1e}{\"content\":\"good\"}"),
            ("a.csv", "content,user_id\n", "\"good\",ann"),
        ] {
            let text = format!("{head}{}{line}\n{}", format!("{row}\n").repeat(3), format!("{row}\n").repeat(4));
            if let Ok(file) = read(name, text.as_bytes()) {
                let checked = check(&file, Plan::of(&file));
                let good = checked.good.iter().filter(|good| good.json.starts_with("{\"content\":\"good\"")).count();
                assert!(good >= 7, "{good} of 7 in {text:?}");
            }
        }
    });
}
