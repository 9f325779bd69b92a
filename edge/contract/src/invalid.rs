use std::fmt;

/// How much of a field's name is quoted, in characters: it is the client's, and may be of any length.
const NAME_CHARS: usize = 64;

/// The most bytes of a name's JSON that are looked at: as many as the quoted part has when all of it is escaped surrogate
/// pairs. Every known name is shorter, however it is escaped.
pub const NAME_BYTES: usize = NAME_CHARS * 12 + 2;

/// The first place in a body that is not in the contract's shape.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// Where, e.g. `memories[3].content`; empty for the body as a whole. A name that is no field's is cut to 64
    /// characters, and holds no control character.
    pub place: String,
    /// What it must be, to be read after the place.
    pub must: String,
}

impl Invalid {
    pub(crate) fn new(place: impl Into<String>, must: impl Into<String>) -> Self {
        Self { place: place.into(), must: must.into() }
    }

    /// `at` counts the bytes of the body before the one that is wrong.
    pub(crate) fn not_json(why: &str, at: usize) -> Self {
        Self::new("", format!("must be JSON: {why} at byte {at}"))
    }

    /// `at` as for [`Self::not_json`].
    pub(crate) fn not_utf8(at: usize) -> Self {
        Self::new("", format!("must be UTF-8: it is not at byte {at}"))
    }

    pub(crate) fn unknown_field(name: &str, is_not: &str) -> Self {
        Self::new(quoted(name), format!("is not a field of {is_not}"))
    }

    /// The same seen from the body of the batch. Text that cannot be read is a fault of the body as a whole.
    pub(crate) fn in_item(self, index: u32) -> Self {
        if self.place.is_empty() {
            return self;
        }
        Self { place: format!("memories[{index}].{}", self.place), ..self }
    }
}

/// A name that a client chose, fit for a sentence and for a terminal.
fn quoted(name: &str) -> String {
    if name.is_empty() {
        return "\"\"".to_owned();
    }
    let harmless = |character: char| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
    let mut quoted: String = name.chars().take(NAME_CHARS).map(harmless).collect();
    if name.chars().nth(NAME_CHARS).is_some() {
        quoted.pop();
        quoted.push('…');
    }
    quoted
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "The body" } else { &self.place };
        write!(out, "{place} {}.", self.must)
    }
}

impl std::error::Error for Invalid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_short_and_without_control_characters() {
        assert_eq!(quoted("größe"), "größe");
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("a\u{1b}[31m\n\u{9b}"), "a\u{fffd}[31m\u{fffd}\u{fffd}");
        assert_eq!(quoted(&"é".repeat(NAME_CHARS)), "é".repeat(NAME_CHARS));
        assert_eq!(quoted(&"é".repeat(NAME_CHARS + 1)), "é".repeat(NAME_CHARS - 1) + "…");
    }
}
