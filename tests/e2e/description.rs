//! The description of the API: whole, true, and served.

use proptest::prelude::*;
use serde_json::{Value, json};
use tests::{
    described::{DESCRIPTION, valid},
    server,
};

#[test]
fn it_is_served_as_a_file() {
    let answer = server().send("GET", "/openapi.json", &[], "");
    assert_eq!((answer.status, answer.header("X-Request-Id")), (200, None));
    assert!(answer.header("Content-Type").is_some_and(|media_type| media_type.starts_with("application/json")));
    assert_eq!(answer.json(), *DESCRIPTION);
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

/// Every media type in a description, with the place where it stands.
fn contents(value: &Value, place: String, found: &mut Vec<(String, Value)>) {
    let Some(object) = value.as_object() else { return };
    for (name, inner) in object {
        if name == "content" {
            let all = inner.as_object().unwrap();
            found.extend(all.iter().map(|(media_type, content)| (format!("{place} {media_type}"), content.clone())));
        } else {
            contents(inner, format!("{place}/{name}"), found);
        }
    }
}

#[test]
fn every_example_is_valid_and_every_json_body_has_one() {
    let mut found = Vec::new();
    for part in ["/paths", "/components/responses"] {
        contents(DESCRIPTION.pointer(part).unwrap(), part.to_owned(), &mut found);
    }
    assert!(found.len() > 40, "{}", found.len());
    for (place, content) in found.iter().filter(|(place, _)| place.ends_with(" application/json")) {
        let mut examples: Vec<&Value> = content.get("example").into_iter().collect();
        examples.extend(content["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]));
        assert!(!examples.is_empty(), "{place} has no example");
        for example in examples {
            valid(&format!("example {place}"), &content["schema"], example)
                .unwrap_or_else(|error| panic!("{place}: {error}"));
        }
    }
}

/// Digits and signs, often as in a timestamp.
fn nearly_timestamp() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{4}-?[01][0-9]-?[0-3][0-9]",
        "(20|19|00)[0-9]{2}-?02-?29",
        "2026-05-04[Tt _X][0-2][0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]{0,3})?)?([Zz]|[+−-][0-2][0-9](:?[0-6][0-9])?)?",
        "20260504[Tt _][0-2][0-9][0-6][0-9]([0-6][0-9]([.,][0-9]{0,3})?)?([Zz]|[+−-][0-2][0-9](:?[0-6][0-9])?)?",
        "[0-9Tt:+. -]{0,30}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_timestamp_is_described_as_it_is_read(text in nearly_timestamp()) {
        let schema = &DESCRIPTION["components"]["schemas"]["MemoryInput"]["properties"]["timestamp"];
        prop_assert_eq!(valid("timestamp", schema, &json!(text)).is_ok(), contract::is_timestamp(&text), "{}", text);
    }

    #[test]
    fn what_is_blank_is_described_as_it_is_read(text in "[ \t\u{b}\u{85}\u{a0}\u{2003}\u{3000}\u{feff}\u{200b}]{0,3}|.{0,2}") {
        let schema = json!({ "$ref": "#/components/schemas/SingleMemoryInput" });
        let is_blank = text.trim().is_empty();
        prop_assert_eq!(valid("single", &schema, &json!({ "content": text })).is_err(), is_blank, "{:?}", text);
    }
}
