//! From bytes to text, piece by piece. UTF-8 and UTF-16 are told by their marks or by what stands in the first bytes; what
//! is no UTF-8 is read as Windows-1252, in which every byte is a character.

use super::kind;

/// How many bytes are looked at before anything is decided.
const HEAD: usize = 8_192;
/// The characters of Windows-1252 from 0x80 to 0x9f; all others are those of Latin-1.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// How the bytes of a file were read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// All of them.
    Utf8,
    /// In either order of bytes.
    Utf16,
    /// No character beyond ASCII was UTF-8.
    Windows1252,
    /// UTF-8 but for some bytes, the first at this place of the text, that were read as Windows-1252.
    Mixed(usize),
}

#[derive(Clone, Copy)]
enum Form {
    Utf8,
    /// With how two bytes are a unit.
    Utf16(fn([u8; 2]) -> u16),
}

/// Takes a file's bytes as they come.
pub struct Decoder {
    name: String,
    /// `None` until enough has come.
    form: Option<Form>,
    /// Bytes that are not decoded yet.
    carry: Vec<u8>,
    text: String,
    /// Where in the text the first character stands that was no UTF-8.
    first_odd: Option<usize>,
    has_utf8: bool,
}

impl Decoder {
    /// For a file called `name`.
    pub fn new(name: &str) -> Self {
        let (carry, text) = (Vec::new(), String::new());
        Self { name: name.to_owned(), form: None, carry, text, first_odd: None, has_utf8: false }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What the file is, where it is no text.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.carry.extend_from_slice(bytes);
        if self.form.is_none() {
            if self.carry.len() < HEAD {
                return Ok(());
            }
            self.recognise()?;
        }
        self.decode(false);
        Ok(())
    }

    /// All that was pushed, as text without a mark, and how it was read.
    ///
    /// # Errors
    /// As those of [`Self::push`].
    pub fn finish(mut self) -> Result<(String, Encoding), String> {
        if self.form.is_none() {
            self.recognise()?;
        }
        self.decode(true);
        let encoding = match (self.form, self.first_odd) {
            (Some(Form::Utf16(_)), _) => Encoding::Utf16,
            (_, None) => Encoding::Utf8,
            (_, Some(_)) if !self.has_utf8 => Encoding::Windows1252,
            (_, Some(at)) => Encoding::Mixed(at),
        };
        Ok((self.text, encoding))
    }

    fn recognise(&mut self) -> Result<(), String> {
        let head = self.carry.get(..HEAD).unwrap_or(&self.carry);
        if let Some(sentence) = kind::refused(&self.name, head) {
            return Err(sentence);
        }
        let (form, mark) = match head {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
                return Err("The file is UTF-32. Save it as UTF-8 and drop it again.".to_owned());
            }
            [0xff, 0xfe, ..] => (Form::Utf16(u16::from_le_bytes), 2),
            [0xfe, 0xff, ..] => (Form::Utf16(u16::from_be_bytes), 2),
            [0xef, 0xbb, 0xbf, ..] => (Form::Utf8, 3),
            _ => (without_mark(head)?, 0),
        };
        self.form = Some(form);
        self.carry.drain(..mark);
        Ok(())
    }

    fn decode(&mut self, is_end: bool) {
        let carry = std::mem::take(&mut self.carry);
        let rest = match self.form {
            Some(Form::Utf16(unit)) => self.decode_utf16(&carry, unit, is_end),
            _ => self.decode_utf8(&carry, is_end),
        };
        self.carry = rest.to_vec();
    }

    /// Decodes what is whole, and returns the rest.
    fn decode_utf8<'a>(&mut self, mut bytes: &'a [u8], is_end: bool) -> &'a [u8] {
        loop {
            let (valid, odd) = match std::str::from_utf8(bytes) {
                Ok(text) => (text.len(), 0),
                Err(error) => {
                    let behind = bytes.len() - error.valid_up_to();
                    (error.valid_up_to(), error.error_len().unwrap_or(if is_end { behind } else { 0 }))
                }
            };
            let (text, behind) = bytes.split_at_checked(valid).unwrap_or((bytes, &[]));
            let text = std::str::from_utf8(text).unwrap_or_default();
            self.has_utf8 |= !text.is_ascii();
            self.text.push_str(text);
            if odd == 0 {
                return behind;
            }
            let (odd, behind) = behind.split_at_checked(odd).unwrap_or((behind, &[]));
            self.first_odd.get_or_insert(self.text.len());
            self.text.extend(odd.iter().map(|byte| windows_1252(*byte)));
            bytes = behind;
        }
    }

    fn decode_utf16<'a>(&mut self, bytes: &'a [u8], unit: fn([u8; 2]) -> u16, is_end: bool) -> &'a [u8] {
        let (pairs, _) = bytes.as_chunks::<2>();
        // The second half of a pair may be in the next piece.
        let is_cut = |pair: &[u8; 2]| (0xd800..0xdc00).contains(&unit(*pair));
        let whole = match pairs.last() {
            Some(last) if is_cut(last) && !is_end => pairs.len() - 1,
            _ => pairs.len(),
        };
        let units = pairs.iter().take(whole).map(|pair| unit(*pair));
        self.text.extend(char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)));
        bytes.get(whole * 2..).unwrap_or_default()
    }
}

