//! Every row as the memory that it will be, held against the contract before anything is sent.

use super::{
    cells::Fault,
    columns::Field,
    draft::Draft,
    file::{File, Form, LONGEST, PORTION, Row},
    members::{self, quoted},
    plan::Plan,
};
use contract::{MemoryInput, table::unguarded};
use rustc_hash::FxHashMap;
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};

/// A row that the API will take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Good {
    /// The line of the file that it begins in.
    pub line: u32,
    /// Whether it has no content: it is taken, and then fails.
    pub is_empty: bool,
    /// The memory as JSON.
    pub json: Arc<str>,
}

/// Rows that the API would refuse for one reason.
#[derive(PartialEq, Eq, Debug)]
pub struct Problem {
    /// The reason, a sentence.
    pub says: String,
    /// The lines that they begin in.
    pub lines: Vec<u32>,
}

/// What the check found.
#[derive(Default, PartialEq, Debug)]
pub struct Checked {
    /// Rows that can be sent.
    pub good: Vec<Good>,
    /// Rows that cannot, in the order in which their reasons first appear.
    pub problems: Vec<Problem>,
    /// How many of the good ones have no content.
    pub empty: usize,
}

impl Checked {
    /// How many rows cannot be sent.
    pub fn bad(&self) -> usize {
        self.problems.iter().map(|problem| problem.lines.len()).sum()
    }
}

/// Checks a file, a portion at a time.
pub struct Check {
    file: Arc<File>,
    plan: Plan,
    names: Vec<String>,
    is_own: bool,
    columns: FxHashMap<String, Option<Field>>,
    reasons: FxHashMap<String, usize>,
    at: usize,
    found: Checked,
}

impl Check {
    /// Of `file` as `plan` says.
    pub fn new(file: Arc<File>, plan: Plan) -> Self {
        let names = file.names(plan.has_header);
        let columns = names.iter().cloned().zip(plan.fields.iter().copied()).collect();
        let is_own = file.is_own(&names);
        let (reasons, found) = (FxHashMap::default(), Checked::default());
        Self { file, plan, names, is_own, columns, reasons, at: 0, found }
    }

