//! Bodies of `POST /v1/batch`, read as they arrive.

// A test may end by panicking, and so may what it calls.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod properties;

use contract::{Batch, BatchReader, ITEM_BYTES, Invalid, MemoryInput};
use serde_json::Value;

/// What `pieces` are read as: the memories that were handed on, each fit for a strict reader, and how it ended.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<String>, Result<Batch, Invalid>) {
    let (mut reader, mut memories) = (BatchReader::new(), Vec::new());
    for piece in pieces {
        let pushed = reader.push(piece, &mut |memory| {
            for json in [&memory.content_json, &memory.metadata].into_iter().flatten() {
                assert!(serde_json::from_str::<Value>(json.get()).is_ok(), "{json}");
            }
            memories.push(format!("{memory:?}"));
            Ok::<(), Invalid>(())
        });
        if let Err(invalid) = pushed {
            return (memories, Err(invalid));
        }
    }
    (memories, reader.finish())
}

fn whole(body: impl AsRef<[u8]>) -> Result<Batch, Invalid> {
    read([body.as_ref()]).1
}

fn refused(body: impl AsRef<[u8]>) -> String {
    whole(body).unwrap_err().to_string()
}

fn items(count: usize) -> String {
    vec![r#"{"content":"a"}"#; count].join(",")
}

#[test]
fn each_memory_is_handed_on_as_soon_as_it_is_whole() {
    let (mut reader, mut contents) = (BatchReader::new(), Vec::new());
    for (piece, so_far) in [
        ("\u{feff} {\"memories\" : [ {\"content\":\"}a\\\"", 0),
        ("\"}", 1),
        (" , {\"content\":\"b\",\"metadata\":{\"x\":[{}]}},{\"content\":\"c", 2),
        ("\"}] \n", 3),
        ("} ", 3),
    ] {
        let mut each = |memory: MemoryInput<'_>| {
            contents.push(memory.content.into_owned());
            Ok::<(), Invalid>(())
        };
        reader.push(piece.as_bytes(), &mut each).unwrap();
        assert_eq!(contents.len(), so_far, "{piece}");
    }
    assert_eq!(reader.finish(), Ok(Batch { received: 3, ..Batch::default() }));
    assert_eq!(contents, ["}a\"", "b", "c"]);
}

#[test]
fn what_takes_the_memories_can_end_the_reading() {
    let mut taken = 0;
    let pushed = BatchReader::new().push(format!("{{\"memories\":[{}]}}", items(3)).as_bytes(), &mut |_| {
        taken += 1;
        if taken == 2 { Err(Invalid { place: "here".to_owned(), must: "end".to_owned() }) } else { Ok(()) }
    });
    assert_eq!((pushed.unwrap_err().to_string().as_str(), taken), ("here end.", 2));
}

