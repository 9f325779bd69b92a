use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use speedate::{Date, DateTime};
use std::{borrow::Cow, fmt};

/// The most memories in one batch.
pub const BATCH_ITEMS: usize = 500;
/// The longest content, in characters.
pub const CONTENT_CHARS: usize = 16_000;
/// The longest `user_id`, `agent_id` or `run_id`, in characters.
pub const SCOPE_CHARS: usize = 255;
/// How deep the objects and arrays of metadata may nest.
pub const METADATA_DEPTH: usize = 100;

/// The most bytes of metadata, as sent. One value of the database holds at most 2,000,000: an item with each quote of its
/// metadata escaped, and with the longest content beside it, still fits into one.
pub const METADATA_BYTES: usize = 900_000;

/// What a memory is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A single note.
    #[default]
    Note,
    /// The record of a whole session.
    Session,
}

/// One memory as a client sends it, alone or as an item of a batch. Borrowed from the body it was read from.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MemoryInput<'a> {
    /// At most [`CONTENT_CHARS`]. Empty or only white space is no error of shape: such an item fails when it is imported.
    pub content: Cow<'a, str>,
    /// The same as JSON, as it was sent: passing it on takes half the time of writing it anew. `None` where it was not read.
    #[serde(skip)]
    pub content_json: Option<&'a RawValue>,
    /// Whom it is about; at most [`SCOPE_CHARS`], like the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Cow<'a, str>>,
    /// Which agent wrote it. How many an account may have is capped by its tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<Cow<'a, str>>,
    /// In which run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Cow<'a, str>>,
    /// A JSON object, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<&'a RawValue>,
    /// When it happened: an ISO 8601 date or datetime, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Cow<'a, str>>,
    /// What it is.
    pub kind: Kind,
}

/// The first place in a body that is not in the contract's shape.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// Where, e.g. `memories[3].content`; empty for the body as a whole.
    pub place: String,
    /// What it must be, to be read after the place.
    pub must: String,
}

impl Invalid {
    fn new(place: impl Into<String>, must: impl Into<String>) -> Self {
        Self { place: place.into(), must: must.into() }
    }

    fn below(self, parent: &str) -> Self {
        let dot = if self.place.is_empty() { "" } else { "." };
        Self { place: format!("{parent}{dot}{}", self.place), ..self }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "The body" } else { &self.place };
        write!(out, "{place} {}.", self.must)
    }
}

impl std::error::Error for Invalid {}

impl<'a> MemoryInput<'a> {
    /// Reads one memory from JSON text, or names the first field that is not in the contract's shape.
    pub fn read(json: &'a str) -> Result<Self, Invalid> {
        let mut memory = Self::default();
        let mut content = None;
        for (name, raw) in object(json)? {
            let value = raw.get();
            match &*name {
                "content" => {
                    content = Some(text(value, "content", CONTENT_CHARS)?);
                    memory.content_json = Some(raw);
                }
                "user_id" => memory.user_id = optional(value, |value| text(value, "user_id", SCOPE_CHARS))?,
                "agent_id" => memory.agent_id = optional(value, |value| text(value, "agent_id", SCOPE_CHARS))?,
                "run_id" => memory.run_id = optional(value, |value| text(value, "run_id", SCOPE_CHARS))?,
                "metadata" => memory.metadata = optional(value, metadata)?,
                "timestamp" => memory.timestamp = Some(timestamp(value)?),
                "kind" => {
                    memory.kind = serde_json::from_str(value)
                        .map_err(|_| Invalid::new("kind", "must be \"note\" or \"session\""))?;
                }
                _ => {
                    let fields = "content, user_id, agent_id, run_id, metadata, timestamp and kind";
                    return Err(Invalid::new(name, format!("is not a field of a memory: it has {fields}")));
                }
            }
        }
        memory.content = content.ok_or_else(|| Invalid::new("content", "is missing: every memory needs one"))?;
        Ok(memory)
    }

    /// Whether there is nothing in it to import.
    pub fn is_empty(&self) -> bool {
        self.content.trim().is_empty()
    }
}

