//! Where the memories are in JSON text: in an array, in an object that holds one, or one value after the other, on a line
//! each or over several. Only where values begin and end is looked for; what is in a row, the check of the rows says.

use super::{
    columns::Field,
    decode::lines,
    file::{PORTION, Row},
    lists::Lists,
    members::string,
};

/// How deep arrays and objects may nest: the metadata of a memory, in a few wrappers.
const DEEPEST: usize = 128;
/// How often a text may be gone through, where broken rows make it necessary to begin again behind them.
const MOST_ROUNDS: usize = 4;

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

/// An array or object that is open.
#[derive(Clone, Copy)]
struct Open {
    is_object: bool,
    /// The number of the list that it is, where it may hold the rows.
    list: Option<usize>,
}

/// Finds the rows of JSON text, a portion at a time.
pub struct Scanner {
    /// The rows so far.
    pub rows: Vec<Row>,
    lists: Lists,
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
    /// Where the value at the top, and in it the element of a list, begins, and in which line.
    top: (usize, u32),
    element: (usize, u32),
    /// Whether the object at the top has a content itself.
    has_content: bool,
    /// What the values at the top begin with.
    first: u8,
    worked: usize,
}

impl Scanner {
    /// For a text that begins, white space aside, with `first`.
    pub fn new(first: u8) -> Self {
        Self {
            rows: Vec::new(),
            lists: Lists::default(),
            at: 0,
            expected: Expected::Value,
            open: Vec::new(),
            in_string: false,
            string: 0,
            name: String::new(),
            counted: (0, 1),
            top: (0, 1),
            element: (0, 1),
            has_content: false,
            first,
            worked: 0,
        }
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
        let mut spent = 0;
        while spent < PORTION {
            let before = self.at;
            let token = match text.as_bytes().get(before) {
                Some(byte) => self.token(text, *byte),
                None if self.open.is_empty() && !self.in_string => {
                    self.rows = self.lists.instead_of(std::mem::take(&mut self.rows));
                    return Ok(true);
                }
                None => Err("it ends in the middle of a value"),
            };
            spent += self.at.saturating_sub(before).max(1);
            if let Err(why) = token {
                self.worked += spent;
                self.skip_broken(text, why)?;
                return Ok(false);
            }
        }
        self.worked += spent;
        Ok(false)
    }