#[test]
fn the_first_bad_place_is_named() {
    for (body, says) in [
        ("", "The body must be JSON: it breaks off at byte 0."),
        (" \n ", "The body must be JSON: it breaks off at byte 3."),
        ("x", "The body must be JSON: expected an object at byte 0."),
        ("！", "The body must be JSON: expected an object at byte 0."),
        ("[]", "The body must be a JSON object."),
        ("null", "The body must be a JSON object."),
        ("{}", "memories is missing: send {\"memories\": […]}."),
        ("{,", "The body must be JSON: expected a name or `}` at byte 1."),
        (r#"{"memory":[]}"#, "memory is not a field of a batch: it has memories, label, group and lines."),
        (
            r#"{"memories\n":[]}"#,
            "memories\u{fffd} is not a field of a batch: it has memories, label, group and lines.",
        ),
        (
            r#"{"\ud83dmemories":[]}"#,
            "\u{fffd}memories is not a field of a batch: it has memories, label, group and lines.",
        ),
        (
            "{\"mem\nories\":[]}",
            "The body must be JSON: control character (\\u0000-\\u001F) found while parsing a string at byte",
        ),
        (r#"{"m\x":[]}"#, "The body must be JSON: invalid escape at byte 4."),
        (r#"{"memories"}"#, "The body must be JSON: expected `:` at byte 11."),
        (r#"{"memories":{}}"#, "memories must be an array."),
        (r#"{"memories":null}"#, "memories must be an array."),
        (r#"{"memories":}"#, "The body must be JSON: expected an array at byte 12."),
        (r#"{"memories":[]}"#, "memories must hold 1 to 500 memories."),
        (r#"{"memories":[1]}"#, "memories[0] must be a JSON object."),
        (r#"{"memories":[{"content":"a"},[[[["#, "memories[1] must be a JSON object."),
        (r#"{"memories":[{"content":"a"},]}"#, "The body must be JSON: expected an object at byte 29."),
        (r#"{"memories":[{"content":"a"}{"#, "The body must be JSON: expected `,` or `]` at byte 28."),
        (r#"{"memories":[{"content":"a"},{}]}"#, "memories[1].content is missing: every memory needs one."),
        (r#"{"memories":[{"content":"a","x":1}"#, "memories[0].x is not a field of a memory: it has content,"),
        (r#"{"memories":[{"content":"a",}]}"#, "The body must be JSON: trailing comma at byte 28."),
        (
            "{\"memories\":[\n{\"content\":\"a\"},\n{\"content\"\n\"b\"}]}",
            "The body must be JSON: expected `:` at byte 42.",
        ),
        (r#"{"memories":[{"content":"a"]]}"#, "The body must be JSON: expected `,` or `}` at byte 27."),
        (r#"{"memories":[{"metadata":{"a":1},{"content""#, "The body must be JSON: key must be a string at byte 33."),
        (r#"{"memories":[{"content":"a"#, "The body must be JSON: EOF while parsing a string at byte 26."),
        (r#"{"memories":[{"content":"a"}"#, "The body must be JSON: it breaks off at byte 28."),
        (r#"{"memories":[{"content":"a"}]"#, "The body must be JSON: it breaks off at byte 29."),
        (r#"{"memories":[{"content":"a"}],"memories""#, "memories must not be there twice."),
        (
            r#"{"memories":[{"content":"a"}],"labels""#,
            "labels is not a field of a batch: it has memories, label, group and lines.",
        ),
        (r#"{"memories":[{"content":"a"}],}"#, "The body must be JSON: expected a name at byte 30."),
        (r#"{"memories":[{"content":"a"}]} {"#, "The body must be JSON: expected nothing more at byte 31."),
        (
            r#"{"memories":[{"content":"a","metadata":{"n":1e400}}]}"#,
            "memories[0].metadata holds a number past 1.8e308",
        ),
    ] {
        assert!(refused(body).starts_with(says), "{body} → {}", refused(body));
    }
}

#[test]
fn what_is_no_utf_8_is_said_to_be_none() {
    for (body, at) in [
        (&b"\xff\xfe{\0"[..], 0),
        (b"\xef\xbb{\"memories\"", 0),
        (b"{\"m\xe9moires\":", 3),
        (b"{\"memories\":[{\"content\":\"caf\xe9\"}]}", 28),
        (b"{\"memories\":[\xa0{", 13),
    ] {
        assert_eq!(refused(body), format!("The body must be UTF-8: it is not at byte {at}."));
    }
}

#[test]
fn a_byte_order_mark_stands_at_the_beginning_only() {
    let batch = format!("{{\"memories\":[{}]}}", items(1));
    assert!(whole(format!("\u{feff}{batch}")).is_ok());
    for body in [format!(" \u{feff}{batch}"), format!("\u{feff}\u{feff}{batch}"), format!("{batch}\u{feff}")] {
        assert!(refused(&body).starts_with("The body must be JSON: expected"), "{body}");
    }
}

#[test]
fn the_501st_memory_ends_the_reading_before_it_is_read() {
    assert_eq!(whole(format!("{{\"memories\":[{}]}}", items(500))), Ok(Batch { received: 500, ..Batch::default() }));
    let (memories, end) = read([format!("{{\"memories\":[{},{{\"x", items(500)).as_bytes()]);
    assert_eq!(memories.len(), 500);
    assert_eq!(end.unwrap_err().to_string(), "memories must hold 1 to 500 memories.");
}

#[test]
fn an_item_longer_than_any_legal_one_ends_the_reading() {
    let body = |spaces: usize| format!("{{\"memories\":[{{\"content\":\"a\"{}}}]}}", " ".repeat(spaces));
    assert!(whole(body(ITEM_BYTES - 15)).is_ok());
    assert_eq!(refused(body(ITEM_BYTES - 14)), "memories[0] must have at most 2097152 bytes.");
    let open = format!("{{\"memories\":[{{\"content\":\"{}", "a".repeat(ITEM_BYTES));
    assert_eq!(read(open.as_bytes().chunks(1000)).1.unwrap_err().place, "memories[0]");
}

#[test]
fn a_name_is_quoted_to_64_characters() {
    let quoted = "é".repeat(63) + "…";
    for name in ["é".repeat(65), "é".repeat(100_000), r"\u00e9".repeat(65)] {
        assert_eq!(whole(format!("{{\"{name}\":")).unwrap_err().place, quoted);
        let place = whole(format!("{{\"memories\":[{{\"{name}\":1}}")).unwrap_err().place;
        assert_eq!(place, format!("memories[0].{quoted}"));
    }
}

#[test]
fn the_end_of_a_name_longer_than_any_known_one_is_not_waited_for() {
    assert!(refused(format!("{{\"{}", "é".repeat(63))).starts_with("The body must be JSON: it breaks off"));
    assert!(
        refused(format!("{{\"{}", "é".repeat(1_000)))
            .ends_with("… is not a field of a batch: it has memories, label, group and lines.")
    );
    assert!(refused([b"{\"", &[b'a'; 10][..], &[0xe9; 1_000]].concat()).starts_with("The body must be UTF-8"));
}

#[test]
fn bodies_that_were_met_in_the_wild_are_read() {
    for body in [
        "\u{feff}{\"memories\":[{\"content\":\"x\"}]}\n",
        r#"{"memories":[{"content":"cut \ud83d"}]}"#,
        r#"{"memories":[{"content":"x","metadata":{"s":"\ud83d"}}]}"#,
        r#"{"memories":[{"content":"x","timestamp":null,"kind":null,"agent_id":""}]}"#,
        r#"{"memories":[{"content":"a","timestamp":"2024-05-01T10:00:00.123456789Z"}]}"#,
        r#"{"\u006demories":[{"content":"x"}]}"#,
    ] {
        assert_eq!(whole(body), Ok(Batch { received: 1, ..Batch::default() }), "{body}");
    }
}

#[test]
fn what_a_batch_says_of_itself_is_read_wherever_it_stands() {
    let group = "4b7c1d9e-2f8a-4c0d-b53e-61a7908f2c14";
    let expected = Batch {
        received: 2,
        label: Some("März \"2026\".csv".to_owned()),
        group: group.parse().ok(),
        lines: Some(vec![2, 9_007_199_254_740_993]),
    };
    let memories = r#""memories":[{"content":"a"},{"content":"b"}]"#;
    let label = r#""label" : "M\u00e4rz \"2026\".csv""#;
    let (upper, lines) = (format!("\"group\":\"{}\"", group.to_uppercase()), r#""lines": [2, 9007199254740993 ]"#);
    for body in [
        format!("{{{memories},{label},{upper},{lines}}}"),
        format!("{{{lines}, {upper}, {label}, {memories}}}"),
        format!("{{{label},{memories},{lines},{upper}}}"),
    ] {
        assert_eq!(whole(&body), Ok(expected.clone()), "{body}");
        let mut reader = BatchReader::new();
        for byte in body.as_bytes() {
            reader.push::<Invalid>(&[*byte], &mut |_| Ok(())).unwrap();
        }
        assert_eq!(reader.finish(), Ok(expected.clone()), "byte by byte: {body}");
    }
    let nulls = format!("{{\"label\":null,\"group\": null ,{memories},\"lines\":null}}");
    assert_eq!(whole(nulls), Ok(Batch { received: 2, ..Batch::default() }));
}

#[test]
fn what_a_batch_must_not_say_of_itself_is_named() {
    let batch = |field: &str| format!("{{\"memories\":[{{\"content\":\"a\"}}],{field}}}");
    let long = format!("\"label\":\"{}\"", "é".repeat(201));
    let endless = format!("\"lines\":[{}1]", "1,".repeat(20_000));
    for (field, start) in [
        (&*long, "label must be a string of at most 200 characters."),
        (r#""label":7"#, "label must be a string"),
        (r#""label":["a"]"#, "label must be a string"),
        (r#""label":nul}"#, "The body must be JSON: expected a value at byte"),
        (r#""label":"a","label":"b""#, "label must not be there twice."),
        (r#""group":"all""#, "group must be a UUID."),
        (r#""group":{}"#, "group must be a UUID."),
        (r#""lines":[1.5]"#, "lines must be an array of whole numbers"),
        (r#""lines":[9223372036854775808]"#, "lines must be an array of whole numbers to 9223372036854775807"),
        (r#""lines":[-1]"#, "lines must be an array of whole numbers"),
        (r#""lines":["1"]"#, "lines must be an array of whole numbers"),
        (r#""lines":[1,2]"#, "lines must hold as many numbers as there are memories (1)."),
        (r#""lines":[]"#, "lines must hold as many numbers"),
        (&*endless, "lines must be an array of whole numbers"),
        (r#""lines":[1"#, "The body must be JSON: "),
    ] {
        let said = whole(batch(field)).unwrap_err().to_string();
        assert!(said.starts_with(start), "{field:.60} → {said}");
    }
}
