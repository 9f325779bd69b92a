use crate::{
    BATCH_ITEMS, Invalid, LABEL_CHARS, MemoryInput,
    capture::{Capture, Captured},
    invalid::NAME_BYTES,
    json,
};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The most bytes of one item, white space included. The longest that the rules allow has 1.1 MB: metadata of
/// [`METADATA_BYTES`](crate::METADATA_BYTES), and twelve bytes for each character of content and ids where all are escaped
/// surrogate pairs. The rest is room for indentation.
pub const ITEM_BYTES: usize = 2 << 20;

/// Reads the body of `POST /v1/batch` piece by piece as it arrives, and hands on each memory as soon as it is whole: no more
/// of a body than one item is ever held, whatever is in it.
///
/// Only a batch of the contract's shape is read to its end. The first fault ends it: what is pushed after an error means
/// nothing.
#[derive(Default)]
pub struct BatchReader {
    expected: Expected,
    /// Bytes of the body so far.
    offset: usize,
    /// Memories so far; `None` before there is an array of them.
    received: Option<u32>,
    /// The field whose value is arriving.
    field: Field,
    /// The other fields, as far as they have come.
    batch: Batch,
    /// The name or item that is arriving.
    capture: Capture,
}

/// What stood in a batch beside the fields of its memories.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Batch {
    /// How many memories; 1 to [`BATCH_ITEMS`].
    pub received: u32,
    /// What people call it, such as the name of its file: at most [`LABEL_CHARS`].
    pub label: Option<String>,
    /// What the batches of one import share.
    pub group: Option<Uuid>,
    /// Where each memory stands in its file: as many as there are memories.
    pub lines: Option<Vec<u64>>,
}

/// The fields of a batch.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Field {
    #[default]
    Memories,
    Label,
    Group,
    Lines,
}

/// Known names of fields.
const FIELDS: [(&str, Field); 4] =
    [("memories", Field::Memories), ("label", Field::Label), ("group", Field::Group), ("lines", Field::Lines)];

/// The highest line: the store would give a higher one back as another number.
pub const LARGEST_LINE: u64 = i64::MAX as u64;

/// The most bytes of a value beside the memories: lines have at most 19 digits each, and some white space.
const VALUE_BYTES: usize = 16 << 10;

/// What may come next.
#[derive(Clone, Copy, Default)]
enum Expected {
    /// A byte order mark or the opening brace.
    #[default]
    Start,
    /// The rest of a byte order mark.
    Mark,
    /// A name or the closing brace.
    FirstName,
    Name,
    RestOfName,
    Colon,
    Memories,
    /// The value of another field.
    Value,
    RestOfValue,
    /// The rest of `null`, so many bytes of it.
    RestOfNull(u8),
    /// An item or the closing bracket.
    FirstItem,
    Item,
    RestOfItem,
    /// A comma or the closing bracket.
    BehindItem,
    /// A comma or the closing brace.
    BehindField,
    /// White space.
    Nothing,
}

