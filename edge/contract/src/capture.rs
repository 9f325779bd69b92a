use memchr::memchr2;

/// Collects the bytes of one JSON object, array or string as they arrive. Only where it ends is looked for: whether it is
/// well-formed is for its reader to say.
#[derive(Default)]
pub struct Capture {
    bytes: Vec<u8>,
    start: usize,
    depth: usize,
    in_string: bool,
    is_escaped: bool,
}

/// What became of the bytes that a capture was given.
pub enum Captured<'a> {
    /// The value ended, and this stood behind it.
    Whole(&'a [u8]),
    /// It took all of them and the value goes on.
    Part,
    /// The value is longer than it may be. As much as it may have is there.
    TooLong,
}

impl Capture {
    /// Forgets the last value. The next one begins at byte `start` of the body.
    pub fn begin(&mut self, start: usize) {
        self.bytes.clear();
        *self = Self { bytes: std::mem::take(&mut self.bytes), start, ..Self::default() };
    }

    /// Takes the next bytes of the value, which has at most `most`. Its first byte opens it.
    pub fn push<'a>(&mut self, bytes: &'a [u8], most: usize) -> Captured<'a> {
        let room = most.saturating_sub(self.bytes.len());
        let (within, behind) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        let length = self.length(within);
        let (value, rest) = bytes.split_at_checked(length.unwrap_or(within.len())).unwrap_or((bytes, &[]));
        self.bytes.extend_from_slice(value);
        match length {
            Some(_) => Captured::Whole(rest),
            None if behind.is_empty() => Captured::Part,
            None => Captured::TooLong,
        }
    }

    /// How many of the bytes belong to the value; `None` if it does not end in them.
    fn length(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut rest = bytes.iter();
        while let Some(byte) = rest.next() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'"' => self.in_string = !self.in_string,
                b'\\' => self.is_escaped = self.in_string,
                _ if self.in_string => {
                    // Most of a body is the inside of strings.
                    let inside = rest.as_slice();
                    let plain = memchr2(b'"', b'\\', inside).unwrap_or(inside.len());
                    rest = inside.get(plain..).unwrap_or_default().iter();
                }
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if self.depth == 0 && !self.in_string {
                return Some(bytes.len().saturating_sub(rest.len()));
            }
        }
        None
    }

    /// Where in the body the value begins.
    pub fn start(&self) -> usize {
        self.start
    }

    /// What there is of the value. A character of which only a part has arrived is left out.
    ///
    /// # Errors
    /// The byte of the body that no UTF-8 has in its place.
    pub fn text(&self) -> Result<&str, usize> {
        std::str::from_utf8(&self.bytes).or_else(|error| {
            let valid = error.valid_up_to();
            match error.error_len() {
                Some(_) => Err(self.start.saturating_add(valid)),
                None => {
                    Ok(self.bytes.get(..valid).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default())
                }
            }
        })
    }
}
