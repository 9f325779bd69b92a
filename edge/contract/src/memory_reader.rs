use crate::{
    CONTENT_CHARS, Invalid, Kind, METADATA_BYTES, METADATA_DEPTH, MemoryInput, SCOPE_CHARS, TIMESTAMP_CHARS, json,
    timestamp::is_timestamp,
};
use serde::{
    Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

impl<'a> MemoryInput<'a> {
    /// Reads one memory from JSON text. A byte order mark before it is no part of it; halves of surrogate pairs in `\u` escapes
    /// are read as U+FFFD.
    ///
    /// # Errors
    /// The first field that is not in the contract's shape, or where the text is no JSON.
    pub fn read(json: &'a str) -> Result<Self, Invalid> {
        let text = json.strip_prefix('\u{feff}').unwrap_or(json);
        Self::read_at(text, json.len().saturating_sub(text.len()))
    }

    /// The same for text that begins at byte `start` of the body.
    pub(crate) fn read_at(json: &'a str, start: usize) -> Result<Self, Invalid> {
        let mut fields = Fields::default();
        let mut reader = serde_json::Deserializer::from_str(json);
        let read = reader.deserialize_map(&mut fields).and_then(|()| reader.end());
        if let Some(invalid) = fields.invalid {
            return Err(invalid);
        }
        read.map_err(|error| match error.is_data() {
            true => Invalid::new("", "must be a JSON object"),
            false => json::syntax(&error, json, start),
        })?;
        if fields.memory.content_json.is_none() {
            return Err(Invalid::new("content", "is missing: every memory needs one"));
        }
        Ok(fields.memory)
    }
}

/// Takes the fields as they come: nothing is collected of a memory that has too many.
#[derive(Default)]
struct Fields<'a> {
    memory: MemoryInput<'a>,
    /// What ended the reading.
    invalid: Option<Invalid>,
}

impl<'de> Visitor<'de> for &mut Fields<'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if let Err(invalid) = self.memory.take(name, value) {
                self.invalid = Some(invalid);
                return Err(A::Error::custom("a field is invalid"));
            }
        }
        Ok(())
    }
}

impl<'a> MemoryInput<'a> {
    fn take(&mut self, name: &'a RawValue, value: &'a RawValue) -> Result<(), Invalid> {
        match &*json::name(name) {
            "content" => {
                let (content, json) = text(value, "content", CONTENT_CHARS)?;
                (self.content, self.content_json) = (content, Some(json));
            }
            "user_id" => self.user_id = scope(value, "user_id")?,
            "agent_id" => self.agent_id = scope(value, "agent_id")?,
            "run_id" => self.run_id = scope(value, "run_id")?,
            "metadata" => self.metadata = optional(value, metadata)?,
            "timestamp" => self.timestamp = optional(value, timestamp)?,
            "kind" => self.kind = optional(value, kind)?.unwrap_or_default(),
            name => {
                let fields = "content, user_id, agent_id, run_id, metadata, timestamp and kind";
                return Err(Invalid::unknown_field(name, &format!("a memory: it has {fields}")));
            }
        }
        Ok(())
    }
}

/// `null` is as good as not there.
fn optional<'a, T>(
    value: &'a RawValue,
    read: impl FnOnce(&'a RawValue) -> Result<T, Invalid>,
) -> Result<Option<T>, Invalid> {
    if value.get() == "null" { Ok(None) } else { read(value).map(Some) }
}

/// The text of a string, and its JSON.
fn text<'a>(value: &'a RawValue, place: &str, most: usize) -> Result<(Cow<'a, str>, Cow<'a, RawValue>), Invalid> {
    if !value.get().starts_with('"') {
        return Err(Invalid::new(place, "must be a string"));
    }
    let too_long = || Invalid::new(place, format!("must have at most {most} characters"));
    // A character has at most twelve bytes, as an escaped surrogate pair: what is longer need not be unescaped.
    if value.get().len() > most.saturating_mul(12).saturating_add(2) {
        return Err(too_long());
    }
    let json = json::mended(value);
    let text = json::string(&json).ok_or_else(|| Invalid::new(place, "must be a string"))?;
    // Counting is needed only where there may be too many: no character is less than a byte.
    if text.len() > most && text.chars().count() > most {
        return Err(too_long());
    }
    Ok((text, json))
}

/// A `user_id`, `agent_id` or `run_id`. An empty one names nobody.
fn scope<'a>(value: &'a RawValue, place: &str) -> Result<Option<Cow<'a, str>>, Invalid> {
    let text = optional(value, |value| text(value, place, SCOPE_CHARS))?;
    Ok(text.map(|(text, _)| text).filter(|text| !text.is_empty()))
}

