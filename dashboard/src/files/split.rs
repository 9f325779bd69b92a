//! From a text to its rows, a portion at a time.

use super::{
    cells::Layout,
    decode::{Encoding, lines},
    file::{File, Form, LONGEST, MOST_COLUMNS, Row},
    json::Scanner,
    layout::has_header,
    survey::{EXAMPLE_ROWS, Example, Survey},
    table::Records,
};
use std::sync::Arc;

/// Finds the rows of a text, a portion at a time.
pub struct Splitter {
    text: Arc<String>,
    encoding: Encoding,
    form: Splitting,
    /// What the name of the file says.
    called: Called,
}

/// The text of a table, whatever stands between its cells.
#[derive(Clone)]
pub struct Raw {
    pub(super) text: Arc<String>,
    pub(super) encoding: Encoding,
}

enum Splitting {
    Table(Records),
    Json { scanner: Box<Scanner>, is_scanned: bool, survey: Survey },
}

/// What a file calls itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Called {
    Json,
    Table,
    Nothing,
}

impl Called {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        match () {
            () if ends(&[".json", ".jsonl", ".ndjson"]) => Self::Json,
            () if ends(&[".csv", ".tsv"]) => Self::Table,
            () => Self::Nothing,
        }
    }
}

impl Splitter {
    /// For the text of a file called `name`.
    ///
    /// # Errors
    /// A sentence, where there is nothing to split.
    pub fn new(name: &str, (text, encoding): (String, Encoding)) -> Result<Self, String> {
        let called = Called::of(name);
        let mut begin = text.bytes().enumerate().filter(|(_, byte)| begins(*byte));
        let form = match (begin.next(), begin.next().map(|(_, second)| second)) {
            (None, _) => return Err("The file is empty.".to_owned()),
            // No cell of a table begins like that, and few texts.
            (Some((_, first @ b'{')), Some(b'"' | b'}')) => json(first),
            (Some((_, first @ b'[')), Some(b'{' | b'[' | b'"' | b']')) => json(first),
            (Some((_, first @ (b'{' | b'[' | b'"'))), _) if called == Called::Json => json(first),
            (Some((at, _)), _) if called == Called::Json => {
                let line = lines(text.as_bytes().get(..at).unwrap_or_default()) + 1;
                return Err(format!("The file is not JSON: line {line} begins with neither [ nor {{."));
            }
            _ => Splitting::Table(Records::new(&text, called == Called::Table)),
        };
        Ok(Self { text: Arc::new(text), encoding, form, called })
    }

    /// Reads `raw` as a table with `delimiter` between its cells, one of [`DELIMITERS`](super::layout::DELIMITERS); or, without
    /// one, each line as it stands as a memory.
    pub fn again(Raw { text, encoding }: Raw, delimiter: Option<char>) -> Self {
        let layout = Layout { delimiter, has_quotes: delimiter.is_some() };
        let form = Splitting::Table(Records::with(&text, layout));
        Self { text, encoding, form, called: Called::Table }
    }

    /// The text, where it is read as a table and can be read as another.
    pub fn raw(&self) -> Option<Raw> {
        let is_table = matches!(self.form, Splitting::Table(_));
        is_table.then(|| Raw { text: self.text.clone(), encoding: self.encoding })
    }

    /// How much is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        let share = |done: usize, all: usize| done as f64 / all.max(1) as f64;
        match &self.form {
            Splitting::Table(records) => share(records.done(), self.text.len()),
            Splitting::Json { scanner, survey, .. } => {
                share(scanner.done(), self.text.len()) / 2.0 + share(survey.done, scanner.rows.len()) / 2.0
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
                let stepped = scanner.step(&self.text);
                if scanner.breaks_early && self.called != Called::Json && scanner.is_array() {
                    // A text that begins with a bracket.
                    self.form = Splitting::Table(Records::new(&self.text, self.called == Called::Table));
                } else {
                    *is_scanned = stepped?;
                }
                Ok(false)
            }
            Splitting::Json { scanner, survey, .. } => Ok(survey.step(&self.text, &scanner.rows)),
        }
    }

    /// The file, once the end is reached.
    ///
    /// # Errors
    /// A sentence, where there are no rows.
    pub fn finish(self) -> Result<File, String> {
        let (text, encoding) = (self.text, self.encoding);
        match self.form {
            Splitting::Json { scanner, .. } if scanner.rows.is_empty() => {
                Err("The file holds no memories: its list is empty.".to_owned())
            }
            Splitting::Table(records) if records.rows.is_empty() => Err("The table has no values.".to_owned()),
            Splitting::Json { scanner, survey, .. } => {
                let (form, examples) = (Form::Json(survey.names), survey.examples);
                Ok(File { text, rows: scanner.rows, form, encoding, blank: 0, width: 0, examples })
            }
            Splitting::Table(Records { layout, blank, rows, width, .. }) => {
                let begin = rows.first().map_or(0, |row| row.place().start);
                let has_header = has_header(text.get(begin..).unwrap_or_default(), layout);
                let Layout { delimiter, has_quotes } = layout;
                let form = Form::Table { delimiter, has_quotes, has_header };
                let mut file = File { text, rows, form, encoding, blank, width, examples: Vec::new() };
                file.examples = examples(&file);
                Ok(file)
            }
        }
    }
}

/// Some write a record separator before each value of JSON.
fn begins(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && byte != 0x1e
}

fn json(first: u8) -> Splitting {
    Splitting::Json { scanner: Box::new(Scanner::new(first)), is_scanned: false, survey: Survey::default() }
}

/// Of the first rows of a table, but for those that would take long.
fn examples(file: &File) -> Vec<Example> {
    let rows = file.rows.iter().take(EXAMPLE_ROWS).enumerate().filter(|(_, row)| row.length() <= LONGEST);
    let of_row = |(number, row): (usize, &Row)| {
        let (cells, _) = file.cells(*row);
        let examples =
            cells.iter().take(MOST_COLUMNS).enumerate().map(|(column, cell)| Example::new(number, column, cell));
        examples.collect::<Vec<_>>()
    };
    rows.flat_map(of_row).collect()
}