    /// How much is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        self.at as f64 / self.file.rows.len().max(1) as f64
    }

    /// Goes on for a portion. Returns whether that was the end.
    pub fn step(&mut self) -> bool {
        let (file, mut spent) = (self.file.clone(), 0);
        let rows = file.data(self.plan.has_header);
        while let Some(row) = rows.get(self.at).filter(|_| spent < PORTION) {
            let memory = self.memory(&file, *row);
            self.add(row.line, memory);
            self.at += 1;
            // Short rows take their time too.
            spent += row.length() + 64;
        }
        if let ([], Some(header)) = (rows, file.rows.first()) {
            self.add(header.line, Err("The table has a header and no rows below it.".to_owned()));
        }
        self.at >= rows.len()
    }

    /// What was found, once the end is reached.
    pub fn finish(self) -> Checked {
        self.found
    }

    fn memory(&self, file: &File, row: Row) -> Result<String, String> {
        if row.length() > LONGEST {
            return Err(format!("The row is longer than {} MB, and no memory is.", LONGEST >> 20));
        }
        match file.form {
            Form::Json(_) => self.memory_of_json(file.row(row)),
            Form::Table { .. } => self.memory_of_cells(file.cells(row)),
        }
    }

    fn memory_of_json(&self, json: &str) -> Result<String, String> {
        let mut memory = Draft::default();
        if json.starts_with('"') {
            memory.set(Field::Content, json);
            return Ok(memory.write());
        }
        if json == "null" {
            return Err("The row is null, as items of a batch are once they have landed.".to_owned());
        }
        let read = members::each(json, |name, value| match self.columns.get(&*name).copied().flatten() {
            Some(Field::Content) => memory.set(Field::Content, value),
            _ if matches!(value, "null" | "\"\"") => {}
            // Ids that are numbers elsewhere.
            Some(field @ (Field::UserId | Field::AgentId | Field::RunId)) if is_number(value) => {
                memory.set(field, format!("\"{value}\""));
            }
            Some(field) => memory.set(field, value),
            None if self.plan.keeps_rest => memory.keep(name, value),
            None => {}
        });
        match read {
            Ok(()) => Ok(memory.write()),
            Err(Some(why)) => Err(format!("The row must be JSON: {why}.")),
            Err(None) => Err("The row must be a JSON object.".to_owned()),
        }
    }

    /// Empty cells are left out, but for the content.
    fn memory_of_cells(&self, (cells, fault): (Vec<Cow<'_, str>>, Option<(usize, Fault)>)) -> Result<String, String> {
        if let Some((at, _)) = fault {
            let name = self.names.get(at).map_or("a cell", |name| name);
            let how = "A quote within quotes is written twice.";
            return Err(format!("Text stands behind the quote that closes in {name}. {how}"));
        }
        if cells.iter().skip(self.names.len()).any(|cell| !cell.trim().is_empty()) {
            return Err("The row has more values than there are columns.".to_owned());
        }
        let mut memory = Draft::default();
        // A row that ends before it has an empty one.
        memory.set(Field::Content, "\"\"");
        for ((name, field), cell) in self.names.iter().zip(&self.plan.fields).zip(&cells) {
            let cell = if self.is_own { unguarded(cell) } else { cell };
            match field {
                Some(Field::Content) => memory.set(Field::Content, quoted(cell)),
                _ if cell.trim().is_empty() => {}
                Some(Field::Metadata) if !is_json(cell) => return Err("metadata must be JSON.".to_owned()),
                Some(Field::Metadata) => memory.set(Field::Metadata, cell.trim()),
                Some(field) => memory.set(*field, quoted(cell.trim())),
                None if self.plan.keeps_rest => memory.keep(name, quoted(cell)),
                None => {}
            }
        }
        Ok(memory.write())
    }

    fn add(&mut self, line: u32, memory: Result<String, String>) {
        let read = memory.and_then(|json| match MemoryInput::read(&json) {
            Ok(memory) => Ok((memory.is_empty(), Arc::from(json.as_str()))),
            Err(invalid) => Err(sentence(&invalid)),
        });
        match read {
            Ok((is_empty, json)) => {
                self.found.empty += usize::from(is_empty);
                self.found.good.push(Good { line, is_empty, json });
            }
            Err(says) => {
                let number = *self.reasons.entry(says).or_insert_with_key(|says| {
                    self.found.problems.push(Problem { says: says.clone(), lines: Vec::new() });
                    self.found.problems.len() - 1
                });
                if let Some(problem) = self.found.problems.get_mut(number) {
                    problem.lines.push(line);
                }
            }
        }
    }
}

/// The memory that such cells make.
///
/// # Errors
/// A sentence, where the API would not take it, or where it has no content.
pub fn typed<'a>(cells: impl Iterator<Item = (Field, &'a str)>) -> Result<Arc<str>, String> {
    let mut memory = Draft::default();
    for (field, cell) in cells {
        match field {
            Field::Content => memory.set(field, quoted(cell)),
            _ if cell.trim().is_empty() => {}
            Field::Metadata if !is_json(cell) => return Err("metadata must be JSON.".to_owned()),
            Field::Metadata => memory.set(field, cell.trim()),
            _ => memory.set(field, quoted(cell.trim())),
        }
    }
    let json = memory.write();
    match MemoryInput::read(&json) {
        Ok(memory) if memory.is_empty() => Err("content must not be empty.".to_owned()),
        Ok(_) => Ok(json.into()),
        Err(invalid) => Err(sentence(&invalid)),
    }
}

fn is_number(json: &str) -> bool {
    json.starts_with(|char: char| char.is_ascii_digit() || char == '-')
}

fn is_json(cell: &str) -> bool {
    serde_json::from_str::<&RawValue>(cell.trim()).is_ok()
}

fn sentence(invalid: &contract::Invalid) -> String {
    let place = if invalid.place.is_empty() { "The row" } else { &invalid.place };
    format!("{place} {}.", invalid.must)
}
