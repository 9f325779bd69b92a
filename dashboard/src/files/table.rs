//! Text as a table: what stands between the cells, where each row begins and ends, and whether the first one is a header.

use super::{
    cells::{Cell, End, Fault, cell, cells},
    columns::Field,
    decode::lines,
    file::{PORTION, Row},
};
use std::cmp::Reverse;

/// What may stand between cells; where two fit equally well the earlier wins.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows, and bytes, that are looked at to find that out.
const SAMPLE_ROWS: usize = 50;
const SAMPLE_BYTES: usize = 65_536;

/// Finds the rows of a table, a portion at a time.
pub struct Records {
    /// What stands between the cells; `None` where each line is one cell.
    pub delimiter: Option<char>,
    /// Rows without a value in any cell: they are left out.
    pub blank: u32,
    /// The rows so far.
    pub rows: Vec<Row>,
    at: usize,
    line: u32,
    row: usize,
    has_value: bool,
}

impl Records {
    /// Of `text`, which a first line like `sep=;` may precede.
    pub fn new(text: &str) -> Self {
        let (said, at) = said(text).map_or((None, 0), |(delimiter, at)| (Some(delimiter), at));
        let delimiter = said.or_else(|| likely_delimiter(text.get(at..).unwrap_or_default()));
        let line = lines(text.get(..at).unwrap_or_default()) + 1;
        Self { delimiter, blank: 0, rows: Vec::new(), at, line, row: at, has_value: false }
    }

    /// How much of the text is done, in bytes.
    pub fn done(&self) -> usize {
        self.at
    }

    /// Goes on for a portion. Returns whether that was the end.
    ///
    /// # Errors
    /// A quote because of which nobody can say where rows end, with its line.
    pub fn step(&mut self, text: &str) -> Result<bool, String> {
        let until = self.at + PORTION;
        while self.at < until {
            if self.row >= text.len() {
                return Ok(true);
            }
            let cell = cell(text, self.at, self.delimiter);
            self.check(text, &cell)?;
            // A broken cell may look empty, and what stands behind its quotes is not.
            self.has_value |= cell.fault.is_some();
            self.has_value |= text.get(cell.value.clone()).is_some_and(|value| !value.trim().is_empty());
            self.at = cell.next;
            if cell.end != End::Delimiter {
                self.end_row(text, cell.stop);
            }
        }
        Ok(false)
    }

    /// A quote that goes over lines and does not end well may have taken in rows of others.
    fn check(&self, text: &str, cell: &Cell) -> Result<(), String> {
        let Some(fault) = cell.fault else { return Ok(()) };
        let line = |at: usize| self.line + lines(text.get(self.row..at).unwrap_or_default());
        let opens = line(cell.value.start);
        if fault == Fault::NotClosed {
            return Err(format!("The quote that opens in line {opens} is not closed."));
        }
        let closes = line(cell.value.end);
        if closes == opens {
            return Ok(());
        }
        let how = "A quote within quotes is written twice.";
        Err(format!("The quote that opens in line {opens} is closed in line {closes}, with text behind it. {how}"))
    }

    fn end_row(&mut self, text: &str, stop: usize) {
        if self.has_value {
            self.rows.push(Row::new(self.line, self.row..stop));
        } else {
            self.blank += 1;
        }
        self.line += lines(text.get(self.row..self.at).unwrap_or_default());
        (self.row, self.has_value) = (self.at, false);
    }
}

/// What a first line like `sep=;` says, as spreadsheets write and read it, and where the next line begins.
fn said(text: &str) -> Option<(char, usize)> {
    let (line, _) = text.split_at_checked(text.find(['\n', '\r'])?)?;
    let (name, value) = line.trim_matches('"').split_at_checked(4)?;
    let mut value = value.chars();
    let delimiter = value.next().filter(|char| char.is_ascii() && *char != '"')?;
    if !name.eq_ignore_ascii_case("sep=") || value.next().is_some() {
        return None;
    }
    let is_two = text.get(line.len()..).is_some_and(|rest| rest.starts_with("\r\n"));
    Some((delimiter, line.len() + if is_two { 2 } else { 1 }))
}

