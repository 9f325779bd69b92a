//! Rows that did not land as a table, to correct elsewhere and drop again.

use super::{found::Row, mend};
use crate::{errors::export::BYTE_ORDER_MARK, files::columns::Field};
use contract::{MemoryInput, table};

/// The `rows` whose content is known, each with its line and the reason.
pub fn write(rows: &[Row]) -> String {
    let header: Vec<&str> = Field::ALL.into_iter().map(Field::name).chain(["line", "error"]).collect();
    let rows = rows.iter().filter_map(|row| {
        let memory = MemoryInput::read(row.json.as_deref()?).ok()?;
        let fields = Field::ALL.map(|field| mend::text(&memory, field));
        let line = row.line.map(|line| line.to_string()).unwrap_or_default();
        Some(fields.into_iter().chain([line, row.error.to_string()]).collect::<Vec<_>>())
    });
    format!("{BYTE_ORDER_MARK}{}", table::write(&header, rows))
}
