//! Text as a table: where each row begins and ends.

use super::{
    cells::{Cell, End, Fault, Layout, cell},
    decode::lines,
    file::{MOST_COLUMNS, PORTION, Row},
    layout::{likely, said},
};

/// How many of the first rows say how many columns there are, where no header does.
const WIDE_ROWS: usize = 20;

/// Finds the rows of a table, a portion at a time.
pub struct Records {
    /// How the cells are told from one another.
    pub layout: Layout,
    /// Rows without a value in any cell: they are left out.
    pub blank: u32,
    /// The rows so far.
    pub rows: Vec<Row>,
    /// The most cells that one of the first rows has.
    pub width: usize,
    at: usize,
    line: u32,
    /// Where the row begins that is read, and in which line; and how many cells of it are done.
    row: usize,
    row_line: u32,
    cells: usize,
    has_value: bool,
}

impl Records {
    /// Of `text`, which a first line like `sep=;` may precede. Its file may be called a table.
    pub fn new(text: &str, is_called_table: bool) -> Self {
        let layout = match said(text) {
            Some((delimiter, _)) => Layout { delimiter: Some(delimiter), has_quotes: true },
            None => likely(text, is_called_table),
        };
        Self::with(text, layout)
    }

    /// The same where the layout is known.
    pub fn with(text: &str, layout: Layout) -> Self {
        let at = said(text).map_or(0, |(_, at)| at);
        let line = lines(text.as_bytes().get(..at).unwrap_or_default()) + 1;
        Self {
            layout,
            blank: 0,
            rows: Vec::new(),
            width: 0,
            at,
            line,
            row: at,
            row_line: line,
            cells: 0,
            has_value: false,
        }
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
            let cell = cell(text, self.at, self.layout);
            self.check(text, &cell)?;
            // A broken cell may look empty, and what stands behind its quotes is not.
            self.has_value |= cell.fault.is_some();
            self.has_value |= text.get(cell.value.clone()).is_some_and(|value| !value.trim().is_empty());
            self.line += lines(text.as_bytes().get(self.at..cell.next).unwrap_or_default());
            self.at = cell.next;
            self.cells += 1;
            if cell.end != End::Delimiter {
                self.end_row(cell.stop);
            }
        }
        Ok(false)
    }

    /// A quote that goes over lines and does not end well may have taken in rows of others.
    fn check(&self, text: &str, cell: &Cell) -> Result<(), String> {
        let Some(fault) = cell.fault else { return Ok(()) };
        let over = lines(text.as_bytes().get(cell.value.clone()).unwrap_or_default());
        if fault == Fault::TextBehind && over == 0 {
            return Ok(());
        }
        let opens = self.line;
        if fault == Fault::NotClosed {
            return Err(format!("The quote that opens in line {opens} is not closed."));
        }
        let closes = opens + over;
        let how = "A quote within quotes is written twice.";
        Err(format!("The quote that opens in line {opens} is closed in line {closes}, with text behind it. {how}"))
    }

    fn end_row(&mut self, stop: usize) {
        if !self.has_value {
            self.blank += 1;
        } else {
            if self.rows.len() < WIDE_ROWS {
                self.width = self.width.max(self.cells.min(MOST_COLUMNS));
            }
            self.rows.push(Row::new(self.row_line, self.row..stop));
        }
        (self.row, self.row_line, self.cells, self.has_value) = (self.at, self.line, 0, false);
    }
}
