//! What the contract asks of JSON text beyond what the JSON reader does.

use crate::{Invalid, invalid::NAME_BYTES};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The first digits of the least number that rounds to infinity as a double, 1.797…e308, and how many digits it has
/// before the point. The digits are cut off: what agrees in all of them counts as infinite.
const INFINITE: (&[u8], i64) = (b"17976931348623158079", 309);

/// The text of a JSON string, borrowed where it holds no escapes; `None` for every other value.
pub fn string<'a>(json: &Cow<'a, RawValue>) -> Option<Cow<'a, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    match json {
        Cow::Borrowed(json) => serde_json::from_str(json.get()).map(|Text(text)| text).ok(),
        Cow::Owned(json) => serde_json::from_str(json.get()).map(Cow::Owned).ok(),
    }
}

/// A field's name. One that is too long to be known comes as it was sent.
pub fn name(json: &RawValue) -> Cow<'_, str> {
    if json.get().len() > NAME_BYTES {
        Cow::Borrowed(json.get().trim_matches('"'))
    } else {
        string(&mended(json)).unwrap_or_default()
    }
}

/// The same value with each escape of half a surrogate pair, as JavaScript makes them when it cuts a string, turned into
/// that of U+FFFD, as an encoder of UTF-8 does: strict readers take no JSON that holds halves.
pub fn mended(json: &RawValue) -> Cow<'_, RawValue> {
    let mut halves = lone_surrogates(json.get()).peekable();
    if halves.peek().is_none() {
        return Cow::Borrowed(json);
    }
    let mut bytes = json.get().as_bytes().to_vec();
    for at in halves {
        if let Some(half) = bytes.get_mut(at..at.saturating_add(6)) {
            half.copy_from_slice(br"\ufffd");
        }
    }
    let mended = String::from_utf8(bytes).ok().and_then(|text| RawValue::from_string(text).ok());
    mended.map_or(Cow::Borrowed(json), Cow::Owned)
}

/// Where in `json`, which is well-formed, the escapes of lone surrogates begin.
fn lone_surrogates(json: &str) -> impl Iterator<Item = usize> {
    let mut next = 0_usize;
    std::iter::from_fn(move || {
        loop {
            let at = next.saturating_add(json.get(next..)?.find('\\')?);
            let length = match escaped(json, at) {
                Some(0xd800..=0xdbff) if matches!(escaped(json, at.saturating_add(6)), Some(0xdc00..=0xdfff)) => 12,
                Some(0xd800..=0xdfff) => {
                    next = at.saturating_add(6);
                    return Some(at);
                }
                _ => 2,
            };
            next = at.saturating_add(length);
        }
    })
}

/// The code unit that the `\u` escape at `at` stands for.
fn escaped(json: &str, at: usize) -> Option<u16> {
    let hex = json.get(at..)?.strip_prefix(r"\u")?.get(..4)?;
    u16::from_str_radix(hex, 16).ok()
}

/// What a reader has to bear with.
#[derive(PartialEq, Eq, Debug)]
pub struct Demands {
    /// How deep objects and arrays nest.
    pub depth: usize,
    /// Whether some number is too large for a double.
    pub has_infinite: bool,
}

/// Looks through JSON text that is known to be well-formed.
pub fn demands(json: &str) -> Demands {
    let mut demands = Demands { depth: 0, has_infinite: false };
    let mut depth = 0_usize;
    let mut rest = json.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let mut skipped = 0;
        match byte {
            b'"' => skipped = string_length(behind),
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                demands.depth = demands.depth.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'0'..=b'9' => {
                let is_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
                let number = rest.split(|byte| !is_number(byte)).next().unwrap_or_default();
                demands.has_infinite |= is_infinite(number);
                skipped = number.len().saturating_sub(1);
            }
            _ => {}
        }
        rest = behind.get(skipped..).unwrap_or_default();
    }
    demands
}

/// How long the rest of a string is behind its first quote, the last quote included.
fn string_length(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = bytes.iter().position(|byte| match byte {
        _ if is_escaped => {
            is_escaped = false;
            false
        }
        b'\\' => {
            is_escaped = true;
            false
        }
        byte => *byte == b'"',
    });
    end.map_or(bytes.len(), |end| end.saturating_add(1))
}

