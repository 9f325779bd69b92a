//! Every row held against the contract, before anything is sent.

use super::{
    columns::Field,
    read::{File, Table},
};
use crate::table::unguarded;
use contract::MemoryInput;
use serde_json::value::RawValue;
use std::sync::Arc;

/// What the check found.
#[derive(Default, PartialEq, Debug)]
pub struct Checked {
    /// Rows that the API will take, as JSON.
    pub good: Vec<Arc<str>>,
    /// Rows that it would refuse, and why.
    pub bad: Vec<Problem>,
    /// How many of the good ones are empty: they are taken, and then fail.
    pub empty: usize,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The line of the file that the row begins in, from 1.
    pub line: usize,
    /// A sentence.
    pub says: String,
}

/// Checks every row of `file`. For a table, `fields` says what its columns hold.
pub fn check(file: &File, fields: &[Option<Field>]) -> Checked {
    let mut checked = Checked::default();
    match file {
        File::Json(rows) => rows.iter().for_each(|(line, row)| checked.add(*line, Ok(row.clone()))),
        File::Table(table) => {
            for (line, cells) in &table.rows {
                checked.add(*line, json(table, fields, cells));
            }
        }
    }
    checked
}

impl Checked {
    fn add(&mut self, line: usize, row: Result<String, String>) {
        let read = row.and_then(|row| match MemoryInput::read(&row) {
            Ok(memory) => Ok((memory.is_empty(), Arc::from(row.as_str()))),
            Err(invalid) => Err(sentence(&invalid)),
        });
        match read {
            Ok((is_empty, row)) => {
                self.empty += usize::from(is_empty);
                self.good.push(row);
            }
            Err(says) => self.bad.push(Problem { line, says }),
        }
    }
}

fn sentence(invalid: &contract::Invalid) -> String {
    // serde_json counts lines within the row, which would only mislead beside the row's own.
    let must = invalid.must.split(" at line ").next().unwrap_or_default();
    let place = if invalid.place.is_empty() { "The row" } else { &invalid.place };
    format!("{place} {must}.")
}

/// A row of a table as JSON. Cells that are empty are left out, but for the content.
fn json(table: &Table, fields: &[Option<Field>], cells: &[String]) -> Result<String, String> {
    if cells.len() != table.header.len() {
        return Err(format!("The row has {} cells, the header {}.", cells.len(), table.header.len()));
    }
    let mut parts = Vec::new();
    for (field, cell) in fields.iter().zip(cells) {
        let cell = unguarded(cell);
        let value = match field {
            None => continue,
            Some(Field::Content) => text(cell),
            Some(_) if cell.trim().is_empty() => continue,
            Some(Field::Metadata) => match serde_json::from_str::<&RawValue>(cell) {
                Ok(_) => cell.to_owned(),
                Err(_) => return Err("metadata must be JSON.".to_owned()),
            },
            Some(_) => text(cell.trim()),
        };
        parts.extend(field.map(|field| format!("\"{}\":{value}", field.name())));
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

fn text(cell: &str) -> String {
    // A string always has a form in JSON.
    serde_json::to_string(cell).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;

    fn checked(name: &str, text: &str) -> Checked {
        let file = read(name, text.as_bytes()).unwrap();
        let fields = match &file {
            File::Table(table) => table.fields.clone(),
            File::Json(_) => Vec::new(),
        };
        check(&file, &fields)
    }

    #[test]
    fn rows_that_the_api_would_refuse_are_named_with_their_line() {
        let text = "{\"content\":\"a\"}\n{\"content\":\n{\"text\":\"b\"}\n\n{\"content\":\"c\",\"timestamp\":\"today\"}\n{\"content\":\" \"}";
        let checked = checked("a.jsonl", text);
        let bad: Vec<_> = checked.bad.iter().map(|problem| (problem.line, problem.says.as_str())).collect();
        assert_eq!((checked.good.len(), checked.empty), (2, 1));
        assert_eq!(bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 5]);
        assert_eq!(bad[0].1, "The row must be JSON: EOF while parsing a value.");
        assert!(bad[1].1.starts_with("text is not a field of a memory"));
        assert!(bad[2].1.starts_with("timestamp must be an ISO 8601 date"));
    }

    #[test]
    fn a_table_becomes_memories() {
        let text =
            "content,user,metadata,extra\n'=1+1,ann,\"{\"\"a\"\":1}\",x\n\"say \"\"hi\"\"\",,,\nshort,row\nx,,{,\n";
        let checked = checked("a.csv", text);
        assert_eq!(checked.good.len(), 2);
        assert_eq!(&*checked.good[0], r#"{"content":"=1+1","user_id":"ann","metadata":{"a":1}}"#);
        assert_eq!(&*checked.good[1], r#"{"content":"say \"hi\""}"#);
        let bad: Vec<_> = checked.bad.iter().map(|problem| (problem.line, problem.says.as_str())).collect();
        assert_eq!(bad, [(4, "The row has 2 cells, the header 4."), (5, "metadata must be JSON.")]);
    }
}
