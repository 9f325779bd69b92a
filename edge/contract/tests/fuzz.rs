//! What is sent, thrown at what reads it. `npm run fuzz -- TARGET` goes on with one for as long as one likes.

// A test may end by panicking, and so may what it calls.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

use contract::{BatchReader, Invalid, JobId, KEY_PREFIXES, MemoryInput, WebhookInput, bearer, is_timestamp};
use fuzz::{nearly, nearly_text, run};
use serde_json::{Value, value::RawValue};

#[test]
fn fuzz_id() {
    let samples = &[
        "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "8F2C1AAB4D7E4F0C9A1B2C3D4E5F6A7B",
        "8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b",
    ];
    let words = &["job_", "-", "{", "}", "urn:uuid:", "%20", "0", "g", "é", " "];
    run("id", &nearly_text(samples, words), |text| {
        let hex: String = text.strip_prefix("job_").unwrap_or(&text).chars().filter(|char| *char != '-').collect();
        let is_hex = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hyphens: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
        let in_a_form = is_hex && (hyphens.is_empty() || !text.starts_with("job_") && hyphens == [8, 13, 18, 23]);
        match text.parse::<JobId>() {
            Ok(id) => {
                assert!(in_a_form, "{text:?} was taken");
                assert_eq!(id.to_string(), format!("job_{}", hex.to_lowercase()));
                assert_eq!(id.to_string().parse(), Ok(id));
            }
            Err(_) => assert!(!in_a_form, "{text:?} was refused"),
        }
    });
}

#[test]
fn fuzz_header() {
    let samples = &["Bearer kor_self_0aZ_-9", "bearer kor_live_abc", "BEARER kor_self_x", "Basic a29yOg=="];
    let words = &["Bearer ", "kor_self_", "kor_live_", " ", "\t", ",", "\0", "é", "KOR_"];
    run("header", &nearly_text(samples, words), |header| {
        let Ok(key) = bearer(&header) else { return };
        let key = key.expose();
        let secret = KEY_PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap();
        assert!(!secret.is_empty() && key.len() <= 256);
        assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')), "{key:?}");
        assert_eq!(header.split_at(header.len() - key.len()).0.to_lowercase(), "bearer ");
    });
}

/// What comes of a body that arrives in such pieces.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<String>, Result<u32, String>) {
    let (mut reader, mut memories) = (BatchReader::new(), Vec::new());
    for piece in pieces {
        let pushed = reader.push(piece, &mut |memory: MemoryInput<'_>| {
            memories.push(format!("{memory:?}"));
            Ok::<(), Invalid>(())
        });
        if let Err(invalid) = pushed {
            return (memories, Err(invalid.to_string()));
        }
    }
    (memories, reader.finish().map(|batch| batch.received).map_err(|invalid| invalid.to_string()))
}

#[test]
fn fuzz_body() {
    let samples = &[
        r#"{"memories":[{"content":"Ada prefers tea","user_id":"ada","metadata":{"a":[1,null,{}]},"kind":"note"}]}"#,
        r#" {"lines":[1,2],"label":"a.csv","memories":[{"content":"a"},{"content":"\ud83d\ude00","timestamp":"2026-05-04"}]}"#,
        r#"{"group":"8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b","memories":[{"content":"","run_id":null}]}"#,
    ];
    let words = &[
        "\"memories\":",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\ud83d",
        "\\u0000",
        "null",
        "1e999",
        "-0",
        "\u{feff}",
        "\"content\":",
        "\"x\":1,",
        " ",
        "\n",
    ];
    run("body", &nearly(samples, words), |body| {
        let whole = read([&*body]);
        assert_eq!(read(body.chunks(1)), whole, "cut into bytes");
        assert_eq!(read(body.chunks(7)), whole, "cut into sevens");
        if let (memories, Ok(received)) = whole {
            assert_eq!(memories.len(), received as usize);
            let text = std::str::from_utf8(&body).unwrap().trim_start_matches('\u{feff}');
            // By the grammar alone: half a surrogate pair is taken here, and comes back as U+FFFD.
            assert!(serde_json::from_str::<&RawValue>(text).is_ok(), "{text}");
        }
    });
}

#[test]
fn fuzz_timestamp() {
    let samples = &["2026-05-04", "2026-05-04T10:30:00Z", "2026-05-04 10:30:00.123456+00", "20260504T103000-0130"];
    let words = &["T", "t", " ", "Z", "+", "-", ":", ".", "9", "00", "24", "60", "-02-30", "é"];
    run("timestamp", &nearly_text(samples, words), |text| {
        if is_timestamp(&text) {
            assert!(
                text.is_ascii() && text.len() >= 8 && text.starts_with(|char: char| char.is_ascii_digit()),
                "{text:?}"
            );
        }
    });
}

#[test]
fn fuzz_webhook() {
    let samples = &[
        r#"{"url":"https://example.com/hook?a=b","events":["batch.completed","batch.failed"]}"#,
        r#"{"events":["batch.failed"],"url":"http://localhost:9000/"}"#,
    ];
    let words = &["\"url\":", "\"events\":", "[", "]", "{", "}", ",", "\"batch.failed\"", "null", "\\u0000", "1", "\""];
    run("webhook", &nearly_text(samples, words), |text| {
        let Ok(input) = WebhookInput::read(&text) else { return };
        let sent: Value = serde_json::from_str(&text).expect("what is taken is JSON to others too");
        assert_eq!(sent["url"], input.url);
        assert!((1..=2).contains(&input.events.len()), "{text}");
        assert_eq!(sent["events"], serde_json::to_value(&input.events).unwrap());
    });
}