    fn token(&mut self, text: &str, byte: u8) -> Result<(), &'static str> {
        use Expected::{Colon, Comma, FirstName, FirstValue, Name, Value};
        if self.in_string {
            return self.go_on_in_string(text);
        }
        let is_top = self.open.is_empty();
        let in_object = self.open.last().is_some_and(|open| open.is_object);
        match (byte, self.expected) {
            (b' ' | b'\t' | b'\n' | b'\r', _) => self.at += 1,
            // Commas and record separators between values, and marks of files that were put together.
            (b',' | 0x1e, Value) if is_top => self.at += 1,
            (0xef, Value) if is_top && self.rest(text).starts_with('\u{feff}') => self.at += 3,
            (b'{' | b'[', Value | FirstValue) => return self.begin_inside(text, byte == b'{'),
            (b'}', FirstName | Comma) if in_object => self.end_inside(text),
            (b']', FirstValue | Comma) if !in_object => self.end_inside(text),
            (b'"', Name | FirstName) => self.begin_string(),
            (b'"', Value | FirstValue) if !is_top || self.first == b'"' => {
                self.begin_value(text, byte);
                self.begin_string();
            }
            (b'-' | b'0'..=b'9' | b't' | b'f' | b'n', Value | FirstValue) if !is_top => {
                self.begin_value(text, byte);
                let ends = |byte: &u8| b",]}[{:\" \t\r\n".contains(byte);
                let rest = self.rest(text).as_bytes();
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
                self.end_value(text);
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
        match self.open.as_slice() {
            [] => {
                self.top = (self.at, self.line(text, self.at));
                self.has_content = false;
                self.lists.clear();
            }
            [.., Open { list: Some(_), .. }] => self.element = (self.at, self.line(text, self.at)),
            [Open { is_object: true, .. }] if !matches!(byte, b'{' | b'[') => {
                self.has_content |= Field::guess(&self.name) == Some(Field::Content);
            }
            _ => {}
        }
    }

    fn end_value(&mut self, text: &str) {
        self.expected = Expected::Comma;
        match self.open.as_slice() {
            [] => {
                self.expected = Expected::Value;
                let (start, line) = self.top;
                let (value, is_first) = (Row::new(line, start..self.at), self.rows.is_empty());
                if self.has_content {
                    self.rows.push(value);
                } else {
                    self.rows.append(&mut self.lists.rows_of(value, is_first));
                }
            }
            [.., Open { list: Some(list), .. }] => {
                let (start, line) = self.element;
                let is_object = text.as_bytes().get(start) == Some(&b'{');
                self.lists.add(*list, Row::new(line, start..self.at), is_object);
            }
            _ => {}
        }
    }

    fn begin_inside(&mut self, text: &str, is_object: bool) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            return Err("it nests too deep");
        }
        self.begin_value(text, if is_object { b'{' } else { b'[' });
        let may_hold_rows = !is_object && self.open.len() <= 2 && self.open.iter().all(|open| open.is_object);
        let name = if self.open.is_empty() { "" } else { &self.name };
        let list = may_hold_rows.then(|| self.lists.begin(name));
        self.open.push(Open { is_object, list });
        self.expected = if is_object { Expected::FirstName } else { Expected::FirstValue };
        self.at += 1;
        Ok(())
    }

    fn end_inside(&mut self, text: &str) {
        self.open.pop();
        self.at += 1;
        self.end_value(text);
    }

    fn begin_string(&mut self) {
        (self.in_string, self.string) = (true, self.at);
        self.at += 1;
    }

    fn go_on_in_string(&mut self, text: &str) -> Result<(), &'static str> {
        let rest = text.as_bytes().get(self.at..).unwrap_or_default();
        let rest = rest.get(..PORTION).unwrap_or(rest);
        let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r'));
        self.at += stop.unwrap_or(rest.len());
        match stop.and_then(|stop| rest.get(stop)) {
            None => {}
            // With what it escapes, which may be a quote.
            Some(b'\\') => self.at = (self.at + 2).min(text.len()),
            Some(b'"') => {
                self.in_string = false;
                self.at += 1;
                if matches!(self.expected, Expected::Name | Expected::FirstName) {
                    self.name = text.get(self.string..self.at).and_then(string).unwrap_or_default().into_owned();
                    self.expected = Expected::Colon;
                } else {
                    self.end_value(text);
                }
            }
            Some(_) => return Err("a string does not end in its line"),
        }
        Ok(())
    }

    /// Ends with an error where the text is one value; else takes what is broken for a row of its own, which goes to the
    /// next line that begins as values do.
    fn skip_broken(&mut self, text: &str, why: &str) -> Result<(), String> {
        let is_open = !self.open.is_empty() || self.in_string;
        let is_one_value = self.first == b'[' || self.rows.is_empty() && self.lists.has_known();
        if is_open && is_one_value || self.worked > text.len().saturating_mul(MOST_ROUNDS).saturating_add(PORTION) {
            let line = self.line(text, self.at);
            let before = text.get(..self.at).unwrap_or(text);
            let column = before.rsplit(['\n', '\r']).next().unwrap_or_default().chars().count() + 1;
            return Err(format!("The file is not JSON: line {line}, column {column}: {why}."));
        }
        let (start, line) = if is_open { self.top } else { (self.at, self.line(text, self.at)) };
        let end = self.end_of_broken(text, start);
        let row = text.get(start..end).unwrap_or_default().trim_end();
        self.rows.push(Row::new(line, start..start + row.len()));
        self.open.clear();
        self.lists.clear();
        (self.in_string, self.expected, self.at, self.counted) = (false, Expected::Value, end, (start, line));
        Ok(())
    }

    fn end_of_broken(&self, text: &str, start: usize) -> usize {
        let window = text.ceil_char_boundary(start + PORTION);
        let rest = text.get(start..window).unwrap_or_default();
        let mut starts = rest.match_indices(['\n', '\r']).map(|(at, _)| start + at + 1);
        let begins = |at: &usize| {
            let line = text.get(*at..).unwrap_or_default();
            line.strip_prefix('\u{feff}').unwrap_or(line).as_bytes().first() == Some(&self.first)
        };
        starts.clone().find(begins).or_else(|| starts.next_back().filter(|_| window < text.len())).unwrap_or(window)
    }

    /// The line that `at` is in. Asked from the beginning on.
    fn line(&mut self, text: &str, at: usize) -> u32 {
        let (before, line) = self.counted;
        self.counted = (at, line + lines(text.get(before..at).unwrap_or_default()));
        self.counted.1
    }
}