/// Reads the body of `POST /v1/batch`, or names the first place that is not in the contract's shape.
pub fn read_batch(body: &str) -> Result<Vec<MemoryInput<'_>>, Invalid> {
    let mut memories = None;
    for (name, value) in object(body)? {
        if name != "memories" {
            return Err(Invalid::new(name, "is not a field of a batch: it has only memories"));
        }
        memories = Some(value);
    }
    let memories = memories.ok_or_else(|| Invalid::new("memories", "is missing: send {\"memories\": […]}"))?;
    let items: Vec<&RawValue> =
        serde_json::from_str(memories.get()).map_err(|_| Invalid::new("memories", "must be an array"))?;
    if !(1..=BATCH_ITEMS).contains(&items.len()) {
        let must = format!("must hold 1 to {BATCH_ITEMS} memories, not {}", items.len());
        return Err(Invalid::new("memories", must));
    }
    let mut batch = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        batch.push(MemoryInput::read(item.get()).map_err(|invalid| invalid.below(&format!("memories[{index}]")))?);
    }
    Ok(batch)
}

/// The fields of a JSON object in the order in which they were sent.
fn object(json: &str) -> Result<Vec<(Cow<'_, str>, &RawValue)>, Invalid> {
    let fields: Fields<'_> = serde_json::from_str(json).map_err(|error| {
        let must = if error.is_data() { "must be a JSON object".to_owned() } else { format!("must be JSON: {error}") };
        Invalid::new("", must)
    })?;
    Ok(fields.0)
}

/// `null` is as good as not there.
fn optional<'a, T>(value: &'a str, read: impl FnOnce(&'a str) -> Result<T, Invalid>) -> Result<Option<T>, Invalid> {
    if value == "null" { Ok(None) } else { read(value).map(Some) }
}

fn text<'a>(value: &'a str, place: &str, most: usize) -> Result<Cow<'a, str>, Invalid> {
    let Text(text) = serde_json::from_str(value).map_err(|_| Invalid::new(place, "must be a string"))?;
    // Counting is needed only where there may be too many: no character is less than a byte.
    if text.len() > most && text.chars().count() > most {
        return Err(Invalid::new(place, format!("must have at most {most} characters")));
    }
    Ok(text)
}

fn metadata(value: &str) -> Result<&RawValue, Invalid> {
    if value.len() > METADATA_BYTES {
        return Err(Invalid::new("metadata", format!("must have at most {METADATA_BYTES} bytes")));
    }
    // What nests deeper than JSON readers go must not get into the store.
    if !value.starts_with('{') || depth(value) > METADATA_DEPTH {
        let must = format!("must be null or an object that nests at most {METADATA_DEPTH} levels deep");
        return Err(Invalid::new("metadata", must));
    }
    serde_json::from_str(value).map_err(|_| Invalid::new("metadata", "must be null or an object"))
}

/// How deep JSON text nests that is known to be well-formed.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn timestamp(value: &str) -> Result<Cow<'_, str>, Invalid> {
    let invalid = || Invalid::new("timestamp", "must be an ISO 8601 date or datetime, like 2026-05-04T10:30:00Z");
    let Text(text) = serde_json::from_str(value).map_err(|_| invalid())?;
    if Date::parse_str_rfc3339(&text).is_err() && DateTime::parse_str_rfc3339(&text).is_err() {
        return Err(invalid());
    }
    Ok(text)
}

/// A string that is borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Collect).map(Self)
    }
}

/// A memory as it is read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Memory {
    /// `mem_` + 32 lower-case hex digits.
    pub id: String,
    /// As it was sent.
    pub content: String,
    /// Whom it is about.
    pub user_id: Option<String>,
    /// Which agent wrote it.
    pub agent_id: Option<String>,
    /// In which run.
    pub run_id: Option<String>,
    /// As it was sent; `{}` where there was none.
    pub metadata: Box<RawValue>,
    /// What it is.
    pub kind: Kind,
    /// When it was stored, RFC 3339 in UTC.
    pub created_at: String,
    /// When it last changed, RFC 3339 in UTC.
    pub updated_at: String,
    /// Always empty here: facts are not extracted by this service.
    pub facts: [(); 0],
}