impl BatchReader {
    /// Before the first byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the body, cut anywhere. Each memory that they complete goes to `each`, in order.
    ///
    /// # Errors
    /// The first place that is not in the contract's shape, or what `each` refused.
    pub fn push<E: From<Invalid>>(
        &mut self,
        bytes: &[u8],
        each: &mut impl FnMut(MemoryInput<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = bytes;
        while let Some((&byte, behind)) = rest.split_first() {
            let unread = match self.expected {
                Expected::RestOfName => self.name(rest)?,
                Expected::RestOfItem => self.item(rest, each)?,
                Expected::RestOfValue => self.value(rest)?,
                _ => {
                    self.expected = self.step(byte)?;
                    if matches!(self.expected, Expected::RestOfName | Expected::RestOfItem | Expected::RestOfValue) {
                        self.capture.begin(self.offset);
                        rest
                    } else {
                        behind
                    }
                }
            };
            self.offset = self.offset.saturating_add(rest.len().saturating_sub(unread.len()));
            rest = unread;
        }
        Ok(())
    }

    /// The body is over.
    ///
    /// # Errors
    /// It breaks off, or there were no memories in it.
    pub fn finish(self) -> Result<Batch, Invalid> {
        if matches!(self.expected, Expected::RestOfItem) {
            // A bracket that is missing is said to be where it is missed rather than at the end.
            self.memory()?;
        }
        if !matches!(self.expected, Expected::Nothing) {
            return Err(Invalid::not_json("it breaks off", self.offset));
        }
        let received = self.received.ok_or_else(|| Invalid::new("memories", "is missing: send {\"memories\": […]}"))?;
        if self.batch.lines.as_ref().is_some_and(|lines| lines.len() != received as usize) {
            return Err(Invalid::new("lines", format!("must hold as many numbers as there are memories ({received})")));
        }
        Ok(Batch { received, ..self.batch })
    }

    /// What may come behind `byte`, which stands between names and items.
    fn step(&mut self, byte: u8) -> Result<Expected, Invalid> {
        Ok(match (self.expected, byte) {
            (Expected::Start, 0xef) if self.offset == 0 => Expected::Mark,
            (Expected::Mark, 0xbb) if self.offset == 1 => Expected::Mark,
            (Expected::Mark, 0xbf) if self.offset == 2 => Expected::Start,
            (Expected::Mark, _) => return Err(self.unexpected(byte)),
            (expected, b' ' | b'\t' | b'\n' | b'\r') => expected,
            (Expected::Start, b'{') => Expected::FirstName,
            (Expected::FirstName | Expected::Name, b'"') => Expected::RestOfName,
            (Expected::FirstName | Expected::BehindField, b'}') => Expected::Nothing,
            (Expected::Colon, b':') if self.field == Field::Memories => Expected::Memories,
            (Expected::Colon, b':') => Expected::Value,
            (Expected::Value, b'"' | b'[' | b'{') => Expected::RestOfValue,
            (Expected::Value, b'n') => Expected::RestOfNull(0),
            (Expected::RestOfNull(0), b'u') => Expected::RestOfNull(1),
            (Expected::RestOfNull(1), b'l') => Expected::RestOfNull(2),
            (Expected::RestOfNull(2), b'l') => Expected::BehindField,
            (Expected::Memories, b'[') => {
                self.received = Some(0);
                Expected::FirstItem
            }
            (Expected::FirstItem, b']') => return Err(wrong_count()),
            (Expected::FirstItem | Expected::Item, b'{') if self.index() < BATCH_ITEMS as u32 => Expected::RestOfItem,
            (Expected::BehindItem, b',') => Expected::Item,
            (Expected::BehindItem, b']') => Expected::BehindField,
            (Expected::BehindField, b',') => Expected::Name,
            _ => return Err(self.unexpected(byte)),
        })
    }

    /// Takes more of a name. What is behind it comes back.
    fn name<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], Invalid> {
        let unknown = |name: &str| Invalid::unknown_field(name, "a batch: it has memories, label, group and lines");
        let captured = self.capture.push(bytes, NAME_BYTES);
        let start = self.capture.start();
        let text = self.capture.text().map_err(Invalid::not_utf8)?;
        let rest = match captured {
            Captured::Whole(rest) => rest,
            Captured::Part => return Ok(&[]),
            // The quote that opens it is no part of it.
            Captured::TooLong => return Err(unknown(text.get(1..).unwrap_or_default())),
        };
        let name: &RawValue = serde_json::from_str(text).map_err(|error| json::syntax(&error, text, start))?;
        let name = json::name(name);
        let (_, field) = *FIELDS.iter().find(|(known, _)| *known == name).ok_or_else(|| unknown(&name))?;
        let is_there = match field {
            Field::Memories => self.received.is_some(),
            Field::Label => self.batch.label.is_some(),
            Field::Group => self.batch.group.is_some(),
            Field::Lines => self.batch.lines.is_some(),
        };
        if is_there {
            return Err(Invalid::new(name, "must not be there twice"));
        }
        self.field = field;
        self.expected = Expected::Colon;
        Ok(rest)
    }

