//! What holds for any body.

use super::{read, whole};
use contract::{BATCH_ITEMS, BatchReader, Invalid, MemoryInput};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

/// Reads it as a whole, in another way.
fn oracle(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body<'a> {
        #[serde(borrow)]
        memories: Vec<&'a RawValue>,
    }

    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    // An array would be taken for the fields in their order.
    body.trim_ascii_start().starts_with(b"{")
        && serde_json::from_slice::<Body<'_>>(body).is_ok_and(|Body { memories }| {
            (1..=BATCH_ITEMS).contains(&memories.len())
                && memories.iter().all(|item| item.get().starts_with('{') && MemoryInput::read(item.get()).is_ok())
        })
}

/// Any text, with a liking for what JSON escapes.
fn text() -> impl Strategy<Value = String> {
    r#"([a-z ]|["\\{}\[\],:]|[\x00-\x1fé語🧠]){0,12}"#
}

fn memory() -> impl Strategy<Value = Value> {
    (text(), proptest::option::of(text()), vec((text(), text()), 0..3), any::<f64>()).prop_map(
        |(content, id, pairs, number)| {
            let mut metadata: serde_json::Map<_, _> =
                pairs.into_iter().map(|(name, text)| (name, json!([text, {}]))).collect();
            metadata.insert("n".to_owned(), json!(number));
            json!({ "content": content, "run_id": id, "metadata": metadata, "timestamp": "2026-05-04 10:30" })
        },
    )
}

/// A batch that is to be taken, in one of several spellings.
fn batch() -> impl Strategy<Value = Vec<u8>> {
    (vec(memory(), 1..5), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(memories, mark, pretty, ascii)| {
        let body = json!({ "memories": memories });
        let mut text = if pretty { serde_json::to_string_pretty(&body) } else { serde_json::to_string(&body) }.unwrap();
        if ascii {
            let escape = |character: char| match character {
                ' '..='~' | '\n' => character.to_string(),
                _ => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
            };
            text = text.chars().map(escape).collect();
        }
        if mark { format!("\u{feff}{text}").into_bytes() } else { text.into_bytes() }
    })
}

/// A batch with some of its bytes replaced, removed or doubled.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![proptest::sample::select(&b"{}[]\":,\\ue1- \n\xe9"[..]), any::<u8>()];
    (batch(), vec((any::<Index>(), byte, 0..3), 1..4)).prop_map(|(mut body, damage)| {
        for (at, byte, kind) in damage {
            let at = at.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => drop(body.remove(at)),
                _ => body.insert(at, byte),
            }
        }
        body
    })
}

fn split<'a>(body: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).chain([0, body.len()]).collect();
    ends.sort_unstable();
    ends.windows(2).map(|piece| &body[piece[0]..piece[1]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_body_is_read_the_same_however_it_is_cut(
        body in prop_oneof![batch(), damaged(), vec(any::<u8>(), 0..60)],
        cuts in vec(any::<Index>(), 0..12),
    ) {
        let expected = read([&*body]);
        prop_assert_eq!(read(split(&body, &cuts)), expected.clone());
        prop_assert_eq!(read(body.chunks(1)), expected);
    }

    #[test]
    fn every_good_batch_is_read_whole(body in batch()) {
        let text = std::str::from_utf8(&body).unwrap().trim_start_matches('\u{feff}');
        let sent: Value = serde_json::from_str(text).unwrap();
        let mut read = Vec::new();
        let mut reader = BatchReader::new();
        let mut each = |memory: MemoryInput<'_>| {
            let content: Value = serde_json::from_str(memory.content_json.as_ref().unwrap().get()).unwrap();
            assert_eq!(content, &*memory.content);
            let metadata: Value = serde_json::from_str(memory.metadata.as_ref().unwrap().get()).unwrap();
            let id = memory.run_id.as_deref();
            read.push(json!({ "content": content, "run_id": id, "metadata": metadata, "timestamp": memory.timestamp }));
            Ok::<(), Invalid>(())
        };
        reader.push(&body, &mut each).unwrap();
        prop_assert_eq!(reader.finish().unwrap().received as usize, read.len());
        let mut sent = sent["memories"].clone();
        for memory in sent.as_array_mut().unwrap() {
            if memory["run_id"] == "" {
                memory["run_id"] = Value::Null;
            }
        }
        prop_assert_eq!(Value::Array(read), sent);
    }

    #[test]
    fn a_body_is_taken_exactly_where_a_reader_of_the_whole_takes_it(
        body in prop_oneof![
            batch(),
            damaged(),
            r#"\{"memories":\[(\{"content":"[a-z]"\}|[\[\]{},": ]){0,4}\]?\}?"#.prop_map(String::into_bytes),
        ],
    ) {
        let (text, taken) = (String::from_utf8_lossy(&body), whole(&body).is_ok());
        prop_assert_eq!(taken, oracle(&body), "{}", text);
    }

    #[test]
    fn garbage_is_refused_without_a_panic(body in vec(any::<u8>(), 0..200)) {
        prop_assert!(whole(&body).is_err());
    }
}