/// A page of `GET /v1/memories`, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MemoryList<M = Memory> {
    /// At most `limit` of them. The Worker passes them on as the store wrote them.
    pub memories: Vec<M>,
    /// How many match in all.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> String {
        read_batch(body).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_batch_is_read_as_it_was_sent() {
        let body = r#"{"memories":[
            {"content":"a \"quoted\" word","user_id":null,"agent_id":"a","metadata":{"b":[1, 2]},"timestamp":"2026-05-04"},
            {"content":" \u00a0\n","kind":"session","timestamp":"2026-05-04T10:30:00.123+02:00"}]}"#;
        let batch = read_batch(body).unwrap();
        assert_eq!(batch[0].content, "a \"quoted\" word");
        assert_eq!(batch[0].content_json.unwrap().get(), r#""a \"quoted\" word""#);
        assert_eq!((batch[0].user_id.as_deref(), batch[0].agent_id.as_deref()), (None, Some("a")));
        assert_eq!(batch[0].metadata.unwrap().get(), r#"{"b":[1, 2]}"#);
        assert!(!batch[0].is_empty() && batch[1].is_empty());
        assert_eq!(batch[1].kind, Kind::Session);
    }

    #[test]
    fn the_first_bad_place_is_named() {
        for (body, start) in [
            ("", "The body must be JSON"),
            ("[]", "The body must be a JSON object."),
            ("{\"memories\":[{}", "The body must be JSON"),
            ("{}", "memories is missing"),
            (r#"{"memory":[]}"#, "memory is not a field of a batch"),
            (r#"{"memories":{}}"#, "memories must be an array."),
            (r#"{"memories":[]}"#, "memories must hold 1 to 500 memories, not 0."),
            (r#"{"memories":[1]}"#, "memories[0] must be a JSON object."),
            (r#"{"memories":[{"content":"a"},{}]}"#, "memories[1].content is missing"),
            (r#"{"memories":[{"content":null}]}"#, "memories[0].content must be a string."),
            (r#"{"memories":[{"content":"\ud800"}]}"#, "memories[0].content must be a string."),
            (r#"{"memories":[{"content":"a","tags":[]}]}"#, "memories[0].tags is not a field"),
            (r#"{"memories":[{"content":"a","user_id":1}]}"#, "memories[0].user_id must be a string."),
            (r#"{"memories":[{"content":"a","metadata":[]}]}"#, "memories[0].metadata must be null or an object"),
            (r#"{"memories":[{"content":"a","kind":"fact"}]}"#, "memories[0].kind must be"),
            (r#"{"memories":[{"content":"a","timestamp":"4 May"}]}"#, "memories[0].timestamp must be an ISO 8601"),
            (r#"{"memories":[{"content":"a","timestamp":1767225600}]}"#, "memories[0].timestamp must be an ISO 8601"),
            (r#"{"memories":[{"user_id":2,"content":1}]}"#, "memories[0].user_id"),
        ] {
            assert!(refused(body).starts_with(start), "{body} → {}", refused(body));
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let body = |content: String| format!(r#"{{"memories":[{{"content":"{content}"}}]}}"#);
        assert!(read_batch(&body("é".repeat(CONTENT_CHARS))).is_ok());
        assert_eq!(
            refused(&body("é".repeat(CONTENT_CHARS + 1))),
            "memories[0].content must have at most 16000 characters."
        );
    }

    #[test]
    fn metadata_that_the_store_cannot_hold_is_refused() {
        let long = |bytes: usize| format!(r#"{{"content":"a","metadata":{{"m":"{}"}}}}"#, "m".repeat(bytes - 8));
        assert!(MemoryInput::read(&long(METADATA_BYTES)).is_ok());
        assert_eq!(
            MemoryInput::read(&long(METADATA_BYTES + 1)).unwrap_err().to_string(),
            "metadata must have at most 900000 bytes."
        );
    }

    #[test]
    fn metadata_that_nests_without_end_is_refused() {
        let nested = |levels| {
            let lists = levels - 1;
            format!(r#"{{"content":"a","metadata":{{"[[":{}"\"[["{}}}}}"#, "[".repeat(lists), "]".repeat(lists))
        };
        assert!(MemoryInput::read(&nested(METADATA_DEPTH)).is_ok());
        assert_eq!(MemoryInput::read(&nested(METADATA_DEPTH + 1)).unwrap_err().place, "metadata");
    }
}
