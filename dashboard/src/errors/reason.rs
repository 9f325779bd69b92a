//! One name for reasons that differ only in their particulars.

/// How much of a reason counts, in bytes; what is longer is as good as the same.
const LONGEST: usize = 320;
/// From this length on, hex digits with at least one digit among them are an id and not a word.
const ID_LENGTH: usize = 8;

/// Writes `text` to `name`, which is empty, with every number, id and quoted part replaced by `#`, and white space
/// evened out. There may be megabytes of it, so what stays as it is is copied in as few pieces as can be.
pub fn normalise(text: &str, name: &mut String) {
    let trimmed = text.trim_ascii();
    let text = trimmed.get(..trimmed.floor_char_boundary(LONGEST)).unwrap_or_default();
    let bytes = text.as_bytes();
    let between = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                let before = between(copied, at).bytes().rev().take_while(is_of_word).count();
                let word = at - before..at + between(at, text.len()).bytes().take_while(is_of_word).count();
                name.push_str(between(copied, word.start));
                push_word(between(word.start, word.end), name);
                (copied, at) = (word.end, word.end);
            }
            b'"' | b'`' => match between(at + 1, text.len()).bytes().position(|next| next == byte) {
                Some(inside) => {
                    name.push_str(between(copied, at));
                    push_mark(name);
                    at += inside + 2;
                    copied = at;
                }
                None => at += 1,
            },
            _ if byte.is_ascii_whitespace() => {
                let end = at + between(at, text.len()).bytes().take_while(u8::is_ascii_whitespace).count();
                if between(at, end) != " " {
                    name.push_str(between(copied, at));
                    name.push(' ');
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    name.push_str(between(copied, text.len()));
    if text.len() < trimmed.len() {
        name.push('…');
    }
}

fn is_of_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A word with at least one digit: nothing is left of an id, and of another the letters.
fn push_word(word: &str, name: &mut String) {
    if word.len() >= ID_LENGTH && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        return push_mark(name);
    }
    for byte in word.bytes() {
        if byte.is_ascii_digit() { push_mark(name) } else { name.push(char::from(byte)) }
    }
}

fn push_mark(name: &mut String) {
    if !name.ends_with('#') {
        name.push('#');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(text: &str) -> String {
        let mut name = String::new();
        normalise(text, &mut name);
        name
    }

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
            assert_eq!(normalised(text), name, "{text}");
        }
    }

    #[test]
    fn a_name_stays_short_whatever_the_reason() {
        for text in ["W".repeat(100_000), "w ".repeat(50_000), "é".repeat(50_000), "1a".repeat(50_000)] {
            assert!(normalised(&text).len() <= LONGEST + 3);
        }
    }
}
