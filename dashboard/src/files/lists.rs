//! The arrays in one JSON value that may hold the rows.

use super::file::Row;

/// What arrays of memories are called, the likeliest first: by this API and by those that people come from.
const NAMES: [&str; 4] = ["memories", "results", "data", "messages"];

struct List {
    name: String,
    rows: Vec<Row>,
    has_objects: bool,
}

/// Those of the value that is being read.
#[derive(Default)]
pub struct Lists {
    all: Vec<List>,
    /// Of a file with a single value: what is in it under a name that is not known.
    instead: Option<Vec<Row>>,
}

impl Lists {
    /// Another one, by its number. That at the top has no name.
    pub fn begin(&mut self, name: &str) -> usize {
        self.all.push(List { name: name.to_owned(), rows: Vec::new(), has_objects: false });
        self.all.len() - 1
    }

    /// Adds an element.
    pub fn add(&mut self, list: usize, row: Row, is_object: bool) {
        if let Some(list) = self.all.get_mut(list) {
            list.rows.push(row);
            list.has_objects |= is_object;
        }
    }

    /// Whether one of them is called what lists of memories are called.
    pub fn has_known(&self) -> bool {
        self.all.iter().any(|list| NAMES.contains(&&*list.name))
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// The rows that `value` stands for, and an end to the lists. It is the first in its file or not.
    pub fn rows_of(&mut self, value: Row, is_first: bool) -> Vec<Row> {
        let mut all = std::mem::take(&mut self.all);
        let known = |name: &&str| {
            let named = |list: &List| list.name == **name;
            all.iter().position(|list| named(list) && !list.rows.is_empty()).or_else(|| all.iter().position(named))
        };
        let chosen = if all.first().is_some_and(|list| list.name.is_empty()) {
            Some(0)
        } else {
            NAMES.iter().filter_map(known).max_by_key(|at| all.get(*at).is_some_and(|list| !list.rows.is_empty()))
        };
        if let Some(chosen) = chosen {
            return all.swap_remove(chosen).rows;
        }
        let mut others = all.into_iter().filter(|list| list.has_objects);
        self.instead = match (others.next(), others.next()) {
            (Some(only), None) if is_first => Some(only.rows),
            _ => None,
        };
        vec![value]
    }

    /// What to take instead of the `rows` of the whole file.
    pub fn instead_of(&mut self, rows: Vec<Row>) -> Vec<Row> {
        self.instead.take().filter(|_| rows.len() == 1).unwrap_or(rows)
    }
}