fn metadata(value: &RawValue) -> Result<Cow<'_, RawValue>, Invalid> {
    let invalid = |must: String| Err(Invalid::new("metadata", must));
    if value.get().len() > METADATA_BYTES {
        return invalid(format!("must have at most {METADATA_BYTES} bytes"));
    }
    let demands = json::demands(value.get());
    // What nests deeper than JSON readers go, or holds what they cannot, must not get into the store.
    if !value.get().starts_with('{') || demands.depth > METADATA_DEPTH {
        return invalid(format!("must be null or an object that nests at most {METADATA_DEPTH} levels deep"));
    }
    if demands.has_infinite {
        return invalid("holds a number past 1.8e308, which no JSON reader can hold: send it as a string".to_owned());
    }
    Ok(json::mended(value))
}

fn timestamp(value: &RawValue) -> Result<Cow<'_, str>, Invalid> {
    let invalid = || Invalid::new("timestamp", "must be an ISO 8601 date or datetime, like 2026-05-04T10:30:00Z");
    if !value.get().starts_with('"') {
        return Err(invalid());
    }
    let (text, _) = text(value, "timestamp", TIMESTAMP_CHARS)?;
    if is_timestamp(&text) { Ok(text) } else { Err(invalid()) }
}

fn kind(value: &RawValue) -> Result<Kind, Invalid> {
    serde_json::from_str(value.get()).map_err(|_| Invalid::new("kind", "must be \"note\" or \"session\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(json: &str) -> String {
        MemoryInput::read(json).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_memory_is_read_as_it_was_sent() {
        let memory = MemoryInput::read(
            "\u{feff} {\"content\":\"a \\\"quoted\\\" word\", \"user_id\":null,\"agent_id\":\"a\",\"metadata\":{\"b\":[1, 2]},
            \"timestamp\":\"2026-05-04\",\"\\u006bind\":\"session\"}\n",
        )
        .unwrap();
        assert_eq!(memory.content, "a \"quoted\" word");
        assert_eq!(memory.content_json.unwrap().get(), r#""a \"quoted\" word""#);
        assert_eq!((memory.user_id, memory.agent_id.as_deref()), (None, Some("a")));
        assert_eq!(memory.metadata.unwrap().get(), r#"{"b":[1, 2]}"#);
        assert_eq!((memory.timestamp.as_deref(), memory.kind), (Some("2026-05-04"), Kind::Session));
        assert!(MemoryInput::read(r#"{"content":" \u00a0\n"}"#).unwrap().is_empty());
    }

    #[test]
    fn what_needs_no_mending_is_borrowed() {
        let memory = MemoryInput::read(r#"{"content":"a","metadata":{"b":"\n"}}"#).unwrap();
        assert!(matches!(memory.content, Cow::Borrowed(_)));
        assert!(matches!(memory.content_json, Some(Cow::Borrowed(_))));
        assert!(matches!(memory.metadata, Some(Cow::Borrowed(_))));
    }

    #[test]
    fn null_and_an_empty_id_are_as_good_as_not_there() {
        let all =
            r#"{"content":"a","user_id":"","agent_id":"","run_id":null,"metadata":null,"timestamp":null,"kind":null}"#;
        let read = |json| serde_json::to_string(&MemoryInput::read(json).unwrap()).unwrap();
        assert_eq!(read(all), read(r#"{"content":"a"}"#));
    }

    #[test]
    fn halves_of_surrogate_pairs_are_mended_wherever_they_stand() {
        let memory =
            MemoryInput::read(r#"{"content":"a\ud83d","user_id":"\udE00","metadata":{"\ud800":["\ud83d\ude00"]}}"#)
                .unwrap();
        assert_eq!(memory.content, "a\u{fffd}");
        assert_eq!(memory.content_json.unwrap().get(), r#""a\ufffd""#);
        assert_eq!(memory.user_id.as_deref(), Some("\u{fffd}"));
        assert_eq!(memory.metadata.unwrap().get(), r#"{"\ufffd":["\ud83d\ude00"]}"#);
        assert!(refused(r#"{"a\ud800":1}"#).starts_with("a\u{fffd} is not a field of a memory"));
    }

    #[test]
    fn the_first_bad_field_is_named() {
        for (json, start) in [
            ("", "The body must be JSON: EOF while parsing a value at byte 0."),
            ("{\"content\":\n\"a\",\n\n}", "The body must be JSON: trailing comma at byte 18."),
            ("\u{feff}{\"content\":\"a\"} x", "The body must be JSON: trailing characters at byte 19."),
            ("[]", "The body must be a JSON object."),
            ("1", "The body must be a JSON object."),
            ("{}", "content is missing: every memory needs one."),
            (r#"{"content":null}"#, "content must be a string."),
            (r#"{"content":"a","tags":[]}"#, "tags is not a field of a memory: it has content,"),
            (r#"{"content":"a","":1}"#, "\"\" is not a field of a memory"),
            (r#"{"content":"a","user_id":1}"#, "user_id must be a string."),
            (r#"{"content":"a","metadata":[]}"#, "metadata must be null or an object"),
            (
                r#"{"content":"a","metadata":{"n":[1,-1e400]}}"#,
                "metadata holds a number past 1.8e308, which no JSON reader",
            ),
            (r#"{"content":"a","kind":"fact"}"#, "kind must be \"note\" or \"session\"."),
            (r#"{"content":"a","timestamp":"4 May"}"#, "timestamp must be an ISO 8601 date or datetime"),
            (r#"{"content":"a","timestamp":1767225600}"#, "timestamp must be an ISO 8601 date or datetime"),
            (r#"{"content":"a","timestamp":""}"#, "timestamp must be an ISO 8601 date or datetime"),
            (r#"{"user_id":2,"content":1}"#, "user_id must be a string."),
            (r#"{"user_id":2,"content""#, "user_id must be a string."),
        ] {
            assert!(refused(json).starts_with(start), "{json} → {}", refused(json));
        }
        assert!(MemoryInput::read(r#"{"content":"1e400","metadata":{"1e400":"1e400 \" 1e400"}}"#).is_ok());
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let content = |content: &str| format!(r#"{{"content":"{content}"}}"#);
        for longest in ["é", r"\u00e9", r"\ud83e\udde0", r"\ud800"] {
            assert!(MemoryInput::read(&content(&longest.repeat(CONTENT_CHARS))).is_ok());
            let must = "content must have at most 16000 characters.";
            assert_eq!(refused(&content(&longest.repeat(CONTENT_CHARS + 1))), must);
        }
        assert_eq!(
            refused(&content(&"a".repeat(12 * CONTENT_CHARS + 1))),
            "content must have at most 16000 characters."
        );
        let fraction =
            |digits: usize| format!(r#"{{"content":"a","timestamp":"2026-05-04T10:30:00.{}Z"}}"#, "1".repeat(digits));
        assert!(MemoryInput::read(&fraction(TIMESTAMP_CHARS - 21)).is_ok());
        assert_eq!(refused(&fraction(TIMESTAMP_CHARS - 20)), "timestamp must have at most 64 characters.");
        let id = |id: String| format!(r#"{{"content":"a","run_id":"{id}"}}"#);
        assert!(MemoryInput::read(&id("é".repeat(SCOPE_CHARS))).is_ok());
        assert_eq!(refused(&id("é".repeat(SCOPE_CHARS + 1))), "run_id must have at most 255 characters.");
    }

    #[test]
    fn metadata_that_the_store_cannot_hold_is_refused() {
        let long = |bytes: usize| format!(r#"{{"content":"a","metadata":{{"m":"{}"}}}}"#, "m".repeat(bytes - 8));
        assert!(MemoryInput::read(&long(METADATA_BYTES)).is_ok());
        assert_eq!(refused(&long(METADATA_BYTES + 1)), "metadata must have at most 900000 bytes.");
    }

    #[test]
    fn metadata_that_nests_without_end_is_refused() {
        let nested = |levels| {
            let lists = levels - 1;
            format!(r#"{{"content":"a","metadata":{{"[[":{}"\"[["{}}}}}"#, "[".repeat(lists), "]".repeat(lists))
        };
        assert!(MemoryInput::read(&nested(METADATA_DEPTH)).is_ok());
        assert!(refused(&nested(METADATA_DEPTH + 1)).starts_with("metadata must be null or an object that nests"));
        assert!(refused(&nested(100_000)).starts_with("metadata must be null or an object that nests"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic_and_taken_only_if_it_is_json(
            text in r#"\{("(content|metadata|kind|timestamp|\\ud83d)":|[{}\[\]",:\\é \n0-9e.-]|null|"a"){0,12}\}"#,
        ) {
            if MemoryInput::read(&text).is_ok() {
                prop_assert!(serde_json::from_str::<&RawValue>(&text).is_ok(), "{}", text);
            }
        }
    }
}
