//! Where the memories are in JSON, and what a broken part costs.

use super::{check, read, taken};
use crate::files::{file::LONGEST, plan::Plan};

/// The contents of the memories of a file that has no problems.
#[track_caller]
fn contents(name: &str, text: &str) -> Vec<String> {
    let (good, problems) = taken(name, text.as_bytes());
    assert_eq!(problems, vec![], "{text}");
    let content = |json: String| json.split('"').nth(3).unwrap().to_owned();
    good.into_iter().map(content).collect()
}

#[test]
fn a_wrapper_that_has_a_message_of_its_own_is_looked_into() {
    for text in [
        r#"{"message":"ok","memories":[{"content":"a"},{"content":"b"}]}"#,
        r#"{"memories":[{"text":"a"},{"text":"b"}],"message":"ok"}"#,
        r#"{"message":"ok","data":{"results":[{"memory":"a"},{"memory":"b"}]}}"#,
        r#"{"message":"ok","things":[{"content":"a"},{"content":"b"}]}"#,
        r#"{"message":"ok","memories":["a","b"]}"#,
    ] {
        assert_eq!(contents("a.json", text), ["a", "b"], "{text}");
    }
    assert!(read("a.json", br#"{"message":"ok","memories":[]}"#).is_err(), "its list is empty");
}

#[test]
fn a_memory_is_itself_whatever_lists_it_has() {
    for text in [
        r#"{"content":"a","messages":[{"content":"b"}]}"#,
        r#"{"content":"a","metadata":{"data":[{"content":"b"}]}}"#,
        r#"{"text":"a","data":["b"]}"#,
        r#"{"memory":"a","history":[{"memory":"b"}]}"#,
        r#"[{"content":"a","messages":[{"content":"b"}]}]"#,
        r#"{"things":[{"memory":"a","messages":[{"content":"b"}]}]}"#,
    ] {
        assert_eq!(contents("a.json", text), ["a"], "{text}");
    }
}

#[test]
fn rows_of_json_lines_keep_the_lists_that_they_hold() {
    let rows = [
        r#"{"id":1,"summary":"a","data":[{"content":"x"}]}"#,
        r#"{"id":2,"summary":"b","results":[]}"#,
        r#"{"id":3,"summary":"c","messages":[{"role":"user","content":"y"}]}"#,
    ];
    let file = read("a.jsonl", rows.join("\n").as_bytes()).unwrap();
    assert_eq!(file.rows.iter().map(|row| file.row(*row)).collect::<Vec<_>>(), rows);
    assert!(Plan::of(&file).lacks_content(), "it is asked for");
}

#[test]
fn lists_are_found_however_deep_they_are() {
    for text in [
        r#"{"a":{"b":{"c":{"d":[{"content":"a"},{"content":"b"}]}}}}"#,
        r#"[{"response":{"body":{"memories":[{"content":"a"},{"content":"b"}]}}}]"#,
        r#"[[{"content":"a"},{"content":"b"}]]"#,
        r#"{"pages":[{"number":1,"entries":[{"text":"a"},{"text":"b"}]}],"vector":[1,2,3]}"#,
    ] {
        assert_eq!(contents("a.json", text), ["a", "b"], "{text}");
    }
    let file = read("a.json", br#"[{"id":1,"messages":[{"content":"a"}]},{"id":2,"messages":[{"content":"b"}]}]"#);
    assert_eq!(file.unwrap().rows.len(), 2, "of several that hold lists each is a row");
}

#[test]
fn the_items_of_a_batch_are_the_memories_that_were_sent() {
    let items = [
        r#"{"index":0,"status":"failed","id":null,"error":"quota","item":{"content":"a","user_id":"ann"},"line":1}"#,
        r#"{"index":1,"status":"imported","id":"mem_1","error":null,"item":null,"line":2}"#,
        r#"{"index":2,"status":"pending","id":null,"error":null,"item":{"metadata":{"item":{"text":"x"}},"content":"b"},"line":3}"#,
    ];
    for text in [format!("{{\"items\":[\n{}],\"next\":null}}", items.join(",\n")), format!("\n{}", items.join("\n"))] {
        let (good, problems) = taken("a.json", text.as_bytes());
        assert_eq!(
            good,
            [r#"{"content":"a","user_id":"ann"}"#, r#"{"content":"b","metadata":{"item":{"text":"x"}}}"#],
            "{text}"
        );
        let null = "The row is null, as items of a batch are once they have landed.".to_owned();
        assert_eq!(problems, [(vec![3], null)]);
    }
}

#[test]
fn what_the_api_lists_and_what_others_export_is_mapped() {
    let list = r#"{"memories":[{"id":"mem_1","content":"a","user_id":"ann","agent_id":null,"run_id":null,"metadata":{"b":1},"timestamp":"2026-05-04","kind":"session","created_at":"2026-05-05T00:00:00Z","updated_at":"2026-05-05T00:00:00Z","facts":[]}],"total":1,"next":null}"#;
    assert_eq!(
        taken("a.json", list.as_bytes()).0,
        [r#"{"content":"a","user_id":"ann","timestamp":"2026-05-04","kind":"session","metadata":{"b":1}}"#]
    );
    for (name, time) in [("memory", "createdAt"), ("text", "created_at"), ("message", "createdAt")] {
        let text = format!("{{\"{name}\":\"a\",\"{time}\":\"2026-05-04\"}}");
        assert_eq!(taken("a.json", text.as_bytes()).0, [r#"{"content":"a","timestamp":"2026-05-04"}"#]);
    }
}

#[test]
fn a_broken_row_costs_no_other_wherever_rows_begin() {
    for (text, line) in [
        ("  {\"content\":\"a\"}\n  {\"content\":\n  {\"content\":\"b\"}\n", 2),
        ("\u{1e}{\"content\":\"a\"}\n\u{1e}{\"content\":\"cut\n\u{1e}{\"content\":\"b\"}\n", 2),
        ("\u{1e}{\"content\":\n\u{1e}{\n\"content\":\"a\"\n}\n\u{1e}{\n\"content\":\"b\"\n}\n", 1),
        ("{\"content\":\"a\"}\u{1e}{\"content\":\"cut\u{1e}{\"content\":\"b\"}", 1),
        (" {\n  \"content\": \"a\"\n }\n {\n  \"content\": no\n }\n {\n  \"content\": \"b\"\n }\n", 4),
        ("\n\n{\"content\":[\n{\"content\":\"a\"}\n{\"content\":\"b\"}\n", 3),
        ("{\"messages\":[{\"content\":\"x\",}]}\n{\"content\":\"a\"}\n{\"content\":\"b\"}\n", 1),
        ("{\"content\":\"a\"}\r\n\r\n{\"content\"\r\n{\"content\":\"b\"}\r\n", 3),
    ] {
        let (good, problems) = taken("a.jsonl", text.as_bytes());
        assert_eq!(good, [r#"{"content":"a"}"#, r#"{"content":"b"}"#], "{text}");
        assert_eq!(problems.iter().map(|(lines, _)| lines.clone()).collect::<Vec<_>>(), [[line]], "{text}");
        assert!(problems[0].1.starts_with("The row must be JSON: "), "{problems:?}");
    }
}

#[test]
fn white_space_that_is_none_in_json_is_a_broken_row() {
    let file = read("a.json", b"[1]\x0b\n").unwrap();
    assert_eq!(file.rows.iter().map(|row| file.row(*row)).collect::<Vec<_>>(), ["1", "\u{b}"]);
}

#[test]
fn a_long_row_that_is_broken_is_one_problem() {
    let long = format!("{{\"content\":\"{}\n", "a\\r\\n".repeat(60_000));
    let text = format!("{{\"content\":\"a\"}}\r\n{long}{{\"content\":\"b\"}}\r\n{{\n");
    let (good, problems) = taken("a.jsonl", text.as_bytes());
    assert_eq!(good, [r#"{"content":"a"}"#, r#"{"content":"b"}"#]);
    let lines: Vec<u32> = problems.into_iter().flat_map(|(lines, _)| lines).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn a_row_that_is_longer_than_a_memory_is_named_and_not_looked_into() {
    let long = "a".repeat(LONGEST);
    let says = "The row is longer than 2 MB, and no memory is.".to_owned();
    for (name, text) in [
        ("a.jsonl", format!("{{\"content\":\"a\"}}\n{{\"content\":\"{long}\"}}\n{{\"content\":\"b\"}}")),
        ("a.csv", format!("content,user_id\na,\n{long},\nb,")),
        ("a.csv", format!("content,user_id\na,\n{},\nb,", "x,".repeat(LONGEST / 2))),
    ] {
        let (good, problems) = taken(name, text.as_bytes());
        assert_eq!(good, [r#"{"content":"a"}"#, r#"{"content":"b"}"#]);
        assert_eq!(problems, [(vec![if name == "a.csv" { 3 } else { 2 }], says.clone())]);
    }
    let file = read("a.jsonl", format!("{{\"a\":\"b\"}}\n{{\"c\":\"{long}\"}}").as_bytes()).unwrap();
    assert_eq!((file.names(false), file.examples(false, 0, 3)), (vec!["a".to_owned()], vec!["b".to_owned()]));
    assert_eq!(check(&file, Plan::of(&file)).bad(), 2);
}
