//! A value of JSON that is broken, and where the next one begins: on a line of its own, no deeper than the broken one.

use super::{Expected, Scanner};
use crate::files::file::{PORTION, Row};

/// How often a text may be gone through, where broken rows make it necessary to begin again behind them.
const MOST_ROUNDS: usize = 4;
/// How far into a text that does not call itself JSON it has to look like it, in bytes.
const EARLY: usize = 1_000;

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
        // No other white space is any in JSON.
        let row = text.get(self.start..end).unwrap_or_default().trim_end_matches([' ', '\t', '\r', '\n']);
        Row::new(self.line, self.start..self.start + row.len())
    }
}

impl Scanner {
    /// Ends with an error where the text is one value; else takes what is broken for a row of its own, which goes to where
    /// the next value begins.
    pub(super) fn begin_broken(&mut self, text: &str, why: &str) -> Result<(), String> {
        let is_open = !self.open.is_empty() || self.in_string;
        let line = self.line(text, self.at);
        self.breaks_early |= self.documents <= 1 && line <= self.top.line.max(1) && self.at < self.top.at + EARLY;
        let says = || {
            let line_before = text.as_bytes().get(..self.at).unwrap_or_default();
            let begin = line_before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
            let column = text.get(begin..self.at).unwrap_or_default().chars().count() + 1;
            format!("The file is not JSON: line {line}, column {column}: {why}.")
        };
        let is_only = is_open && self.documents == 1 && self.rows.is_empty();
        let in_list = || self.open.iter().any(|open| open.list.is_some_and(|list| self.document.is_known(list)));
        let is_one_value = is_open && self.first == b'[' || is_only && line > self.top.line && in_list();
        if is_one_value || self.worked > text.len().saturating_mul(MOST_ROUNDS).saturating_add(PORTION) {
            return Err(says());
        }
        let says = is_only.then(says);
        let (start, line) = if is_open { (self.top.at, self.top.line) } else { (self.at, line) };
        if !is_open {
            self.documents += 1;
            self.settle(false);
        }
        self.open.clear();
        (self.in_string, self.expected, self.at, self.counted) = (false, Expected::Value, start, (start, line));
        let (first, indentation) = (self.first, self.indentation);
        self.broken = Some(Broken { start, line, first, indentation, says });
        Ok(())
    }

    pub(super) fn skip_broken(&mut self, text: &str) -> Result<(), String> {
        let Some(broken) = &self.broken else { return Ok(()) };
        let (end, is_end) = match broken.next(text, self.at) {
            Next::Further(at) => (at, false),
            Next::At(at) => (at, true),
            Next::Nowhere => match &broken.says {
                Some(says) => return Err(says.clone()),
                None => (text.len(), true),
            },
        };
        if is_end {
            self.rows.push(broken.row(text, end));
            self.broken = None;
        }
        self.at = end;
        self.count_lines(text);
        Ok(())
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
