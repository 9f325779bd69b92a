//! A file's rows, each as a memory in JSON with the line that it begins in.

use anyhow::{Context, Result, bail, ensure};
use contract::table::unguarded;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::path::Path;

/// Where a row begins, from 1, and what is in it.
pub type Row = (u64, String);

/// Reads JSON, JSON Lines or, by its name, CSV.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    let name = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let rows = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        table(text)
    } else {
        json_rows(text)
    };
    let rows = rows.with_context(|| format!("cannot read {name}"))?;
    ensure!(!rows.is_empty(), "{name} holds no memories");
    Ok(rows)
}

/// The body of an import.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    memories: Vec<&'a RawValue>,
}

fn json_rows(text: &str) -> Result<Vec<Row>> {
    let memories = match text.trim_start().chars().next() {
        Some('[') => serde_json::from_str(text)?,
        Some('{') => match serde_json::from_str::<Body<'_>>(text) {
            Ok(body) => body.memories,
            Err(_) => return Ok(lines(text)),
        },
        None => Vec::new(),
        Some(_) => bail!("it begins with neither [ nor {{"),
    };
    let (mut line, mut seen) = (1_u64, 0);
    let rows = memories.into_iter().map(|memory| {
        // Where it begins in the text that it was borrowed from.
        let start = (memory.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let passed = text.get(seen..start).unwrap_or_default().matches('\n').count();
        (line, seen) = (line.saturating_add(passed as u64), start);
        (line, memory.get().to_owned())
    });
    Ok(in_lines(rows.collect()))
}

/// Rows of which each has a line. Those of a file that has several in a line are numbered instead: a part of an import is known by
/// its lines.
fn in_lines(mut rows: Vec<Row>) -> Vec<Row> {
    if !rows.is_sorted_by(|one, next| one.0 < next.0) {
        for (number, (line, _)) in (1..).zip(&mut rows) {
            *line = number;
        }
    }
    rows
}

fn lines(text: &str) -> Vec<Row> {
    (1..)
        .zip(text.lines())
        .filter(|(_, row)| !row.trim().is_empty())
        .map(|(line, row)| (line, row.to_owned()))
        .collect()
}

/// The columns of a table.
const COLUMNS: [&str; 7] = ["content", "user_id", "agent_id", "run_id", "timestamp", "kind", "metadata"];

fn table(text: &str) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    for name in &header {
        ensure!(COLUMNS.contains(&name), "its column {name:?} is none of {}", COLUMNS.join(", "));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, |position| line(text, position));
        let cells = header.iter().zip(record.iter().map(unguarded));
        let cells = cells.filter(|(name, cell)| *name == "content" || !cell.is_empty());
        let fields: Result<serde_json::Map<String, Value>> = cells
            .map(|(name, cell)| {
                let is_json = name == "metadata";
                let value = if is_json { serde_json::from_str(cell) } else { Ok(json!(cell)) };
                Ok((name.to_owned(), value.with_context(|| format!("metadata in line {line} is not JSON"))?))
            })
            .collect();
        rows.push((line, Value::Object(fields?).to_string()));
    }
    Ok(rows)
}

/// Where a record begins. Its position may stand before the end of the line ahead of it and before lines that are empty.
fn line(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ahead = text.get(start..).unwrap_or_default().bytes().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line().saturating_add(ahead.filter(|byte| *byte == b'\n').count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_an_array_as_a_body_and_line_by_line() {
        let rows = [(2, "{\"content\":\"a\"}".to_owned()), (3, "{\"content\":\"b\"}".to_owned())];
        for text in [
            "[\n{\"content\":\"a\"},\n{\"content\":\"b\"}]",
            "{\"memories\":[\n{\"content\":\"a\"},\n{\"content\":\"b\"}\n]}",
            "\n{\"content\":\"a\"}\r\n{\"content\":\"b\"}\n\n",
        ] {
            assert_eq!(json_rows(text).unwrap(), rows, "{text}");
        }
        let minified = json_rows("[{\"content\":\"a\"},{\"content\":\"b\"},\n{\"content\":\"c\"}]").unwrap();
        assert_eq!(minified.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3], "numbered");
        assert_eq!(json_rows("").unwrap(), []);
        assert!(json_rows("hello").is_err() && json_rows("[{}").is_err());
    }

    #[test]
    fn a_table_is_read_by_its_header_with_the_line_that_each_row_begins_in() {
        let text = "content,user_id,metadata\n\"say \"\"hi\"\"\nto all\",ada,\"{\"\"a\"\":1}\"\n'=1+1,,\n,,\n";
        let rows = [
            (2, r#"{"content":"say \"hi\"\nto all","metadata":{"a":1},"user_id":"ada"}"#.to_owned()),
            (4, r#"{"content":"=1+1"}"#.to_owned()),
            (5, r#"{"content":""}"#.to_owned()),
        ];
        assert_eq!(table(text).unwrap(), rows);
        for text in ["content\r\na\r\n\r\nb\r\n", "content\na\n\nb\n"] {
            assert_eq!(table(text).unwrap().iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4], "{text:?}");
        }
        for (text, says) in [
            ("content,mood\na,b\n", "its column \"mood\" is none of content, user_id"),
            ("content,metadata\na,{\n", "metadata in line 2 is not JSON"),
            ("content,user_id\na\n", "CSV error: record 1 (line: 2, byte: 16)"),
        ] {
            let error = table(text).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
