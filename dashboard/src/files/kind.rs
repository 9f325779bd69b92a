//! What a file is that is no text, by its first bytes: named, so that nobody looks for the fault in their rows.

/// Why a file called `name` that begins with `head` cannot be read, and the way out; `None` where it may be text.
pub fn refused(name: &str, head: &[u8]) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let begins = |magic: &[u8]| head.starts_with(magic);
    let (is, way_out) = match () {
        () if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => zip(&name, head),
        () if begins(&[0xd0, 0xcf, 0x11, 0xe0]) => {
            ("an old Office document, most likely an Excel workbook (.xls)", WORKBOOK)
        }
        () if begins(b"PAR1") => ("a Parquet file", EXPORT),
        () if begins(b"ARROW1") => ("an Arrow file", EXPORT),
        () if begins(b"Obj\x01") => ("an Avro file", EXPORT),
        () if begins(b"SQLite format 3\0") => ("an SQLite database", EXPORT),
        () if begins(b"%PDF") => ("a PDF", EXPORT),
        () if begins(b"{\\rtf") => ("an RTF document", EXPORT),
        () => {
            if let Some(is) = packed(head) {
                (is, "Unpack it and drop what is in it.")
            } else if let Some(is) = picture(head) {
                (is, EXPORT)
            } else {
                (markup(head)?, EXPORT)
            }
        }
    };
    Some(format!("The file is {is}. {way_out}"))
}

const WORKBOOK: &str = "Save the sheet as CSV (UTF-8) in your spreadsheet and drop that.";
const EXPORT: &str = "Drop an export of it as JSON, JSON Lines or CSV.";

/// Office documents are archives too.
fn zip(name: &str, head: &[u8]) -> (&'static str, &'static str) {
    let has = |part: &[u8]| head.windows(part.len()).any(|bytes| bytes == part);
    let ends = |ending: &str| name.ends_with(ending);
    if ends(".xlsx") || ends(".xlsm") || has(b"xl/") {
        ("an Excel workbook (.xlsx)", WORKBOOK)
    } else if ends(".ods") || has(b"opendocument.spreadsheet") {
        ("an OpenDocument spreadsheet (.ods)", WORKBOOK)
    } else if ends(".numbers") {
        ("a Numbers spreadsheet", WORKBOOK)
    } else if ends(".docx") || has(b"word/") {
        ("a Word document (.docx)", EXPORT)
    } else {
        ("a zip archive", "Unpack it and drop what is in it.")
    }
}

fn packed(head: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 8] = [
        (&[0x1f, 0x8b], "compressed with gzip"),
        (b"BZh", "compressed with bzip2"),
        (&[0xfd, b'7', b'z', b'X', b'Z', 0], "compressed with xz"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd"),
        (&[0x04, 0x22, 0x4d, 0x18], "compressed with LZ4"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"LZIP", "compressed with lzip"),
    ];
    let known = kinds.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, is)| is);
    known.or_else(|| (head.get(257..262) == Some(b"ustar")).then_some("a tar archive"))
}

fn picture(head: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 4] = [
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        (&[0xff, 0xd8, 0xff], "a picture (JPEG)"),
        (b"GIF8", "a picture (GIF)"),
        (b"RIFF", "a picture, sound or film"),
    ];
    kinds.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, is)| is)
}

/// Text, but none that holds rows.
fn markup(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |tag: &[u8]| head.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    if begins(b"<!doctype html") || begins(b"<html") {
        Some("a web page (HTML)")
    } else if begins(b"<?xml") {
        Some("an XML document")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_named_with_the_way_out() {
        for (name, head, says) in [
            ("a.xlsx", &b"PK\x03\x04\x14\0"[..], "an Excel workbook (.xlsx). Save the sheet as CSV (UTF-8)"),
            ("renamed.csv", b"PK\x03\x04......xl/workbook.xml", "an Excel workbook (.xlsx)."),
            ("a.zip", b"PK\x03\x04\x14\0", "a zip archive. Unpack it"),
            ("a.xls", &[0xd0, 0xcf, 0x11, 0xe0], "an old Office document"),
            ("a.csv.gz", &[0x1f, 0x8b, 8], "compressed with gzip. Unpack it"),
            ("a.csv", b"%PDF-1.7", "a PDF. Drop an export of it"),
            ("a.csv", b"\x89PNG\r\n\x1a\n", "a picture (PNG)."),
            ("a.json", b" <!DOCTYPE html><p>", "a web page (HTML)."),
            ("a.csv", b"PAR1", "a Parquet file."),
        ] {
            let sentence = refused(name, head).unwrap_or_default();
            assert!(sentence.contains(says), "{name}: {sentence}");
        }
        let mut tar = [b'a'; 300];
        tar[257..262].copy_from_slice(b"ustar");
        assert!(refused("a.tar", &tar).unwrap().contains("a tar archive"));
        for text in ["content\nPK\n", "{\"a\":1}", "", "<b>bold</b>,ann"] {
            assert_eq!(refused("a.csv", text.as_bytes()), None);
        }
    }
}