    /// Takes more of an item and hands it on once it is whole. What is behind it comes back.
    fn item<'b, E: From<Invalid>>(
        &mut self,
        bytes: &'b [u8],
        each: &mut impl FnMut(MemoryInput<'_>) -> Result<(), E>,
    ) -> Result<&'b [u8], E> {
        match self.capture.push(bytes, ITEM_BYTES) {
            Captured::Whole(rest) => {
                each(self.memory()?)?;
                self.received = Some(self.index().saturating_add(1));
                self.expected = Expected::BehindItem;
                Ok(rest)
            }
            Captured::Part => Ok(&[]),
            Captured::TooLong => Err(self.wrong_item(format!("must have at most {ITEM_BYTES} bytes")).into()),
        }
    }

    /// Takes more of a field's value and reads it once it is whole. What is behind it comes back.
    fn value<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], Invalid> {
        let rest = match self.capture.push(bytes, VALUE_BYTES) {
            Captured::Whole(rest) => rest,
            Captured::Part => return Ok(&[]),
            Captured::TooLong => return Err(self.wrong_value()),
        };
        let (text, start) = (self.capture.text().map_err(Invalid::not_utf8)?, self.capture.start());
        let value: &RawValue = serde_json::from_str(text).map_err(|error| json::syntax(&error, text, start))?;
        let value = json::mended(value);
        match self.field {
            Field::Memories => {}
            Field::Label => {
                let label = json::string(&value).filter(|label| label.chars().count() <= LABEL_CHARS);
                self.batch.label = Some(label.ok_or_else(|| self.wrong_value())?.into_owned());
            }
            Field::Group => {
                let group = json::string(&value).and_then(|group| Uuid::try_parse(&group).ok());
                self.batch.group = Some(group.ok_or_else(|| self.wrong_value())?);
            }
            Field::Lines => {
                let lines: Option<Vec<u64>> = serde_json::from_str(value.get()).ok();
                let lines = lines.filter(|lines| lines.iter().all(|line| *line <= LARGEST_LINE));
                self.batch.lines = Some(lines.ok_or_else(|| self.wrong_value())?);
            }
        }
        self.expected = Expected::BehindField;
        Ok(rest)
    }

    /// What the value of the field that is arriving must be.
    fn wrong_value(&self) -> Invalid {
        match self.field {
            Field::Memories => Invalid::new("memories", "must be an array"),
            Field::Label => Invalid::new("label", format!("must be a string of at most {LABEL_CHARS} characters")),
            Field::Group => Invalid::new("group", "must be a UUID"),
            Field::Lines => {
                let must = format!("must be an array of whole numbers to {LARGEST_LINE}, one for each memory");
                Invalid::new("lines", must)
            }
        }
    }

    fn memory(&self) -> Result<MemoryInput<'_>, Invalid> {
        let text = self.capture.text().map_err(Invalid::not_utf8)?;
        MemoryInput::read_at(text, self.capture.start()).map_err(|invalid| invalid.in_item(self.index()))
    }

    /// The index of the item that is arriving or comes next.
    fn index(&self) -> u32 {
        self.received.unwrap_or_default()
    }

    fn wrong_item(&self, must: impl Into<String>) -> Invalid {
        Invalid::new(format!("memories[{}]", self.index()), must)
    }

    /// Why `byte` cannot stand where it does. JSON of another shape is told from what is no JSON.
    fn unexpected(&self, byte: u8) -> Invalid {
        let is_value = matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n');
        let expected = match self.expected {
            Expected::Start if is_value => return Invalid::new("", "must be a JSON object"),
            Expected::Memories | Expected::Value if is_value => return self.wrong_value(),
            Expected::FirstItem | Expected::Item if is_value && self.index() == BATCH_ITEMS as u32 => {
                return wrong_count();
            }
            Expected::FirstItem | Expected::Item if is_value => return self.wrong_item("must be a JSON object"),
            // What began as a mark is not even a character.
            Expected::Mark if !matches!(byte, 0x80..=0xbf) => return Invalid::not_utf8(0),
            Expected::Mark => return Invalid::not_json("expected an object", 0),
            // No character begins with such a byte.
            _ if matches!(byte, 0x80..=0xc1 | 0xf5..) => return Invalid::not_utf8(self.offset),
            Expected::Start => "expected an object",
            Expected::FirstName => "expected a name or `}`",
            Expected::Name | Expected::RestOfName => "expected a name",
            Expected::Colon => "expected `:`",
            Expected::Memories => "expected an array",
            Expected::Value | Expected::RestOfValue | Expected::RestOfNull(_) => "expected a value",
            Expected::FirstItem => "expected an object or `]`",
            Expected::Item | Expected::RestOfItem => "expected an object",
            Expected::BehindItem => "expected `,` or `]`",
            Expected::BehindField => "expected `,` or `}`",
            Expected::Nothing => "expected nothing more",
        };
        Invalid::not_json(expected, self.offset)
    }
}

fn wrong_count() -> Invalid {
    Invalid::new("memories", format!("must hold 1 to {BATCH_ITEMS} memories"))
}
