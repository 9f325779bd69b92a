//! Tables in CSV files. A cell that a spreadsheet would take for a formula gets an apostrophe in front, which reading
//! takes off again.

use std::borrow::Cow;

/// A table whose first line is `header`.
pub fn write<R: IntoIterator<Item = String>>(header: &[&str], rows: impl Iterator<Item = R>) -> String {
    let mut out = header.join(",") + "\n";
    for row in rows {
        write_row(&mut out, row);
    }
    out
}

/// Adds one more line to a table.
pub fn write_row(out: &mut String, cells: impl IntoIterator<Item = String>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_cell(out, &guarded(&cell));
    }
    out.push('\n');
}

/// The csv crate's own writer can tell numbers from text, and brings 10 kB of tables for it into the browser.
fn write_cell(out: &mut String, cell: &str) {
    if cell.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(cell);
    }
}

/// `cell` so that a spreadsheet takes it for text.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_formula(cell.trim_start_matches('\'')) { format!("'{cell}").into() } else { cell.into() }
}

/// What [`guarded`] was made from.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(inside) if is_formula(inside.trim_start_matches('\'')) => inside,
        _ => cell,
    }
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_by_the_crate_that_reads_tables() {
        let cells = ["plain", "a,b", "say \"hi\"", "two\nlines\r\n", " padded ", ""].map(str::to_owned);
        let text = write(&["a", "b", "c", "d", "e", "f"], std::iter::once(cells.clone()));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let read: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(read, cells);
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_guarded_and_read_back_as_it_was() {
        for (cell, safe) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM", "'@SUM"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("'=1", "''=1"),
            ("plain", "plain"),
            ("it's", "it's"),
            ("'quoted'", "'quoted'"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), safe);
            assert_eq!(unguarded(safe), cell);
        }
    }
}
