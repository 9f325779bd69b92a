//! A value of JSON that is broken, and where the next one begins: on a line of its own, no deeper than the broken one.

use super::file::{PORTION, Row};

/// What is skipped.
pub struct Broken {
    /// Where it begins.
    pub start: usize,
    /// In which line.
    pub line: u32,
    /// What values at the top begin with.
    pub first: u8,
    /// How many blanks stand before it.
    pub indentation: usize,
    /// What is wrong with the whole text, should no other value be in it.
    pub says: Option<String>,
}

/// Where the next value begins.
#[derive(PartialEq, Eq, Debug)]
pub enum Next {
    /// There.
    At(usize),
    /// Not before that.
    Further(usize),
    /// There is none.
    Nowhere,
}

impl Broken {
    /// Looks for the next value in a portion of `text` from `at` on.
    pub fn next(&self, text: &str, at: usize) -> Next {
        let bytes = text.as_bytes();
        let until = text.ceil_char_boundary(at.saturating_add(PORTION));
        for (place, byte) in bytes.iter().enumerate().take(until).skip(at.max(self.start + 1)) {
            match byte {
                0x1e => return Next::At(place),
                b'\n' | b'\r' if self.begins(bytes.get(place + 1..).unwrap_or_default()) => return Next::At(place + 1),
                _ => {}
            }
        }
        if until < bytes.len() { Next::Further(until) } else { Next::Nowhere }
    }

    fn begins(&self, line: &[u8]) -> bool {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let blanks = line.iter().take(self.indentation).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        line.get(blanks) == Some(&self.first)
    }

    /// The row that it is, if the next one begins at `end`.
    pub fn row(&self, text: &str, end: usize) -> Row {
        let row = text.get(self.start..end).unwrap_or_default().trim_end();
        Row::new(self.line, self.start..self.start + row.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_value_begins_no_deeper_than_the_broken_one() {
        let broken = |indentation| Broken { start: 0, line: 1, first: b'{', indentation, says: None };
        for (text, indentation, next) in [
            ("{\"a\":\n{}", 0, Next::At(6)),
            ("{\"a\":\n  {}\n}\r\n{}", 0, Next::At(14)),
            ("{\"a\":\n  {}", 2, Next::At(6)),
            ("{\"a\":\n\u{feff}{}", 2, Next::At(6)),
            ("{\"a\":\n  {}\u{1e} {}", 0, Next::At(10)),
            ("{\"a\":\n", 0, Next::Nowhere),
        ] {
            assert_eq!(broken(indentation).next(text, 0), next, "{text}");
        }
        let text = format!("{{\"{}\n{{}}", "é".repeat(PORTION));
        let Next::Further(further) = broken(0).next(&text, 0) else { panic!("in one go") };
        let Next::Further(further) = broken(0).next(&text, further) else { panic!("in two") };
        assert_eq!(broken(0).next(&text, further), Next::At(text.len() - 2));
    }
}