/// That by which most of the first rows have one number of cells, more than one.
fn likely_delimiter(text: &str) -> Option<char> {
    let first = text.lines().find(|line| !line.trim().is_empty())?.trim().trim_matches('"');
    if Field::guess(first).is_some() && !first.contains(DELIMITERS) {
        // A known name alone: commas below it are those of sentences.
        return None;
    }
    let rated = DELIMITERS.into_iter().enumerate().filter_map(|(at, delimiter)| {
        let widths: Vec<usize> = sample(text, Some(delimiter)).iter().map(Vec::len).collect();
        if widths.is_empty() {
            // Nothing stands between these.
            return Some(((1_000, 1, Reverse(at)), delimiter));
        }
        let share = |width: usize| widths.iter().filter(|known| **known == width).count() * 1_000 / widths.len();
        let width = widths.iter().copied().filter(|width| *width > 1).max_by_key(|width| (share(*width), *width))?;
        Some(((share(width), width, Reverse(at)), delimiter))
    });
    rated.max_by_key(|(rate, _)| *rate).map(|(_, delimiter)| delimiter)
}

/// The values of the first rows of `text` but for blank ones.
fn sample(text: &str, delimiter: Option<char>) -> Vec<Vec<String>> {
    let (mut rows, mut at) = (Vec::new(), 0);
    while rows.len() < SAMPLE_ROWS && at < text.len().min(SAMPLE_BYTES) {
        let row = cells(text, at, delimiter);
        at = row.next;
        if row.values.iter().any(|value| !value.trim().is_empty()) {
            rows.push(row.values.into_iter().map(|value| value.trim().to_owned()).collect());
        }
    }
    rows
}

/// Whether the first row of `text` most likely names the columns: some name is known, or stands above nothing but numbers.
pub fn has_header(text: &str, delimiter: Option<char>) -> bool {
    let rows = sample(text, delimiter);
    let Some((first, others)) = rows.split_first() else { return false };
    first.iter().enumerate().any(|(at, name)| {
        let mut below = others.iter().filter_map(|row| row.get(at)).peekable();
        let is_over_numbers = !is_number(name) && below.peek().is_some() && below.clone().all(|cell| is_number(cell));
        // A guess that comes again is a value.
        let is_guessed = Field::guess(name).is_some() && below.all(|cell| cell != name);
        is_over_numbers || Field::named(name).is_some() || is_guessed
    })
}

/// Numbers, dates and times.
fn is_number(cell: &str) -> bool {
    let may_be = |char: char| char.is_ascii_digit() || ".,:+-/TZ% ".contains(char);
    cell.starts_with(|char: char| char.is_ascii_digit() || char == '-') && cell.chars().all(may_be)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_cells_is_found_outside_of_quotes() {
        for (text, delimiter) in [
            ("content,user_id\nhello,ann\n", Some(',')),
            ("content;\"user, id\"\r\nhello;ann\r\n", Some(';')),
            ("content;user_id;tags (a, b, c, d)\nhello;ann;x\n", Some(';')),
            ("content\tuser_id\na, b, c\tann\n", Some('\t')),
            ("content|user_id\na|b\n", Some('|')),
            ("sep=|\ncontent,user\n", Some('|')),
            ("\"sep=\t\"\r\na,b\n", Some('\t')),
            ("content\nHello, world\nGood, fine\n", None),
            ("hello\nworld\n", None),
        ] {
            assert_eq!(Records::new(text).delimiter, delimiter, "{text}");
        }
    }

    #[test]
    fn a_header_is_told_from_data() {
        for (text, expected) in [
            ("content,user_id\na,b\n", true),
            ("Titel,Anzahl\na,1\nb,2\n", true),
            ("hello,ann\nbye,bob\n", false),
            ("user,hello\nassistant,hi\nuser,bye\n", false),
            ("1,2\n3,4\n", false),
            ("memory\n", true),
        ] {
            assert_eq!(has_header(text, Some(',')), expected, "{text}");
        }
    }
}
