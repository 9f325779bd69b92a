//! One row of a table as its cells.

use super::file::LONGEST;
use std::{borrow::Cow, ops::Range};

/// How cells are told from one another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// What stands between them; `None` where each line is one cell.
    pub delimiter: Option<char>,
    /// Whether quotes hold a cell together. Those of plain text are part of it.
    pub has_quotes: bool,
}

/// What a cell ends with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// What stands between cells. One that no memory is as long as is cut, so that no look at one takes long.
    Delimiter,
    /// The end of a line.
    Line,
    /// The end of the text.
    Text,
}

/// What is wrong with the quotes of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A quote opens and does not close.
    NotClosed,
    /// Something stands between the quote that closes and the end of the cell.
    TextBehind,
}

/// Where a cell is, and how it is written.
pub struct Cell {
    /// Its value, without the quotes around it.
    pub value: Range<usize>,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// What it ends with.
    pub end: End,
    /// Where it ends.
    pub stop: usize,
    /// Where the next one begins.
    pub next: usize,
    is_quoted: bool,
}

/// What puts a quote into a quoted cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// A second quote.
    Quote,
    /// A second quote or, as databases write it, a backslash.
    Backslash,
}

/// The cell of `text` that begins at `at`.
pub fn cell(text: &str, at: usize, layout: Layout) -> Cell {
    escaped_cell(text, at, layout, Escape::Quote)
}

fn escaped_cell(text: &str, at: usize, layout: Layout, escape: Escape) -> Cell {
    let rest = text.get(at..).unwrap_or_default();
    // Some write a space behind each delimiter.
    let blank = |char: char| matches!(char, ' ' | '\t') && Some(char) != layout.delimiter;
    let near = rest.get(..rest.floor_char_boundary(LONGEST)).unwrap_or_default();
    let opens = at + near.len() - near.trim_start_matches(blank).len();
    let is_quoted = layout.has_quotes && text.get(opens..).is_some_and(|rest| rest.starts_with('"'));
    if !is_quoted {
        let (stop, end, next) = ending(text, at, layout.delimiter);
        return Cell { value: at..stop, fault: None, end, stop, next, is_quoted };
    }
    let start = opens + 1;
    let Some(closes) = closing(text, start, escape) else {
        let (stop, end) = (text.len(), End::Text);
        return Cell { value: start..stop, fault: Some(Fault::NotClosed), end, stop, next: stop, is_quoted };
    };
    let (stop, end, next) = ending(text, closes + 1, layout.delimiter);
    let is_clean = text.get(closes + 1..stop).is_some_and(|behind| behind.trim().is_empty());
    let fault = (!is_clean).then_some(Fault::TextBehind);
    Cell { value: start..closes, fault, end, stop, next, is_quoted }
}

/// Where the quote closes that opened before `start`.
fn closing(text: &str, start: usize, escape: Escape) -> Option<usize> {
    let bytes = text.as_bytes();
    let last = bytes.len().min(start.saturating_add(LONGEST));
    let mut at = start;
    loop {
        let stops = |byte: &u8| *byte == b'"' || *byte == b'\\' && escape == Escape::Backslash;
        at += bytes.get(at..last)?.iter().position(stops)?;
        if bytes.get(at) == Some(&b'"') && bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Where the unquoted rest of a cell ends, with what, and where the next one begins.
fn ending(text: &str, at: usize, delimiter: Option<char>) -> (usize, End, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r') || Some(char::from(*byte)) == delimiter;
    let rest = rest.get(..rest.floor_char_boundary(LONGEST)).unwrap_or_default();
    let Some(length) = rest.as_bytes().iter().position(is_end) else {
        let stop = at + rest.len();
        return (stop, if stop == text.len() { End::Text } else { End::Delimiter }, stop);
    };
    let (stop, behind) = (at + length, text.get(at + length..).unwrap_or_default());
    match behind.as_bytes() {
        [b'\r', b'\n', ..] => (stop, End::Line, stop + 2),
        [b'\r' | b'\n', ..] => (stop, End::Line, stop + 1),
        _ => (stop, End::Delimiter, stop + 1),
    }
}

/// The cells of one row.
pub struct Cells<'a> {
    /// Their values.
    pub values: Vec<Cow<'a, str>>,
    /// The first one, from 0, that something is wrong with.
    pub fault: Option<(usize, Fault)>,
    /// Where the next row begins.
    pub next: usize,
}

/// The row of `text` that begins at `at`.
pub fn cells(text: &str, at: usize, layout: Layout) -> Cells<'_> {
    let row = escaped_cells(text, at, layout, Escape::Quote);
    let faulty = text.get(at..row.next).filter(|row| row.contains("\\\""));
    if row.fault.is_some() && faulty.is_some() {
        let other = escaped_cells(text, at, layout, Escape::Backslash);
        if other.fault.is_none() && other.next == row.next {
            return other;
        }
    }
    row
}

