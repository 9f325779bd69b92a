//! The batches that a file is sent in.

use contract::{BATCH_ITEMS, JobId, LABEL_CHARS};
use serde::Serialize;
use std::sync::Arc;

/// The most bytes of a batch's body.
const BODY_BYTES: usize = 8_000_000;
/// So many of them are for what is not a row: the label of escaped characters, the group, and what stands between.
const HEAD_BYTES: usize = 4_096;
/// The most bytes of the number of a line, and of the commas behind it and its row.
const LINE_BYTES: usize = 12;

/// What the batches of one import share.
#[derive(PartialEq)]
pub struct Import {
    /// What people call it.
    pub label: String,
    group: String,
}

impl Import {
    /// That of a file called `name`, as the group that is called `group`.
    pub fn new(name: &str, group: String) -> Self {
        Self { label: name.chars().take(LABEL_CHARS).collect(), group }
    }
}

/// A memory of the file.
#[derive(Clone, PartialEq)]
pub struct Memory {
    /// The line that it begins in.
    pub line: u32,
    /// As JSON.
    pub json: Arc<str>,
}

/// Up to 500 memories.
#[derive(Clone, PartialEq)]
pub struct Batch {
    /// What it is a part of.
    pub import: Arc<Import>,
    /// What is in it.
    pub memories: Vec<Memory>,
    /// The job that they became.
    pub job: Option<JobId>,
    /// Sent with every attempt, so that no attempt imports them again.
    pub idempotency_key: String,
}

impl Batch {
    /// The body of the request. Every attempt sends the same.
    pub fn body(&self) -> String {
        let lines: Vec<u32> = self.memories.iter().map(|memory| memory.line).collect();
        let memories: Vec<&str> = self.memories.iter().map(|memory| &*memory.json).collect();
        let (label, group, memories) = (json(&self.import.label), json(&self.import.group), memories.join(","));
        format!("{{\"label\":{label},\"group\":{group},\"lines\":{},\"memories\":[{memories}]}}", json(&lines))
    }
}

/// Text and numbers, which always can be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// `memories` in batches that the API takes, in order. `id` makes the idempotency key of each.
pub fn batches(import: Import, memories: Vec<Memory>, id: impl Fn() -> String) -> Vec<Batch> {
    let import = Arc::new(import);
    let mut batches: Vec<Batch> = Vec::new();
    let mut room = 0;
    for memory in memories {
        let bytes = memory.json.len() + LINE_BYTES;
        match batches.last_mut() {
            Some(last) if last.memories.len() < BATCH_ITEMS && bytes <= room => {
                room -= bytes;
                last.memories.push(memory);
            }
            _ => {
                room = (BODY_BYTES - HEAD_BYTES).saturating_sub(bytes);
                let (import, idempotency_key) = (import.clone(), id());
                batches.push(Batch { import, memories: vec![memory], job: None, idempotency_key });
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::BatchReader;

    const GROUP: &str = "0a1b2c3d-0000-4000-8000-00000000000f";

    fn cut(name: &str, memories: Vec<Memory>) -> Vec<Batch> {
        batches(Import::new(name, GROUP.to_owned()), memories, || "key".to_owned())
    }

    fn memory(line: u32, content: &str) -> Memory {
        Memory { line, json: format!("{{\"content\":\"{content}\"}}").into() }
    }

    #[test]
    fn a_batch_is_full_at_500_memories_and_none_is_lost() {
        let memories: Vec<Memory> = (2..=1_202).map(|line| memory(line, "a")).collect();
        let batches = cut("notes.csv", memories);
        assert_eq!(batches.iter().map(|batch| batch.memories.len()).collect::<Vec<_>>(), [500, 500, 201]);
        let lines = batches.iter().flat_map(|batch| &batch.memories).map(|memory| memory.line);
        assert!(lines.eq(2..=1_202));
        assert!(cut("notes.csv", Vec::new()).is_empty());
    }

    #[test]
    fn no_body_has_more_than_8_mb_whatever_the_name_and_the_lines_are() {
        let content = "x".repeat(1_000_000);
        for bytes in [1_000_000, 399_999, 15_900] {
            let content = &content[..bytes];
            let memories: Vec<Memory> = (0..40).map(|line| memory(u32::MAX - line, content)).collect();
            let batches = cut(&"\u{1}".repeat(300), memories);
            assert_eq!(batches.iter().map(|batch| batch.memories.len()).sum::<usize>(), 40);
            assert!(batches.iter().all(|batch| batch.body().len() < BODY_BYTES), "{bytes}");
        }
        let long: Vec<Memory> = (0..500).map(|line| memory(u32::MAX - line, &content[..15_971])).collect();
        let batches = cut(&"\u{1}".repeat(300), long);
        let largest = batches.iter().map(|batch| batch.body().len()).max().unwrap();
        assert!(largest < BODY_BYTES && largest > BODY_BYTES - 20_000, "{largest}");
    }

    #[test]
    fn the_api_reads_the_name_the_group_and_the_lines() {
        let name = format!("\"Grüße\"\n{}.csv", "ä".repeat(300));
        let [batch] = &cut(&name, vec![memory(2, "a"), memory(5, "b")])[..] else { panic!("one batch") };
        let (mut reader, mut contents) = (BatchReader::default(), Vec::new());
        let body = batch.body();
        let read = reader.push::<contract::Invalid>(body.as_bytes(), &mut |memory| {
            contents.push(memory.content.into_owned());
            Ok(())
        });
        read.unwrap();
        let read = reader.finish().unwrap();
        assert_eq!(contents, ["a", "b"]);
        assert_eq!(read.label.unwrap(), name.chars().take(LABEL_CHARS).collect::<String>());
        assert_eq!((read.group.unwrap().to_string(), read.lines), (GROUP.to_owned(), Some(vec![2, 5])));
    }
}
