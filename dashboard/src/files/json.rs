//! Where the memories are in JSON text: in an array, in an object that holds one, or one value after the other, on a line
//! each or over several. Only where values begin and end is looked for; what is in a row, the check of the rows says.

use super::{
    broken::{Broken, Next},
    decode::lines,
    file::{PORTION, Row},
    lists::{Document, Likeness, MEMORIES, Value},
    members::string,
};

/// How deep arrays and objects may nest: the metadata of a memory, in a few wrappers.
const DEEPEST: usize = 128;
/// How often a text may be gone through, where broken rows make it necessary to begin again behind them.
const MOST_ROUNDS: usize = 4;
/// The longest name that is read, in bytes: no name that matters is longer.
const LONGEST_NAME: usize = 1_000;
/// How far into a text that does not call itself JSON it has to look like it, in bytes.
const EARLY: usize = 1_000;

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    /// A value, or the end of an empty array.
    FirstValue,
    Name,
    /// A name, or the end of an empty object.
    FirstName,
    Colon,
    /// A comma, or the end of what is open.
    Comma,
}

/// A value that has begun.
#[derive(Clone, Copy, Default)]
struct Begun {
    at: usize,
    /// Known where it matters: of what may be a row.
    line: u32,
    byte: u8,
    /// Whether it is the `item` of what may be a row, as lists of items of a batch have it.
    is_item: bool,
}

/// An array or object that is open.
struct Open {
    begun: Begun,
    /// The number of the list that an array is, where it may hold the rows.
    list: Option<usize>,
    /// Whether a list in this object may.
    is_path: bool,
    /// Whether this object may be a row, how much it looks like a memory, and the item that is one instead.
    may_be_row: bool,
    likeness: Likeness,
    item: Option<Value>,
}

impl Open {
    fn is_object(&self) -> bool {
        self.begun.byte == b'{'
    }
}

/// Finds the rows of JSON text, a portion at a time.
pub struct Scanner {
    /// The rows so far.
    pub rows: Vec<Row>,
    /// Whether something is wrong where the text begins: it may be none of JSON.
    pub breaks_early: bool,
    document: Document,
    /// How many have begun, and the last that has ended: what it stands for depends on whether there are others.
    documents: usize,
    ended: Option<(Document, Value)>,
    at: usize,
    expected: Expected,
    open: Vec<Open>,
    in_string: bool,
    /// Where the string that is read, or was read last, begins.
    string: usize,
    /// The name that was read last.
    name: String,
    /// Up to where lines are counted, and which one that is.
    counted: (usize, u32),
    /// The value that began last, and that at the top.
    begun: Begun,
    top: Begun,
    /// The most blanks that stand before what is at the top.
    indentation: usize,
    /// What the values at the top begin with.
    first: u8,
    /// What is skipped.
    broken: Option<Broken>,
    worked: usize,
}

impl Scanner {
    /// For a text that begins, white space aside, with `first`.
    pub fn new(first: u8) -> Self {
        Self {
            rows: Vec::new(),
            breaks_early: false,
            document: Document::default(),
            documents: 0,
            ended: None,
            at: 0,
            expected: Expected::Value,
            open: Vec::new(),
            in_string: false,
            string: 0,
            name: String::new(),
            counted: (0, 1),
            begun: Begun::default(),
            top: Begun::default(),
            indentation: 0,
            first,
            broken: None,
            worked: 0,
        }
    }

    /// Whether the text begins as an array does.
    pub fn is_array(&self) -> bool {
        self.first == b'['
    }

    /// How much of the text is done, in bytes.
    pub fn done(&self) -> usize {
        self.at
    }

    /// Goes on for a portion. Returns whether that was the end.
    ///
    /// # Errors
    /// What is wrong with the text as a whole, and where.
    pub fn step(&mut self, text: &str) -> Result<bool, String> {
        if self.broken.is_some() {
            self.skip_broken(text)?;
            return Ok(false);
        }
        let mut spent = 0;
        while spent < PORTION {
            let before = self.at;
            let token = match text.as_bytes().get(before) {
                Some(byte) => self.token(text, *byte),
                None if self.open.is_empty() && !self.in_string => {
                    self.settle(self.documents == 1);
                    return Ok(true);
                }
                None => Err("it ends in the middle of a value"),
            };
            spent += self.at.saturating_sub(before).max(1);
            if let Err(why) = token {
                self.worked += spent;
                self.begin_broken(text, why)?;
                return Ok(false);
            }
        }
        self.worked += spent;
        self.count_lines(text);
        Ok(false)
    }

