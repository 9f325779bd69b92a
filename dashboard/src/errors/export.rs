//! Errors as a file.

use super::set::{ErrorSet, Row};
use contract::table;
use serde::Serialize;

/// What a table begins with: a spreadsheet takes it for UTF-8 by that.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// What a file of errors looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A table with the columns `index` and `error`, safe to open in a spreadsheet.
    Csv,
    /// One array.
    Json,
    /// One object a line.
    Ndjson,
}

impl Format {
    /// All of them, with the name and the ending of a file.
    pub const ALL: [(Self, &str, &str); 3] =
        [(Self::Csv, "CSV", "csv"), (Self::Json, "JSON", "json"), (Self::Ndjson, "NDJSON", "ndjson")];

    /// What the browser is told it is.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv;charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    index: u32,
    error: &'a str,
}

/// `rows` of `set` in `format`.
pub fn write(set: &ErrorSet, rows: &[Row], format: Format) -> String {
    let lines = rows.iter().filter_map(|&row| Some(Line { index: row.index, error: &set.reason(row)?.text }));
    let json = |line: Line<'_>| serde_json::to_string(&line).ok();
    match format {
        Format::Csv => {
            let rows = lines.map(|line| [line.index.to_string(), line.error.to_owned()]);
            format!("{BYTE_ORDER_MARK}{}", table::write(&["index", "error"], rows))
        }
        Format::Json => format!("[\n{}\n]\n", lines.filter_map(json).collect::<Vec<_>>().join(",\n")),
        Format::Ndjson => lines.filter_map(json).map(|line| line + "\n").collect(),
    }
}

/// The indexes of `rows`, one a line.
pub fn indexes(rows: &[Row]) -> String {
    rows.iter().map(|row| row.index.to_string()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::ItemError;

    fn written(format: Format) -> String {
        let errors = [(2, "a \"b\", c"), (5, "=1+1"), (9, "two\nlines")];
        let errors = errors.map(|(index, error)| ItemError { index, error: error.to_owned() });
        let set = ErrorSet::new(errors.to_vec());
        write(&set, &set.rows, format)
    }

    #[test]
    fn each_format_holds_every_row() {
        assert_eq!(written(Format::Csv), "\u{feff}index,error\n2,\"a \"\"b\"\", c\"\n5,'=1+1\n9,\"two\nlines\"\n");
        assert_eq!(
            written(Format::Ndjson),
            "{\"index\":2,\"error\":\"a \\\"b\\\", c\"}\n{\"index\":5,\"error\":\"=1+1\"}\n{\"index\":9,\"error\":\"two\\nlines\"}\n"
        );
        let read: Vec<ItemError> = serde_json::from_str(&written(Format::Json)).unwrap();
        assert_eq!((read.len(), read[1].index, read[1].error.as_str()), (3, 5, "=1+1"));
    }
}