fn escaped_cells(text: &str, at: usize, layout: Layout, escape: Escape) -> Cells<'_> {
    let mut row = Cells { values: Vec::new(), fault: None, next: at };
    loop {
        let cell = escaped_cell(text, row.next, layout, escape);
        if let (None, Some(fault)) = (row.fault, cell.fault) {
            row.fault = Some((row.values.len(), fault));
        }
        let value = text.get(cell.value.clone()).unwrap_or_default();
        row.values.push(if cell.is_quoted { unescaped(value, escape) } else { value.into() });
        row.next = cell.next;
        if cell.end != End::Delimiter {
            return row;
        }
    }
}

fn unescaped(value: &str, escape: Escape) -> Cow<'_, str> {
    let escapes = |char: char| char == '"' || char == '\\' && escape == Escape::Backslash;
    if !value.contains(escapes) {
        return value.into();
    }
    let mut chars = value.chars();
    let mut out = String::with_capacity(value.len());
    while let Some(char) = chars.next() {
        // What is escaped stands behind what escapes it.
        out.push(if escapes(char) { chars.next().unwrap_or(char) } else { char });
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn row(text: &str, values: &[&str], fault: Option<(usize, Fault)>) {
        let row = cells(text, 0, Layout { delimiter: Some(','), has_quotes: true });
        assert_eq!((row.values, row.fault), (values.iter().map(|value| (*value).into()).collect(), fault), "{text}");
    }

    #[test]
    fn quotes_are_read_as_they_are_written() {
        row("a, b ,\"c\"\nd", &["a", " b ", "c"], None);
        row("\"two\r\nlines\", \"a \"\"b\"\"\" ,", &["two\r\nlines", "a \"b\"", ""], None);
        row("5\" pipe,\"\"\r\n", &["5\" pipe", ""], None);
        row("\"he said \\\"hi\\\", to \\\\ me\",ann", &["he said \"hi\", to \\ me", "ann"], None);
        row("\"C:\\dir\\\",ann", &["C:\\dir\\", "ann"], None);
        row("", &[""], None);
    }

    #[test]
    fn broken_quotes_are_told_and_end_with_their_line() {
        row("\"hi\" he said,ann\nbye", &["hi", "ann"], Some((0, Fault::TextBehind)));
        row("x,\"hi\\\" he said\nbye", &["x", "hi\\"], Some((1, Fault::TextBehind)));
        row("hello,\"ann\nbye,bob\n", &["hello", "ann\nbye,bob\n"], Some((1, Fault::NotClosed)));
    }
    #[test]
    fn quotes_of_plain_text_are_part_of_it() {
        let lines = Layout { delimiter: None, has_quotes: false };
        let row = cells("\"Hi,\" she said.\n\"Bye", 0, lines);
        assert_eq!((row.values, row.fault, row.next), (vec!["\"Hi,\" she said.".into()], None, 16));
    }

    #[test]
    fn a_cell_without_an_end_is_cut() {
        let text = "é".repeat(LONGEST);
        let cut = cell(&text, 2, Layout { delimiter: None, has_quotes: true });
        assert_eq!((cut.stop, cut.end), (LONGEST + 2, End::Delimiter));
    }
}
