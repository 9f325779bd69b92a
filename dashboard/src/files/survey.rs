//! A look at each row of JSON: what its fields are called, and what stands in them in the first rows.

use super::{
    file::{LONGEST, PORTION, Row},
    members,
};
use crate::text::shortened;

/// The most names that the fields of JSON objects may have. What has others counts as without a field.
const MOST_NAMES: usize = 200;
/// Rows that examples are taken from, one more than a header, and the most characters of one.
pub const EXAMPLE_ROWS: usize = 4;
const EXAMPLE_CHARS: usize = 200;

/// What stands in a column in one of the first rows. Read once: a row may be long, and may have many columns.
#[derive(PartialEq, Debug)]
pub struct Example {
    /// The number of the row.
    pub row: usize,
    /// The number of the column.
    pub column: usize,
    /// What is there, or how it begins.
    pub text: String,
}

impl Example {
    /// That `text` stands there.
    pub fn new(row: usize, column: usize, text: &str) -> Self {
        Self { row, column, text: shortened(text, EXAMPLE_CHARS).into_owned() }
    }
}

/// Looks at the rows, a portion at a time.
#[derive(Default)]
pub struct Survey {
    /// The names, in the order in which they first appear.
    pub names: Vec<String>,
    /// Of the first rows.
    pub examples: Vec<Example>,
    /// How many rows are done.
    pub done: usize,
}

impl Survey {
    /// Goes on for a portion. Returns whether that was the end.
    pub fn step(&mut self, text: &str, rows: &[Row]) -> bool {
        let mut spent = 0;
        while let Some(row) = rows.get(self.done).filter(|_| spent < PORTION) {
            // One that is too long is for the check to name.
            if row.length() <= LONGEST {
                self.look_at(text.get(row.place()).unwrap_or_default());
                spent += row.length();
            }
            self.done += 1;
            spent += 1;
        }
        self.done >= rows.len()
    }

    fn look_at(&mut self, json: &str) {
        // A row that is no object, too.
        let _ = members::each(json, |name, value| {
            let known = self.names.iter().position(|known| *known == name);
            let column = known.or_else(|| {
                (self.names.len() < MOST_NAMES).then(|| {
                    self.names.push(name.into_owned());
                    self.names.len() - 1
                })
            });
            if let Some(column) = column.filter(|_| self.done < EXAMPLE_ROWS) {
                let text = members::string(value).unwrap_or(value.into());
                self.examples.push(Example::new(self.done, column, &text));
            }
        });
    }
}
