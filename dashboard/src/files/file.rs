//! A file, read: its text, where its rows are, and what they are made of.

use super::{
    cells::{Fault, cells},
    columns::Field,
    decode::{Encoding, lines},
    json::Scanner,
    members,
    table::{self, Records},
};
use std::{borrow::Cow, ops::Range};

/// How many bytes are worked through at once. A slow machine takes some milliseconds for them.
pub const PORTION: usize = 65_536;
/// The most names that the fields of JSON objects may have. What has others counts as without a field.
const MOST_NAMES: usize = 200;

/// Where a row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// The line that it begins in, from 1.
    pub line: u32,
    start: u32,
    end: u32,
}

impl Row {
    /// That of such bytes.
    pub fn new(line: u32, place: Range<usize>) -> Self {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { line, start: short(place.start), end: short(place.end) }
    }

    /// Its bytes in the text.
    pub fn place(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How long it is, in bytes.
    pub fn length(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }
}

/// What the rows are.
#[derive(PartialEq, Debug)]
pub enum Form {
    /// JSON values, whose fields have such names, in the order in which they first appear.
    Json(Vec<String>),
    /// A table with what stands between its cells. Whether the first row is a header is a guess.
    Table {
        /// `None` where each line is one cell.
        delimiter: Option<char>,
        /// Most likely.
        has_header: bool,
    },
}

/// A file whose rows are known. Nothing is judged yet that concerns one row alone.
#[derive(PartialEq, Debug)]
pub struct File {
    text: String,
    /// All of them: that of a table may begin with its header.
    pub rows: Vec<Row>,
    /// What they are.
    pub form: Form,
    /// How the bytes were read.
    pub encoding: Encoding,
    /// Rows without any value, which are left out.
    pub blank: u32,
}

impl File {
    /// The line that a place of the text is in.
    pub fn line(&self, at: usize) -> u32 {
        let before = self.rows.partition_point(|row| row.place().start <= at);
        let row = before.checked_sub(1).and_then(|last| self.rows.get(last));
        row.map_or(1, |row| row.line + lines(self.text.get(row.place().start..at).unwrap_or_default()))
    }

    /// The text of a row.
    pub fn row(&self, row: Row) -> &str {
        self.text.get(row.place()).unwrap_or_default()
    }

    /// The cells of a row of a table, and the first that is broken.
    pub fn cells(&self, row: Row) -> (Vec<Cow<'_, str>>, Option<(usize, Fault)>) {
        let Form::Table { delimiter, .. } = self.form else { return (Vec::new(), None) };
        let cells = cells(self.row(row), 0, delimiter);
        (cells.values, cells.fault)
    }

    /// What the columns are called; numbers where there is no header.
    pub fn names(&self, has_header: bool) -> Vec<String> {
        let first = || self.rows.first().map(|row| self.cells(*row).0).unwrap_or_default();
        match &self.form {
            Form::Json(names) => names.clone(),
            Form::Table { .. } if has_header => first().iter().map(|name| name.trim().to_owned()).collect(),
            // A later row may have more cells than the first.
            Form::Table { .. } => {
                let widths = self.rows.iter().take(20).map(|row| self.cells(*row).0.len());
                (1..=widths.max().unwrap_or_default()).map(|number| format!("Column {number}")).collect()
            }
        }
    }

    /// The rows that are no header.
    pub fn data(&self, has_header: bool) -> &[Row] {
        let is_header = has_header && matches!(self.form, Form::Table { .. });
        self.rows.get(usize::from(is_header)..).unwrap_or_default()
    }

    /// What stands in the first rows of a column, or under a name.
    pub fn examples(&self, has_header: bool, column: usize, most: usize) -> Vec<String> {
        let example = |row: &Row| match &self.form {
            Form::Table { .. } => self.cells(*row).0.get(column).map(|cell| (**cell).to_owned()),
            Form::Json(names) => {
                let mut example = None;
                let _ = members::each(self.row(*row), |name, value| {
                    if names.get(column).is_some_and(|known| *known == name) {
                        example = Some(members::string(value).unwrap_or(value.into()).into_owned());
                    }
                });
                example
            }
        };
        self.data(has_header).iter().take(most).filter_map(example).collect()
    }