/// UTF-16 has a zero in each character of ASCII, nearly always in the same half; other text has none.
fn without_mark(head: &[u8]) -> Result<Form, String> {
    let zeros = |half: usize| head.iter().skip(half).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let is_mostly = |one: usize, other: usize| one * 10 >= head.len() && other * 10 <= one;
    if first + second == 0 {
        Ok(Form::Utf8)
    } else if is_mostly(second, first) {
        Ok(Form::Utf16(u16::from_le_bytes))
    } else if is_mostly(first, second) {
        Ok(Form::Utf16(u16::from_be_bytes))
    } else {
        Err("The file is no text: it holds zero bytes. Drop JSON, JSON Lines or CSV.".to_owned())
    }
}

fn windows_1252(byte: u8) -> char {
    UPPER.get(usize::from(byte.wrapping_sub(0x80))).copied().unwrap_or(char::from(byte))
}

/// How many ends of lines are in a text, which may begin and end within a character: LF, CR and CR LF are one each.
pub fn lines(bytes: &[u8]) -> u32 {
    let next = bytes.iter().skip(1).copied().chain([0]);
    let ends = bytes.iter().zip(next).filter(|(byte, next)| **byte == b'\n' || **byte == b'\r' && *next != b'\n');
    u32::try_from(ends.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Read in pieces of each size, which must not matter.
    fn decoded(bytes: &[u8]) -> Result<(String, Encoding), String> {
        let in_pieces = |size: usize| {
            let mut decoder = Decoder::new("a.csv");
            bytes.chunks(size).try_for_each(|piece| decoder.push(piece))?;
            decoder.finish()
        };
        let whole = in_pieces(usize::MAX);
        for size in [1, 2, 7, 4_097] {
            assert!(in_pieces(size) == whole, "in pieces of {size}");
        }
        whole
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn text_is_read_in_the_encodings_that_people_have() {
        let text = format!("content,user\nä 😀 €,{}\n", "ann ".repeat(3_000));
        assert_eq!(decoded(text.as_bytes()), Ok((text.clone(), Encoding::Utf8)));
        assert_eq!(decoded(format!("\u{feff}{text}").as_bytes()), Ok((text.clone(), Encoding::Utf8)));
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for text in [text.clone(), format!("\u{feff}{text}")] {
                let (read, encoding) = decoded(&utf16(&text, bytes)).unwrap();
                assert_eq!((read.as_str(), encoding), (text.trim_start_matches('\u{feff}'), Encoding::Utf16));
            }
        }
        let half = [0x3d, 0xd8, b'a', 0, b'b', 0];
        assert_eq!(decoded(&half), Ok(("\u{fffd}ab".to_owned(), Encoding::Utf16)));
    }

    #[test]
    fn what_is_no_utf_8_is_windows_1252_and_loses_nothing() {
        assert_eq!(decoded(b"caf\xe9 \x80\x93\n"), Ok(("café €“\n".to_owned(), Encoding::Windows1252)));
        assert_eq!(decoded(b"\xfcber\x81\xc3"), Ok(("über\u{81}Ã".to_owned(), Encoding::Windows1252)));
        let mixed = "a\n\u{e4}\r\n".bytes().chain(*b"b\xe4").collect::<Vec<u8>>();
        assert_eq!(decoded(&mixed), Ok(("a\nä\r\nbä".to_owned(), Encoding::Mixed(7))));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(decoded(b"a\0b\0\0\0").unwrap_err().starts_with("The file is no text"));
        assert!(decoded(&[0xff, 0xfe, 0, 0, b'a', 0, 0, 0]).unwrap_err().starts_with("The file is UTF-32"));
        assert!(decoded(&[0x1f, 0x8b, 8, 0]).unwrap_err().contains("gzip"));
        assert_eq!(decoded(b""), Ok((String::new(), Encoding::Utf8)));
    }

    #[test]
    fn every_way_to_end_a_line_counts_once() {
        assert_eq!((lines(b"a\nb\r\nc\rd"), lines(b"\n\r\r\n"), lines(b"")), (3, 3, 0));
    }
}
