//! Correcting rows that did not land, and what is sent of them.

use super::found::Row;
use crate::{
    files::{check, columns::Field},
    import::batch::{Memory, Post},
};
use contract::{BATCH_ITEMS, Kind, MemoryInput};
use std::sync::Arc;

/// What can be corrected. The kind stays as it was.
pub const FIELDS: [Field; 6] =
    [Field::Content, Field::UserId, Field::AgentId, Field::RunId, Field::Timestamp, Field::Metadata];

/// A row as people read and write it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cells {
    /// What stands in each of [`FIELDS`].
    pub texts: [String; FIELDS.len()],
    kind: Kind,
}

impl Cells {
    /// That of a memory as it was sent.
    pub fn of(json: &str) -> Option<Self> {
        let memory = MemoryInput::read(json).ok()?;
        Some(Self { texts: FIELDS.map(|field| text(&memory, field)), kind: memory.kind })
    }

    /// The same with other texts.
    pub fn with(&self, texts: [String; FIELDS.len()]) -> Self {
        Self { texts, kind: self.kind }
    }

    /// The memory that these make.
    ///
    /// # Errors
    /// A sentence, where the API would not take it, or it could not land.
    pub fn memory(&self) -> Result<Arc<str>, String> {
        let kind = (self.kind == Kind::Session).then_some((Field::Kind, "session"));
        let cells = FIELDS.into_iter().zip(self.texts.iter().map(String::as_str));
        check::typed(cells.chain(kind))
    }
}

/// What `memory` has in `field`.
pub fn text(memory: &MemoryInput<'_>, field: Field) -> String {
    let text = match field {
        Field::Content => Some(&*memory.content),
        Field::UserId => memory.user_id.as_deref(),
        Field::AgentId => memory.agent_id.as_deref(),
        Field::RunId => memory.run_id.as_deref(),
        Field::Timestamp => memory.timestamp.as_deref(),
        Field::Metadata => memory.metadata.as_deref().map(|metadata| metadata.get()),
        Field::Kind => (memory.kind != Kind::Note).then_some("session"),
    };
    text.unwrap_or_default().to_owned()
}

/// A row that is sent again.
#[derive(Clone, PartialEq, Debug)]
pub struct Mended {
    /// The row as it failed.
    pub row: Row,
    /// The memory in its place; `None` where it stays as it was.
    pub json: Option<Arc<str>>,
}

/// What to post so that each of `rows` is sent again: those that stay as they were by a retry, which the API does once whoever
/// asks for it, and those that were changed as new memories in the same lines.
pub fn posts(rows: &[Mended]) -> (Vec<Post>, Vec<Memory>) {
    let (mut retries, mut memories) = (Vec::<Post>::new(), Vec::new());
    for Mended { row, json } in rows {
        match json {
            Some(json) => {
                let line = row.line.and_then(|line| u32::try_from(line).ok()).unwrap_or_default();
                memories.push(Memory { line, json: json.clone() });
            }
            None => {
                let known = retries.iter_mut().find_map(|post| match post {
                    Post::Retry { of, indexes } if *of == row.job && indexes.len() < BATCH_ITEMS => Some(indexes),
                    _ => None,
                });
                match known {
                    Some(indexes) => indexes.push(row.index),
                    None => retries.push(Post::Retry { of: row.job, indexes: vec![row.index] }),
                }
            }
        }
    }
    // A part of an import is known by where it begins.
    memories.sort_by_key(|memory| memory.line);
    (retries, memories)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: [&str; 6]) -> Cells {
        Cells { texts: texts.map(str::to_owned), kind: Kind::Session }
    }

    #[test]
    fn what_is_not_changed_is_the_same_memory() {
        let sent = r#"{"content":"=1, \"two\"\nlines","user_id":"ann","agent_id":null,"run_id":null,"metadata":{"a":[1]},"timestamp":"2026-05-04","kind":"session"}"#;
        let read = Cells::of(sent).unwrap();
        assert_eq!(read, cells(["=1, \"two\"\nlines", "ann", "", "", "2026-05-04", "{\"a\":[1]}"]));
        let again = read.memory().unwrap();
        let [sent, again] = [sent, &*again].map(|json| format!("{:?}", MemoryInput::read(json).unwrap()));
        // Its own JSON of the content may be spelled another way.
        let fields =
            |memory: &str| memory.replace(r#"Some(RawValue(..))"#, "").split("user_id").last().map(str::to_owned);
        assert_eq!(fields(&sent), fields(&again));
    }

    #[test]
    fn what_the_api_would_not_take_is_named_while_it_is_typed() {
        let long = "x".repeat(300);
        for (texts, says) in [
            ([" ", "", "", "", "", ""], "content must not be empty."),
            (["a", &long, "", "", "", ""], "user_id must have at most 255 characters."),
            (["a", "", "", "", "yesterday", ""], "timestamp must be"),
            (["a", "", "", "", "", "{"], "metadata must be JSON."),
            (["a", "", "", "", "", "[1]"], "metadata must be"),
        ] {
            let says_so = cells(texts).memory().unwrap_err();
            assert!(says_so.starts_with(says), "{says_so}");
        }
    }

    #[test]
    fn rows_as_they_were_go_by_their_job_and_changed_ones_in_their_lines() {
        let job = |number: u8| format!("job_{number:032x}").parse().unwrap();
        let row = |number, index, line| Row { job: job(number), index, line: Some(line), error: "".into(), json: None };
        let mended = |number, index, line, json: Option<&str>| Mended {
            row: row(number, index, line),
            json: json.map(Arc::from),
        };
        let rows = [
            mended(1, 0, 2, None),
            mended(1, 4, 6, Some("{}")),
            mended(2, 1, 503, None),
            mended(1, 7, 9, None),
            mended(2, 0, 502, Some("{}")),
        ];
        let (retries, memories) = posts(&rows);
        let retry = |number, indexes: &[u32]| Post::Retry { of: job(number), indexes: indexes.to_vec() };
        assert_eq!(retries, [retry(1, &[0, 7]), retry(2, &[1])]);
        assert_eq!(memories.iter().map(|memory| memory.line).collect::<Vec<_>>(), [6, 502]);
    }
}