    /// Whether the page itself, or the API, wrote this table: then what guards its cells from spreadsheets is taken off.
    pub fn is_own(&self, names: &[String]) -> bool {
        let own = Field::ALL.map(Field::name).into_iter().chain(["index", "error"]);
        matches!(self.form, Form::Table { .. }) && own.into_iter().all(|own| names.iter().any(|name| name == own))
    }
}

/// Finds the rows of a text, a portion at a time.
pub struct Splitter {
    text: String,
    encoding: Encoding,
    form: Splitting,
}

enum Splitting {
    Table(Records),
    Json { scanner: Scanner, is_scanned: bool, surveyed: usize, names: Vec<String> },
}

impl Splitter {
    /// For the text of a file called `name`.
    ///
    /// # Errors
    /// A sentence, where there is nothing to split.
    pub fn new(name: &str, (text, encoding): (String, Encoding)) -> Result<Self, String> {
        let name = name.to_ascii_lowercase();
        let is = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let mut begin = text.bytes().filter(begins);
        let form = match (begin.next(), begin.next()) {
            (None, _) => return Err("The file is empty.".to_owned()),
            // No cell of a table begins like that.
            (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b'[' | b'"' | b']')) => json(&text),
            (Some(b'{' | b'['), _) if !is(&[".csv", ".tsv"]) => json(&text),
            (Some(b'"'), _) if is(&[".json", ".jsonl", ".ndjson"]) => json(&text),
            _ if is(&[".json", ".jsonl", ".ndjson"]) => {
                return Err("The file is not JSON: line 1 begins with neither [ nor {.".to_owned());
            }
            _ => Splitting::Table(Records::new(&text)),
        };
        Ok(Self { text, encoding, form })
    }

    /// How much is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        let share = |done: usize, all: usize| done as f64 / all.max(1) as f64;
        match &self.form {
            Splitting::Table(records) => share(records.done(), self.text.len()),
            Splitting::Json { scanner, surveyed, .. } => {
                share(scanner.done(), self.text.len()) / 2.0 + share(*surveyed, scanner.rows.len()) / 2.0
            }
        }
    }

    /// Goes on for a portion. Returns whether that was the end.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, and where.
    pub fn step(&mut self) -> Result<bool, String> {
        match &mut self.form {
            Splitting::Table(records) => records.step(&self.text),
            Splitting::Json { scanner, is_scanned: is_scanned @ false, .. } => {
                *is_scanned = scanner.step(&self.text)?;
                Ok(false)
            }
            Splitting::Json { scanner, surveyed, names, .. } => {
                let mut spent = 0;
                while let Some(row) = scanner.rows.get(*surveyed).filter(|_| spent < PORTION) {
                    survey(&self.text, *row, names);
                    *surveyed += 1;
                    spent += row.length();
                }
                Ok(*surveyed >= scanner.rows.len())
            }
        }
    }

    /// The file, once the end is reached.
    ///
    /// # Errors
    /// A sentence, where there are no rows.
    pub fn finish(self) -> Result<File, String> {
        let (text, encoding) = (self.text, self.encoding);
        let (rows, form, blank) = match self.form {
            Splitting::Json { scanner, names, .. } => (scanner.rows, Form::Json(names), 0),
            Splitting::Table(Records { delimiter, blank, rows, .. }) => {
                let begin = rows.first().map_or(0, |row| row.place().start);
                let has_header = table::has_header(text.get(begin..).unwrap_or_default(), delimiter);
                (rows, Form::Table { delimiter, has_header }, blank)
            }
        };
        let is_header_alone = matches!(form, Form::Table { has_header: true, .. }) && rows.len() == 1;
        match (rows.is_empty(), &form) {
            (true, Form::Json(_)) => Err("The file holds no memories: its list is empty.".to_owned()),
            (true, Form::Table { .. }) => Err("The table has no values.".to_owned()),
            _ if is_header_alone => Err("The table has a header and no rows.".to_owned()),
            _ => Ok(File { text, rows, form, encoding, blank }),
        }
    }
}

/// Some write a record separator before each value of JSON.
fn begins(byte: &u8) -> bool {
    !byte.is_ascii_whitespace() && *byte != 0x1e
}

fn json(text: &str) -> Splitting {
    let first = text.bytes().find(begins).unwrap_or_default();
    Splitting::Json { scanner: Scanner::new(first), is_scanned: false, surveyed: 0, names: Vec::new() }
}

/// Adds the names of a row's fields to those that are known.
fn survey(text: &str, row: Row, names: &mut Vec<String>) {
    let json = text.get(row.place()).unwrap_or_default();
    // A row that is no object is for the check to name.
    let _ = members::each(json, |name, _| {
        if names.len() < MOST_NAMES && !names.iter().any(|known| *known == name) {
            names.push(name.into_owned());
        }
    });
}
