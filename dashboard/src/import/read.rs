//! A dropped file, taken apart into rows. Nothing is judged here that concerns one row alone.

use super::columns::{Field, guess};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The largest file that is taken, in bytes: it and what is made of it have to fit into the tab.
pub const LARGEST: f64 = 50_000_000.0;

/// What a file holds.
#[derive(PartialEq, Debug)]
pub enum File {
    /// Memories as JSON texts, each with the line it begins in.
    Json(Vec<(usize, String)>),
    /// A table.
    Table(Table),
}

/// The table of a CSV file.
#[derive(PartialEq, Debug)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// What they most likely hold.
    pub fields: Vec<Option<Field>>,
    /// The cells, each row with the line it begins in.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// Reads a file called `name`.
///
/// # Errors
/// A sentence that says what is wrong with the file as a whole, and where.
pub fn read(name: &str, bytes: &[u8]) -> Result<File, String> {
    let text = text(bytes)?.trim_start_matches('\u{feff}');
    let name = name.to_ascii_lowercase();
    let is = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match text.trim_start().chars().next() {
        None => Err("The file is empty.".to_owned()),
        Some(_) if is(&[".csv", ".tsv"]) => table(text),
        Some('[') => array(text),
        Some('{') => batch(text).unwrap_or_else(|| Ok(lines(text))),
        Some(_) if is(&[".json", ".jsonl", ".ndjson"]) => {
            Err("The file is not JSON: line 1 begins with neither [ nor {.".to_owned())
        }
        Some(_) => table(text),
    }
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("The file is UTF-16. Save it as UTF-8 and drop it again.".to_owned());
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("The file is not UTF-8: line {line} holds something else. Save it as UTF-8 and drop it again.")
    })
}

fn array(text: &str) -> Result<File, String> {
    let items = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    memories(text, items)
}

/// The body of an import; `None` where the text is not one object with memories in it.
fn batch(text: &str) -> Option<Result<File, String>> {
    #[derive(Deserialize)]
    struct Batch<'a> {
        #[serde(borrow)]
        memories: Vec<&'a RawValue>,
    }
    match serde_json::from_str::<Batch<'_>>(text) {
        Ok(batch) => Some(memories(text, batch.memories)),
        // Over several lines it can only have been meant as one.
        Err(error) if error.is_syntax() && is_object_over_lines(text) => Some(Err(not_json(&error))),
        Err(error) if error.is_eof() && is_object_over_lines(text) => Some(Err(not_json(&error))),
        Err(_) => None,
    }
}

fn is_object_over_lines(text: &str) -> bool {
    text.trim_start().lines().next().is_some_and(|line| !line.trim_end().ends_with('}'))
        && text.get(..200.min(text.len())).unwrap_or(text).contains("\"memories\"")
}

fn memories(text: &str, items: Vec<&RawValue>) -> Result<File, String> {
    if items.is_empty() {
        return Err("The file holds no memories: its list is empty.".to_owned());
    }
    let mut place = Place::new(text);
    let rows = items.into_iter().map(|item| {
        // Where an item begins in the text that it was borrowed from.
        let start = (item.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        (place.line(start), item.get().to_owned())
    });
    Ok(File::Json(rows.collect()))
}

/// Which line of a text something is in, asked from the beginning on.
struct Place<'a> {
    text: &'a str,
    seen: usize,
    line: usize,
}

impl<'a> Place<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, seen: 0, line: 1 }
    }

    fn line(&mut self, at: usize) -> usize {
        self.line += self.text.get(self.seen..at).unwrap_or_default().matches('\n').count();
        self.seen = at;
        self.line
    }
}

fn lines(text: &str) -> File {
    let rows = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    File::Json(rows.map(|(row, line)| (line, row.trim().to_owned())).collect())
}

fn not_json(error: &serde_json::Error) -> String {
    format!("The file is not JSON: line {}, column {}: {}.", error.line(), error.column(), reason(error))
}

/// What serde_json says, without the place that it says it at.
fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.split(" at line ").next().unwrap_or_default().to_owned()
}

