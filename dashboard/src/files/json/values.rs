//! What the values are that begin and end: documents, elements of lists, what is inside of them.

use super::{Expected, Scanner};
use crate::files::{
    file::Row,
    lists::{Document, Likeness, MEMORIES, Value},
};

/// How deep arrays and objects may nest: the metadata of a memory, in a few wrappers.
const DEEPEST: usize = 128;

/// A value that has begun.
#[derive(Clone, Copy, Default)]
pub struct Begun {
    /// Where.
    pub at: usize,
    /// Known where it matters: of what may be a row.
    pub line: u32,
    byte: u8,
    /// Whether it is the `item` of what may be a row, as lists of items of a batch have it.
    is_item: bool,
}

/// An array or object that is open.
pub struct Open {
    begun: Begun,
    /// The number of the list that an array is, where it may hold the rows.
    pub list: Option<usize>,
    /// Whether a list in this object may.
    is_path: bool,
    /// Whether this object may be a row, how much it looks like a memory, and the item that is one instead.
    may_be_row: bool,
    likeness: Likeness,
    item: Option<Value>,
}

impl Open {
    /// Whether it is no array.
    pub fn is_object(&self) -> bool {
        self.begun.byte == b'{'
    }
}

impl Scanner {
    pub(super) fn begin_value(&mut self, text: &str, byte: u8) {
        if self.open.is_empty() {
            self.settle(false);
            self.document = Document::new(byte == b'[');
            self.documents += 1;
            self.indentation = self.indentation.max(indentation(text, self.at));
        }
        let (mut is_item, mut is_row) = (false, true);
        match self.open.last_mut() {
            None => {}
            Some(Open { list: Some(list), .. }) => self.document.begin_element(*list),
            Some(object @ Open { may_be_row: true, .. }) => {
                if byte == b'"' {
                    object.likeness = object.likeness.max(Likeness::of(&self.name));
                }
                is_item = !object.begun.is_item && self.name == "item" && matches!(byte, b'{' | b'n');
                is_row = is_item;
            }
            _ => is_row = false,
        }
        let line = if is_row { self.line(text, self.at) } else { 0 };
        self.begun = Begun { at: self.at, line, byte, is_item };
        if self.open.is_empty() {
            self.top = self.begun;
        }
    }

    pub(super) fn end_scalar(&mut self) {
        let (begun, likeness) = (self.begun, Likeness::None);
        let row = Row::new(begun.line, begun.at..self.at);
        self.end_value(begun, Value { row, byte: begun.byte, likeness });
    }

    fn end_value(&mut self, begun: Begun, value: Value) {
        self.expected = Expected::Comma;
        match self.open.last_mut() {
            None => {
                self.expected = Expected::Value;
                self.ended = Some((std::mem::take(&mut self.document), value));
            }
            Some(Open { list: Some(list), .. }) => self.document.end_element(*list, value),
            // That which has landed is null.
            Some(object) if begun.is_item && (value.byte == b'n' || value.likeness > Likeness::None) => {
                object.item = Some(value);
            }
            _ => {}
        }
    }

    pub(super) fn begin_inside(&mut self, text: &str, byte: u8) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            return Err("it nests too deep");
        }
        self.begin_value(text, byte);
        let begun = self.begun;
        let is_path = match self.open.last() {
            None => true,
            // Of memories, whatever it holds.
            Some(object) if object.is_object() => object.is_path && self.name != "metadata",
            Some(array) => array.list.is_some_and(|list| self.document.is_in_first(list)),
        };
        let is_named = self.open.last().is_some_and(Open::is_object);
        let name = if is_named { self.name.as_str() } else { "" };
        // Others than the only document are looked into for nothing else.
        let may_count = self.documents == 1 || self.open.is_empty() || self.open.len() == 1 && name == MEMORIES;
        let list = (byte == b'[' && is_path && may_count).then(|| self.document.begin(name));
        let may_be_row = byte == b'{' && begun.line > 0;
        self.open.push(Open { begun, list, is_path, may_be_row, likeness: Likeness::None, item: None });
        self.expected = if byte == b'{' { Expected::FirstName } else { Expected::FirstValue };
        self.at += 1;
        Ok(())
    }

    pub(super) fn end_inside(&mut self) {
        self.at += 1;
        let Some(Open { begun, likeness, item, .. }) = self.open.pop() else { return };
        let value = Value { row: Row::new(begun.line, begun.at..self.at), byte: begun.byte, likeness };
        let item = item.filter(|_| likeness == Likeness::None).map(|item| Value { byte: begun.byte, ..item });
        self.end_value(begun, item.unwrap_or(value));
    }

    /// Takes the rows of the document that has ended, which is the only one of its file or one of several.
    pub(super) fn settle(&mut self, is_only: bool) {
        if let Some((document, value)) = self.ended.take() {
            self.rows.append(&mut document.rows(value, is_only));
        }
    }
}

/// How many blanks stand before `at` in its line, where nothing else does.
fn indentation(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let blanks = before.iter().rev().take(DEEPEST).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match before.iter().rev().nth(blanks) {
        None | Some(b'\n' | b'\r' | 0x1e) => blanks,
        Some(_) => 0,
    }
}
