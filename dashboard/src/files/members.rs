//! The fields of one JSON object.

use serde::{
    Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// Calls `take` with the name and the JSON of each field of the object that `json` is.
///
/// # Errors
/// What is wrong with `json`, in words that follow `must be JSON:`; `None` where it is no object.
pub fn each<'a>(json: &'a str, take: impl FnMut(Cow<'a, str>, &'a str)) -> Result<(), Option<String>> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let read = reader.deserialize_map(Members(take)).and_then(|()| reader.end());
    read.map_err(|error| (!error.is_data()).then(|| contract::without_place(&error)))
}

struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de str)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            (self.0)(string(name.get()).ok_or_else(|| A::Error::custom("a name"))?, value.get());
        }
        Ok(())
    }
}

/// The text of a JSON string. One that no encoder of UTF-8 could write is taken as it stands.
pub fn string(json: &str) -> Option<Cow<'_, str>> {
    let inside = json.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') {
        Some(serde_json::from_str(json).map_or(inside.into(), Cow::Owned))
    } else {
        Some(inside.into())
    }
}

/// `text` as a JSON string.
pub fn quoted(text: &str) -> String {
    // A string always has a form in JSON.
    serde_json::to_string(text).unwrap_or_default()
}
