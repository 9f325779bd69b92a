//! The arrays in one JSON document, and which of them holds the rows.

use super::{columns::Field, file::Row};
use std::cmp::Reverse;

/// What arrays of memories are called, the likeliest first: by this API and by those that people come from.
const NAMES: [&str; 5] = [MEMORIES, "results", "data", "messages", "items"];
/// In this API.
pub const MEMORIES: &str = "memories";
/// The longest name that is looked at, in bytes: no spelling of a content is longer.
const LONGEST_NAME: usize = 16;

/// How much an object looks like a memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Likeness {
    /// It has no content.
    #[default]
    None,
    /// It has what may be one.
    Guessed,
    /// It has one by its name.
    Exact,
}

impl Likeness {
    /// Of an object with a text under `name`.
    pub fn of(name: &str) -> Self {
        let field = (name.len() <= LONGEST_NAME).then(|| Field::guess(name)).flatten();
        match field {
            Some(Field::Content) if Field::named(name).is_some() => Self::Exact,
            Some(Field::Content) => Self::Guessed,
            _ => Self::None,
        }
    }
}

/// A value that may be a row.
#[derive(Clone, Copy)]
pub struct Value {
    /// Where the row is.
    pub row: Row,
    /// What it begins with.
    pub byte: u8,
    /// How much it looks like a memory.
    pub likeness: Likeness,
}

struct List {
    name: String,
    rows: Vec<Row>,
    /// How many elements have begun.
    begun: usize,
    likeness: Likeness,
    has_objects: bool,
    has_strings: bool,
}

impl List {
    /// Its place among those that are called what lists of memories are called.
    fn place(&self) -> Option<usize> {
        NAMES.iter().position(|name| *name == self.name)
    }

    fn likeness(&self) -> Likeness {
        let by_name = if self.name == MEMORIES { Likeness::Guessed } else { Likeness::None };
        self.likeness.max(by_name)
    }
}

/// What is known of the document that is read.
#[derive(Default)]
pub struct Document {
    /// The outer ones first. Where the document is an array, that is the first.
    lists: Vec<List>,
    is_array: bool,
}

impl Document {
    /// One that is an array or is none.
    pub fn new(is_array: bool) -> Self {
        Self { lists: Vec::new(), is_array }
    }

    /// Another list, by its number. One that is no field's value has no name.
    pub fn begin(&mut self, name: &str) -> usize {
        let (likeness, name) = (Likeness::None, name.to_owned());
        self.lists.push(List { name, rows: Vec::new(), begun: 0, likeness, has_objects: false, has_strings: false });
        self.lists.len() - 1
    }

    /// Begins an element. With a second one the list is no wrapper: what is in the first is of that row alone.
    pub fn begin_element(&mut self, list: usize) {
        if let Some(known) = self.lists.get_mut(list) {
            known.begun += 1;
            if known.begun > 1 {
                self.lists.truncate(list + 1);
            }
        }
    }

    /// Ends an element. What is in a memory is its own.
    pub fn end_element(&mut self, list: usize, value: Value) {
        let Some(known) = self.lists.get_mut(list) else { return };
        let may_be_row = matches!(value.byte, b'{' | b'[' | b'"') || known.name.is_empty() || known.place().is_some();
        if may_be_row {
            known.rows.push(value.row);
        }
        known.likeness = known.likeness.max(value.likeness);
        known.has_objects |= value.byte == b'{';
        known.has_strings |= value.byte == b'"';
        if value.likeness > Likeness::None {
            self.lists.truncate(list + 1);
        }
    }

    /// Whether no element but the first of a list has begun.
    pub fn is_in_first(&self, list: usize) -> bool {
        self.lists.get(list).is_some_and(|list| list.begun <= 1)
    }

    /// Whether a list is called what lists of memories are called.
    pub fn is_known(&self, list: usize) -> bool {
        self.lists.get(list).is_some_and(|list| list.place().is_some())
    }

    /// The rows that the document stands for, which is `value`, and the only one of its file or one of several.
    pub fn rows(mut self, value: Value, is_only: bool) -> Vec<Row> {
        let outer = self.lists.first().filter(|_| self.is_array);
        let likeness = outer.map_or(value.likeness, |list| list.likeness);
        let inner = match (is_only, self.is_array) {
            (true, _) => self.inner(likeness),
            // Pages of this API's list, one after the other.
            (false, false) if likeness == Likeness::None => self.lists.iter().position(|list| list.name == MEMORIES),
            (false, _) => None,
        };
        match inner.or(self.is_array.then_some(0)) {
            Some(list) if list < self.lists.len() => self.lists.swap_remove(list).rows,
            _ => vec![value.row],
        }
    }

    /// The list that holds the rows, where that is not the document itself.
    fn inner(&self, own: Likeness) -> Option<usize> {
        let lists = || self.lists.iter().enumerate().skip(usize::from(self.is_array));
        let rank = |list: &List| {
            let place = list.place().map(Reverse);
            let has_rows = !list.rows.is_empty();
            (list.likeness() > Likeness::None, place.is_some() && has_rows, place, list.likeness(), has_rows)
        };
        let (at, best) = lists().max_by_key(|(at, list)| (rank(list), Reverse(*at)))?;
        let may_hold_rows = best.has_objects || best.has_strings || best.rows.is_empty() && !self.is_array;
        let is_better = match own {
            Likeness::Exact => false,
            _ if best.likeness() > own => true,
            Likeness::Guessed => best.place().is_some() && best.likeness() == own,
            Likeness::None => best.place().is_some() && may_hold_rows,
        };
        if is_better {
            return Some(at);
        }
        let mut others = lists().filter(|(_, list)| list.has_objects && own == Likeness::None && !self.is_array);
        match (others.next(), others.next()) {
            (Some((only, _)), None) => Some(only),
            _ => None,
        }
    }
}
