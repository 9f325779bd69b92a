//! One name for reasons that differ only in their particulars.

use std::borrow::Cow;

/// The longest normalised reason, in characters; what is longer is as good as the same.
const LONGEST: usize = 160;
/// From this length on, hex digits with at least one digit among them are an id and not a word.
const ID_LENGTH: usize = 8;

/// `text` with every number, id and quoted part replaced by `#`, and white space evened out.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST * 2));
    let (mut chars, mut rest) = (0, text.trim_start());
    while let Some(first) = rest.chars().next() {
        if chars >= LONGEST {
            out.push('…');
            break;
        }
        let length = token(first, rest);
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let replaced = replace(first, part);
        if !(replaced == "#" && out.ends_with('#')) {
            chars += replaced.chars().count();
            out.push_str(&replaced);
        }
        rest = after;
    }
    out.truncate(out.trim_end().len());
    out
}

/// The length in bytes of the first token of `rest`, which begins with `first`.
fn token(first: char, rest: &str) -> usize {
    let run = |belongs: fn(char) -> bool| rest.find(|next| !belongs(next)).unwrap_or(rest.len());
    match first {
        '"' | '`' => {
            let inside = rest.get(1..).unwrap_or("");
            inside.find(first).map_or(1, |end| end + 2)
        }
        _ if first.is_whitespace() => run(char::is_whitespace),
        _ if first.is_ascii_alphanumeric() => run(|next| next.is_ascii_alphanumeric() || matches!(next, '-' | '_')),
        _ => first.len_utf8(),
    }
}

fn replace(first: char, part: &str) -> Cow<'_, str> {
    if first.is_whitespace() {
        return " ".into();
    }
    if matches!(first, '"' | '`') && part.len() > 1 {
        return "#".into();
    }
    if !part.bytes().any(|byte| byte.is_ascii_digit()) {
        // A long word is cut here, so that it cannot outgrow the whole.
        return part.chars().take(LONGEST).collect::<String>().into();
    }
    if part.len() >= ID_LENGTH && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        return "#".into();
    }
    let mut out = String::new();
    for next in part.chars().take(LONGEST) {
        match next {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            other => out.push(other),
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_differ_in_their_particulars_have_one_name() {
        for (text, name) in [
            ("monthly write quota reached (25000)", "monthly write quota reached (#)"),
            ("agent cap reached (3)", "agent cap reached (#)"),
            ("content must not be empty", "content must not be empty"),
            ("  row 12  of\n file ", "row # of file"),
            ("agent importer-0042 is new", "agent importer-# is new"),
            ("job 8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b is gone", "job # is gone"),
            ("object deadbeef01 and deadbeef", "object # and deadbeef"),
            ("took 12.5 s at 10.0.0.17", "took #.# s at #.#.#.#"),
            ("user \"Ann Lee\" is unknown", "user # is unknown"),
            ("an open \" quote", "an open \" quote"),
            ("größe 5 überschritten", "größe # überschritten"),
            ("", ""),
        ] {
            assert_eq!(normalise(text), name, "{text}");
        }
    }

    #[test]
    fn a_name_stays_short_whatever_the_reason() {
        for text in ["W".repeat(100_000), "w ".repeat(50_000), "é".repeat(50_000), "1a".repeat(50_000)] {
            assert!(normalise(&text).chars().count() <= 2 * LONGEST + 1);
        }
    }
}
