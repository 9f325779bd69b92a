//! Where the memories are in JSON text: in an array, in an object that holds one, or one value after the other, on a line
//! each or over several. Only where values begin and end is looked for; what is in a row, the check of the rows says.

mod broken;
mod values;

use super::{
    decode::lines,
    file::{PORTION, Row},
    lists::{Document, Value},
    members::string,
};
use broken::Broken;
use values::{Begun, Open};

/// The longest name that is read, in bytes: no name that matters is longer.
const LONGEST_NAME: usize = 1_000;
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
        self.counted = (at, line + lines(text.as_bytes().get(before..at).unwrap_or_default()));
        self.counted.1
    }
}
