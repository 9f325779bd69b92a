//! What this tab has sent, so that what failed can be corrected and sent again. It is gone with the tab.

use crate::{
    errors::{
        export::BYTE_ORDER_MARK,
        set::{ErrorSet, Row},
    },
    files::columns::Field,
};
use contract::{JobId, MemoryInput, table};
use leptos::prelude::*;
use std::sync::Arc;

/// The rows of each job, as JSON.
#[derive(Clone, Copy)]
pub struct Sent(StoredValue<Vec<(JobId, Vec<Arc<str>>)>>);

impl Default for Sent {
    fn default() -> Self {
        Self(StoredValue::new(Vec::new()))
    }
}

impl Sent {
    /// Keeps the rows of `job`.
    pub fn keep(self, job: JobId, rows: Vec<Arc<str>>) {
        self.0.update_value(|sent| sent.push((job, rows)));
    }

    /// Forgets all of them.
    pub fn clear(self) {
        self.0.set_value(Vec::new());
    }

    /// Whether this tab has sent `job`.
    pub fn has(self, job: JobId) -> bool {
        self.0.with_value(|sent| find(sent, job).is_some())
    }

    /// A table of the `failed` rows of `job`, each with the reason, that can be corrected and dropped again.
    pub fn corrections(self, job: JobId, set: &ErrorSet, failed: &[Row]) -> String {
        self.0.with_value(|sent| write(find(sent, job).unwrap_or_default(), set, failed))
    }
}

fn find(sent: &[(JobId, Vec<Arc<str>>)], job: JobId) -> Option<&[Arc<str>]> {
    sent.iter().find(|(known, _)| *known == job).map(|(_, rows)| rows.as_slice())
}

fn write(sent: &[Arc<str>], set: &ErrorSet, failed: &[Row]) -> String {
    let header: Vec<&str> = Field::ALL.into_iter().map(Field::name).chain(["index", "error"]).collect();
    let rows = failed.iter().filter_map(|row| {
        let memory = MemoryInput::read(sent.get(row.index as usize)?).ok()?;
        let fields = Field::ALL.map(|field| cell(&memory, field));
        let reason = set.reason(*row)?.text.clone();
        Some(fields.into_iter().chain([row.index.to_string(), reason]).collect::<Vec<_>>())
    });
    format!("{BYTE_ORDER_MARK}{}", table::write(&header, rows))
}

fn cell(memory: &MemoryInput<'_>, field: Field) -> String {
    let text = match field {
        Field::Content => Some(&*memory.content),
        Field::UserId => memory.user_id.as_deref(),
        Field::AgentId => memory.agent_id.as_deref(),
        Field::RunId => memory.run_id.as_deref(),
        Field::Timestamp => memory.timestamp.as_deref(),
        Field::Metadata => memory.metadata.as_deref().map(|metadata| metadata.get()),
        Field::Kind => (memory.kind != contract::Kind::Note).then_some("session"),
    };
    text.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{
        plan::Plan,
        tests::{check, read},
    };
    use contract::ItemError;

    #[test]
    fn what_failed_can_be_dropped_again_and_is_the_same() {
        let sent: Vec<Arc<str>> = [
            r#"{"content":"fine"}"#,
            r#"{"content":"=1+1, \"two\"\nlines","user_id":"-ann","metadata":{"a":[1]},"kind":"session"}"#,
            r#"{"content":"'=x","agent_id":"b","timestamp":"2026-05-04"}"#,
        ]
        .map(Arc::from)
        .to_vec();
        let errors = [1, 2].map(|index| ItemError { index, error: "agent cap reached (3)".to_owned() });
        let set = ErrorSet::new(errors.to_vec());
        let file = write(&sent, &set, &set.rows);
        let again = read("again.csv", file.as_bytes()).unwrap();
        assert_eq!(again.names(true)[7..], ["index", "error"]);
        let again = check(&again, Plan::of(&again));
        assert!(again.problems.is_empty());
        for (row, known) in again.good.iter().zip(&sent[1..]) {
            let (row, known) = (MemoryInput::read(&row.json).unwrap(), MemoryInput::read(known).unwrap());
            assert_eq!(format!("{row:?}"), format!("{known:?}"));
        }
    }
}
