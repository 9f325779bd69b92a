//! A file, read: its text, where its rows are, and what they are made of.

use super::{
    cells::{Fault, Layout, cells},
    columns::Field,
    decode::{Encoding, lines},
    split::Raw,
    survey::Example,
};
use std::{borrow::Cow, ops::Range, sync::Arc};

/// How many bytes are worked through at once. A slow machine takes some milliseconds for them.
pub const PORTION: usize = 65_536;
/// The longest row that is looked into, and the longest cell, in bytes. The longest memory is shorter.
pub const LONGEST: usize = 2 << 20;
/// The most columns that a table may have: for each there is something to choose on the page.
pub const MOST_COLUMNS: usize = 1_000;

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
        /// Whether quotes hold a cell together, and are not part of it.
        has_quotes: bool,
        /// Most likely.
        has_header: bool,
    },
}

/// A file whose rows are known. Nothing is judged yet that concerns one row alone.
#[derive(PartialEq, Debug)]
pub struct File {
    /// Shared with what reads it again another way.
    pub(super) text: Arc<String>,
    /// All of them: that of a table may begin with its header.
    pub rows: Vec<Row>,
    /// What they are.
    pub form: Form,
    /// How the bytes were read.
    pub encoding: Encoding,
    /// Rows without any value, which are left out.
    pub blank: u32,
    /// The most cells that one of the first rows of a table has.
    pub(super) width: usize,
    pub(super) examples: Vec<Example>,
}

impl File {
    /// The line that a place of the text is in.
    pub fn line(&self, at: usize) -> u32 {
        let before = self.rows.partition_point(|row| row.place().start <= at);
        let row = before.checked_sub(1).and_then(|last| self.rows.get(last));
        let (start, line) = row.map_or((0, 1), |row| (row.place().start, row.line));
        line + lines(self.text.as_bytes().get(start..at).unwrap_or_default())
    }

    /// The text, where it is a table and can be read as another.
    pub fn raw(&self) -> Option<Raw> {
        let is_table = matches!(self.form, Form::Table { .. });
        is_table.then(|| Raw { text: self.text.clone(), encoding: self.encoding })
    }

    /// The text of a row.
    pub fn row(&self, row: Row) -> &str {
        self.text.get(row.place()).unwrap_or_default()
    }

    /// The cells of a row of a table, and the first that is broken.
    pub fn cells(&self, row: Row) -> (Vec<Cow<'_, str>>, Option<(usize, Fault)>) {
        let Form::Table { delimiter, has_quotes, .. } = self.form else { return (Vec::new(), None) };
        let cells = cells(self.row(row), 0, Layout { delimiter, has_quotes });
        (cells.values, cells.fault)
    }

    /// What the columns are called; numbers where there is no header.
    pub fn names(&self, has_header: bool) -> Vec<String> {
        let header = self.rows.first().filter(|row| has_header && row.length() <= LONGEST);
        match (&self.form, header) {
            (Form::Json(names), _) => names.clone(),
            (Form::Table { .. }, Some(row)) => {
                self.cells(*row).0.iter().take(MOST_COLUMNS).map(|name| name.trim().to_owned()).collect()
            }
            // A later row may have more cells than the first.
            (Form::Table { .. }, None) => (1..=self.width).map(|number| format!("Column {number}")).collect(),
        }
    }

    /// The rows that are no header.
    pub fn data(&self, has_header: bool) -> &[Row] {
        let is_header = has_header && matches!(self.form, Form::Table { .. });
        self.rows.get(usize::from(is_header)..).unwrap_or_default()
    }

    /// What stands in the first rows of a column, or under a name.
    pub fn examples(&self, has_header: bool, column: usize, most: usize) -> Vec<String> {
        let first = self.rows.len() - self.data(has_header).len();
        let of_column = self.examples.iter().filter(|example| example.column == column && example.row >= first);
        of_column.take(most).map(|example| example.text.clone()).collect()
    }

    /// Whether the page itself, or the API, wrote this table: then what guards its cells from spreadsheets is taken off.
    pub fn is_own(&self, names: &[String]) -> bool {
        let has = |own: &str| names.iter().any(|name| name == own);
        let mut own = Field::ALL.map(Field::name).into_iter().chain(["error"]);
        matches!(self.form, Form::Table { .. }) && own.all(has) && (has("index") || has("line"))
    }
}
