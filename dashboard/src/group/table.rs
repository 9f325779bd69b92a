//! Rows that did not land as a table, to correct elsewhere and drop again.

use super::{found::Row, mend};
use crate::{
    browser::{download, number},
    components::toast::Toast,
    errors::export::{BYTE_ORDER_MARK, Format},
    files::columns::Field,
    text::plural,
};
use contract::{MemoryInput, table};

/// Hands the reader those of the `rows` whose content is known, as a file called `name`, and says so.
pub fn hand_out(mut rows: Vec<Row>, name: &str, toast: Toast) {
    rows.retain(|row| row.json.is_some());
    if rows.is_empty() {
        return toast.say("What was sent is not known any more".to_owned());
    }
    let count = rows.len() as u32;
    let saved = download(name, Format::Csv.media_type(), &write(&rows));
    toast.saved(saved, format!("{} {} exported", number(count), plural(count, "row", "rows")));
}

/// The `rows` whose content is known, each with its line and the reason.
fn write(rows: &[Row]) -> String {
    let header: Vec<&str> = Field::ALL.into_iter().map(Field::name).chain(["line", "error"]).collect();
    let rows = rows.iter().filter_map(|row| {
        let memory = MemoryInput::read(row.json.as_deref()?).ok()?;
        let fields = Field::ALL.map(|field| mend::text(&memory, field));
        let line = row.line.map(|line| line.to_string()).unwrap_or_default();
        Some(fields.into_iter().chain([line, row.error.to_string()]).collect::<Vec<_>>())
    });
    format!("{BYTE_ORDER_MARK}{}", table::write(&header, rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{
        plan::Plan,
        tests::{check, read},
    };

    #[test]
    fn what_failed_can_be_dropped_again_and_is_the_same() {
        let sent = [
            r#"{"content":"=1+1, \"two\"\nlines","user_id":"-ann","metadata":{"a":[1]},"kind":"session"}"#,
            r#"{"content":"'=x","agent_id":"b","timestamp":"2026-05-04"}"#,
        ];
        let row = |(index, json): (u32, &&str)| Row {
            job: format!("job_{:032x}", 1).parse().unwrap(),
            index,
            line: Some(7),
            error: "agent cap reached (3)".into(),
            json: Some((*json).into()),
        };
        let file = write(&(0..).zip(&sent).map(row).collect::<Vec<_>>());
        let again = read("again.csv", file.as_bytes()).unwrap();
        assert_eq!(again.names(true)[7..], ["line", "error"]);
        let again = check(&again, Plan::of(&again));
        assert!(again.problems.is_empty());
        for (row, known) in again.good.iter().zip(sent) {
            let (row, known) = (MemoryInput::read(&row.json).unwrap(), MemoryInput::read(known).unwrap());
            assert_eq!(format!("{row:?}"), format!("{known:?}"));
        }
    }
}