fn table(text: &str) -> Result<File, String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| format!("The table cannot be read: {error}.");
    let header: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(|name| name.trim().to_owned()).collect();
    let (mut rows, mut place) = (Vec::new(), Place::new(text));
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let start = record.position().map_or(0, |position| position.byte() as usize);
        // What ended the line before may still lie in front.
        let blank = text.bytes().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        rows.push((place.line(start + blank), record.iter().map(str::to_owned).collect()));
    }
    if rows.is_empty() {
        return Err("The table has a header and no rows.".to_owned());
    }
    Ok(File::Table(Table { fields: guess(&header), header, rows }))
}

/// What stands between the cells, going by the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    b",;\t".iter().copied().max_by_key(|delimiter| (count(delimiter), *delimiter == b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(name: &str, text: &str) -> Vec<(usize, String)> {
        match read(name, text.as_bytes()).unwrap() {
            File::Json(rows) => rows,
            File::Table(table) => panic!("a table: {table:?}"),
        }
    }

    #[test]
    fn json_is_read_as_an_array_as_a_body_and_line_by_line() {
        let rows = [(2, "{\"content\":\"a\"}".to_owned()), (3, "{\"content\":\"b\"}".to_owned())];
        assert_eq!(json("a.json", "[\n{\"content\":\"a\"},\n{\"content\":\"b\"}]"), rows);
        assert_eq!(json("a.json", "{\"memories\":[\n{\"content\":\"a\"},\n{\"content\":\"b\"}\n]}"), rows);
        assert_eq!(json("a.jsonl", "\n{\"content\":\"a\"}\r\n{\"content\":\"b\"}\n\n"), rows);
        assert_eq!(json("one.jsonl", "{\"content\":\"a\"}"), [(1, "{\"content\":\"a\"}".to_owned())]);
    }

    #[test]
    fn a_table_is_read_with_quotes_over_lines_and_any_delimiter() {
        for (text, delimiter) in
            [("text,user\n\"a\nb\",c\n\"d \"\"e\"\"\",\n", ','), ("text;user\r\n\"a\nb\";c\r\n\"d \"\"e\"\"\";", ';')]
        {
            let File::Table(table) = read("a.csv", text.as_bytes()).unwrap() else { panic!("no table") };
            assert_eq!(table.header, ["text", "user"], "{delimiter}");
            assert_eq!(table.fields, [Some(Field::Content), Some(Field::UserId)]);
            let rows = [(2, vec!["a\nb".to_owned(), "c".to_owned()]), (4, vec!["d \"e\"".to_owned(), String::new()])];
            assert_eq!(table.rows, rows);
        }
    }

    #[test]
    fn a_file_that_is_wrong_as_a_whole_is_refused_with_the_place() {
        for (name, bytes, start) in [
            ("a.json", &b""[..], "The file is empty."),
            ("a.csv", b" \n ", "The file is empty."),
            ("a.csv", b"content,user_id\n", "The table has a header and no rows."),
            ("a.json", b"[]", "The file holds no memories"),
            ("a.json", b"[\n{},\n{]", "The file is not JSON: line 3, column 2: key must be a string."),
            ("a.json", b"{\"memories\":[\n{},\n{]", "The file is not JSON: line 3"),
            ("a.json", b"hello", "The file is not JSON: line 1"),
            ("a.jsonl", b"ok\n\xff", "The file is not UTF-8: line 2"),
            ("a.csv", b"\xff\xfea\0", "The file is UTF-16."),
        ] {
            let sentence = read(name, bytes).unwrap_err();
            assert!(sentence.starts_with(start), "{sentence}");
        }
    }

    #[test]
    fn a_broken_line_of_many_is_left_to_the_check_of_the_rows() {
        let mut text = "{\"content\":\"a\"}\n".repeat(5_000);
        text.insert_str(16 * 4_711, "{\"content\":\n");
        assert_eq!(json("a.jsonl", &text)[4_711], (4_712, "{\"content\":".to_owned()));
    }
}
