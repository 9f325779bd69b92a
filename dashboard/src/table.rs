//! Tables in CSV files. A cell that a spreadsheet would take for a formula gets an apostrophe in front, which reading
//! takes off again.

use std::borrow::Cow;

/// A table whose first line is `header`.
pub fn write<R: IntoIterator<Item = String>>(header: &[&str], rows: impl Iterator<Item = R>) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let _ = csv.write_record(header);
    for row in rows {
        let _ = csv.write_record(row.into_iter().map(|cell| guarded(&cell).into_owned()));
    }
    // Writing to memory cannot fail, and what was written is UTF-8.
    csv.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
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