/// Whether a JSON number without its sign is past the range of a double. `str::parse::<f64>` says the same, but brings
/// tables that would add 16 kB to the Worker's upload.
fn is_infinite(number: &[u8]) -> bool {
    let mut parts = number.splitn(2, |byte| byte.eq_ignore_ascii_case(&b'e'));
    let mantissa = parts.next().unwrap_or_default();
    let digits = || mantissa.iter().copied().filter(|byte| *byte != b'.');
    let zeros = digits().take_while(|digit| *digit == b'0').count();
    if zeros == digits().count() {
        return false;
    }
    let before_point = mantissa.split(|byte| *byte == b'.').next().unwrap_or_default().len();
    let exponent = parts.next().map_or(0, exponent);
    // The number is 0.d₁d₂d₃… times ten to this.
    let magnitude = exponent.saturating_add_unsigned(before_point as u64).saturating_sub_unsigned(zeros as u64);
    magnitude > INFINITE.1 || magnitude == INFINITE.1 && digits().skip(zeros).ge(INFINITE.0.iter().copied())
}

fn exponent(text: &[u8]) -> i64 {
    let farthest = if text.starts_with(b"-") { i64::MIN } else { i64::MAX };
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(farthest)
}

/// Says what is wrong with `json`, which begins at byte `start` of the body, and where in the body.
pub fn syntax(error: &serde_json::Error, json: &str, start: usize) -> Invalid {
    // serde_json counts lines from 1, and from 1 the bytes in them.
    let line = error.line().checked_sub(2).and_then(|newline| json.match_indices('\n').nth(newline));
    let line_start = line.map_or(0, |(newline, _)| newline.saturating_add(1));
    let at = if error.is_eof() { json.len() } else { line_start.saturating_add(error.column()).saturating_sub(1) };
    Invalid::not_json(&without_place(error), start.saturating_add(at))
}

/// What serde_json says, without the place that it says it at: that is counted in the text that was read alone.
pub fn without_place(error: &serde_json::Error) -> String {
    let (mut text, place) = (error.to_string(), format!(" at line {} column {}", error.line(), error.column()));
    if text.ends_with(&place) {
        text.truncate(text.len().saturating_sub(place.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mend(json: &str) -> String {
        mended(serde_json::from_str(json).unwrap()).get().to_owned()
    }

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character() {
        for (json, mended) in [
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (r#""\uDE00\uD83D""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\uD83D\ude00!""#, r#""\ufffd\uD83D\ude00!""#),
            (r#""\ud83d\n\ude00""#, r#""\ufffd\n\ufffd""#),
            (r#""\\ud83d \\\ud83d \u00e9""#, r#""\\ud83d \\\ufffd \u00e9""#),
            (r#"{"\udfff":["\ud800é\\"]}"#, r#"{"\ufffd":["\ufffdé\\"]}"#),
            (r#""\ud7ff\ue000""#, r#""\ud7ff\ue000""#),
        ] {
            assert_eq!(mend(json), mended);
        }
    }

    #[test]
    fn depth_and_numbers_are_those_outside_of_strings() {
        for (json, depth, has_infinite) in [
            (r#"{"[[1e999\"[[":[{"a":"1e999"},1e308]}"#, 3, false),
            (r#"{"a\\":[-1e309]}"#, 2, true),
            ("[[],[0,1e400]]", 2, true),
            ("[0e400,1e-400]", 1, false),
        ] {
            assert_eq!(demands(json), Demands { depth, has_infinite }, "{json}");
        }
    }

    #[test]
    fn the_largest_double_is_not_past_their_range() {
        let thousand = "1".repeat(309);
        for (number, expected) in [
            ("1.7976931348623157e308", false),
            ("17976931348623157000e289", false),
            ("0.017976931348623159E+310", true),
            ("1.7976931348623158e308", false),
            (&*thousand, false),
            ("2e308", true),
            ("1e99999999999999999999", true),
            ("1e-99999999999999999999", false),
            ("0.000e99999999999999999999", false),
        ] {
            assert_eq!(is_infinite(number.as_bytes()), expected, "{number}");
            assert_eq!(number.parse::<f64>().unwrap().is_infinite(), expected, "{number}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_judged_as_the_standard_library_reads_them(
            number in "(0|[1-9][0-9]{0,320})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
        ) {
            prop_assert_eq!(is_infinite(number.as_bytes()), number.parse::<f64>().unwrap().is_infinite());
        }

        #[test]
        fn what_is_mended_can_be_read(text in r#"([ -!#-\[\]-~é]|\\n|\\\\|\\u[dD][0-9a-fA-F]{3}|\\u0[0-9a-f]{3}){0,40}"#) {
            let json = format!("\"{text}\"");
            let mended = mend(&json);
            prop_assert_eq!(mended.len(), json.len());
            let read = serde_json::from_str::<String>(&mended);
            prop_assert!(read.is_ok(), "{}", mended);
            if let Ok(text) = serde_json::from_str::<String>(&json) {
                prop_assert_eq!(read.unwrap(), text);
            }
        }
    }
}