    fn token(&mut self, text: &str, byte: u8) -> Result<(), &'static str> {
        use Expected::{Colon, Comma, FirstName, FirstValue, Name, Value};
        if self.in_string {
            return self.go_on_in_string(text);
        }
        let is_top = self.open.is_empty();
        let in_object = self.open.last().is_some_and(Open::is_object);
        match (byte, self.expected) {
            (b' ' | b'\t' | b'\n' | b'\r', _) => self.at += 1,
            // Commas and record separators between values, and marks of files that were put together.
            (b',' | 0x1e, Value) if is_top => self.at += 1,
            (0xef, Value) if is_top && self.rest(text).starts_with('\u{feff}') => self.at += 3,
            (b'{' | b'[', Value | FirstValue) => return self.begin_inside(text, byte),
            (b'}', FirstName | Comma) if in_object => self.end_inside(),
            (b']', FirstValue | Comma) if !in_object => self.end_inside(),
            (b'"', Name | FirstName) => self.begin_string(),
            (b'"', Value | FirstValue) if !is_top || self.first == b'"' => {
                self.begin_value(text, byte);
                self.begin_string();
            }
            (b'-' | b'0'..=b'9' | b't' | b'f' | b'n', Value | FirstValue) if !is_top => {
                self.begin_value(text, byte);
                let ends = |byte: &u8| b",]}[{:\" \t\r\n".contains(byte);
                let rest = self.rest(text);
                let rest = rest.get(..rest.floor_char_boundary(PORTION)).unwrap_or_default();
                self.at += rest.bytes().position(|byte| ends(&byte)).unwrap_or(rest.len());
                self.end_scalar();
            }
            (b':', Colon) => {
                self.at += 1;
                self.expected = Value;
            }
            (b',', Comma) => {
                self.at += 1;
                self.expected = if in_object { Name } else { Value };
            }
            (_, Value | FirstValue) => return Err("expected a value"),
            (_, Name | FirstName) => return Err("expected a name in quotes"),
            (_, Colon) => return Err("expected a colon"),
            (_, Comma) => return Err("expected a comma or the end of what is open"),
        }
        Ok(())
    }

    fn rest<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.at..).unwrap_or_default()
    }

    fn begin_value(&mut self, text: &str, byte: u8) {
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

    fn end_scalar(&mut self) {
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

    fn begin_inside(&mut self, text: &str, byte: u8) -> Result<(), &'static str> {
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

    fn end_inside(&mut self) {
        self.at += 1;
        let Some(Open { begun, likeness, item, .. }) = self.open.pop() else { return };
        let value = Value { row: Row::new(begun.line, begun.at..self.at), byte: begun.byte, likeness };
        let item = item.filter(|_| likeness == Likeness::None).map(|item| Value { byte: begun.byte, ..item });
        self.end_value(begun, item.unwrap_or(value));
    }

    fn begin_string(&mut self) {
        (self.in_string, self.string) = (true, self.at);
        self.at += 1;
    }

    fn go_on_in_string(&mut self, text: &str) -> Result<(), &'static str> {
        let rest = text.as_bytes().get(self.at..).unwrap_or_default();
        let rest = rest.get(..PORTION).unwrap_or(rest);
        let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | 0x1e));
        self.at += stop.unwrap_or(rest.len());
        match stop.and_then(|stop| rest.get(stop)) {
            None => {}
            // With what it escapes, which may be a quote.
            Some(b'\\') => self.at = (self.at + 2).min(text.len()),
            Some(b'"') => {
                self.in_string = false;
                self.at += 1;
                if matches!(self.expected, Expected::Name | Expected::FirstName) {
                    let name = text.get(self.string..self.at).filter(|name| name.len() <= LONGEST_NAME);
                    self.name.clear();
                    self.name.push_str(&name.and_then(string).unwrap_or_default());
                    self.expected = Expected::Colon;
                } else {
                    self.end_scalar();
                }
            }
            Some(_) => return Err("a string does not end in its line"),
        }
        Ok(())
    }

    /// Takes the rows of the document that has ended, which is the only one of its file or one of several.
    fn settle(&mut self, is_only: bool) {
        if let Some((document, value)) = self.ended.take() {
            self.rows.append(&mut document.rows(value, is_only));
        }
    }

    /// Ends with an error where the text is one value; else takes what is broken for a row of its own, which goes to where
    /// the next value begins.
    fn begin_broken(&mut self, text: &str, why: &str) -> Result<(), String> {
        let is_open = !self.open.is_empty() || self.in_string;
        let line = self.line(text, self.at);
        self.breaks_early |= self.documents <= 1 && line <= self.top.line.max(1) && self.at < self.top.at + EARLY;
        let says = || {
            let line_before = text.as_bytes().get(..self.at).unwrap_or_default();
            let begin = line_before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
            let column = text.get(begin..self.at).unwrap_or_default().chars().count() + 1;
            format!("The file is not JSON: line {line}, column {column}: {why}.")
        };
        let is_only = is_open && self.documents == 1 && self.rows.is_empty();
        let in_list = || self.open.iter().any(|open| open.list.is_some_and(|list| self.document.is_known(list)));
        let is_one_value = is_open && self.first == b'[' || is_only && line > self.top.line && in_list();
        if is_one_value || self.worked > text.len().saturating_mul(MOST_ROUNDS).saturating_add(PORTION) {
            return Err(says());
        }
        let says = is_only.then(says);
        let (start, line) = if is_open { (self.top.at, self.top.line) } else { (self.at, line) };
        if !is_open {
            self.documents += 1;
            self.settle(false);
        }
        self.open.clear();
        (self.in_string, self.expected, self.at, self.counted) = (false, Expected::Value, start, (start, line));
        let (first, indentation) = (self.first, self.indentation);
        self.broken = Some(Broken { start, line, first, indentation, says });
        Ok(())
    }

    fn skip_broken(&mut self, text: &str) -> Result<(), String> {
        let Some(broken) = &self.broken else { return Ok(()) };
        let (end, is_end) = match broken.next(text, self.at) {
            Next::Further(at) => (at, false),
            Next::At(at) => (at, true),
            Next::Nowhere => match &broken.says {
                Some(says) => return Err(says.clone()),
                None => (text.len(), true),
            },
        };
        if is_end {
            self.rows.push(broken.row(text, end));
            self.broken = None;
        }
        self.at = end;
        self.count_lines(text);
        Ok(())
    }

    /// So that a long value does not leave all of its lines to be counted at once.
    fn count_lines(&mut self, text: &str) {
        // Else CR LF would count twice.
        if text.as_bytes().get(self.at) != Some(&b'\n') {
            self.line(text, self.at);
        }
    }

    /// The line that `at` is in. Asked from the beginning on.
    fn line(&mut self, text: &str, at: usize) -> u32 {
        let (before, line) = self.counted;
        self.counted = (at, line + lines(text.get(before..at).unwrap_or_default()));
        self.counted.1
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
