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
    /// What its batches have in common, a UUID.
    pub group: String,
}

impl Import {
    /// That of a file called `name`, as the group that is called `group`.
    pub fn new(name: &str, group: String) -> Self {
        Self { label: name.chars().take(LABEL_CHARS).collect(), group }
    }
}

/// A memory of the file.
#[derive(Clone, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub struct Memory {
    /// The line that it begins in.
    pub line: u32,
    /// As JSON.
    pub json: Arc<str>,
}

/// What is posted.
#[derive(Clone, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub enum Post {
    /// Up to 500 memories.
    Memories(Vec<Memory>),
    /// The call to send again what failed in a job.
    Retry {
        /// The job.
        of: JobId,
        /// The items in it.
        indexes: Vec<u32>,
    },
}

/// What becomes one job.
#[derive(Clone, PartialEq)]
pub struct Batch {
    /// What it is a part of.
    pub import: Arc<Import>,
    /// What is in it.
    pub post: Post,
    /// Whether it is handed in.
    pub is_taken: bool,
    /// The job that it became. None where nothing was left to send again.
    pub job: Option<JobId>,
    /// Sent with every attempt, so that no attempt imports them again.
    pub idempotency_key: String,
}

impl Batch {
    /// The body of the request. Every attempt sends the same.
    pub fn body(&self) -> String {
        let memories = match &self.post {
            Post::Memories(memories) => memories,
            Post::Retry { indexes, .. } => return format!("{{\"indexes\":{}}}", json(indexes)),
        };
        let lines: Vec<u32> = memories.iter().map(|memory| memory.line).collect();
        let memories: Vec<&str> = memories.iter().map(|memory| &*memory.json).collect();
        let (label, group, memories) = (json(&self.import.label), json(&self.import.group), memories.join(","));
        format!("{{\"label\":{label},\"group\":{group},\"lines\":{},\"memories\":[{memories}]}}", json(&lines))
    }
}

/// Text and numbers, which always can be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// `memories` in parts that the API takes, in order.
pub fn parts(memories: Vec<Memory>) -> Vec<Post> {
    let mut parts: Vec<Vec<Memory>> = Vec::new();
    let mut room = 0;
    for memory in memories {
        let bytes = memory.json.len() + LINE_BYTES;
        match parts.last_mut() {
            Some(last) if last.len() < BATCH_ITEMS && bytes <= room => {
                room -= bytes;
                last.push(memory);
            }
            _ => {
                room = (BODY_BYTES - HEAD_BYTES).saturating_sub(bytes);
                parts.push(vec![memory]);
            }
        }
    }
    parts.into_iter().map(Post::Memories).collect()
}

/// The batches of what is posted. `id` makes the idempotency key of each.
pub fn batches(import: Import, posts: Vec<Post>, id: impl Fn() -> String) -> Vec<Batch> {
    let import = Arc::new(import);
    let batch = |post| Batch { import: import.clone(), post, is_taken: false, job: None, idempotency_key: id() };
    posts.into_iter().map(batch).collect()
}

/// `memories` with a line for each. Those of a file that has several in a line are numbered instead: a part of an import is known
/// by its lines.
pub fn in_lines(mut memories: Vec<Memory>) -> Vec<Memory> {
    if !memories.is_sorted_by(|one, next| one.line < next.line) {
        for (number, memory) in (1..).zip(&mut memories) {
            memory.line = number;
        }
    }
    memories
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::BatchReader;

    const GROUP: &str = "0a1b2c3d-0000-4000-8000-00000000000f";

    fn cut(name: &str, memories: Vec<Memory>) -> Vec<Batch> {
        batches(Import::new(name, GROUP.to_owned()), parts(memories), || "key".to_owned())
    }

    fn memories(batch: &Batch) -> &[Memory] {
        let Post::Memories(memories) = &batch.post else { panic!("a retry") };
        memories
    }

    fn memory(line: u32, content: &str) -> Memory {
        Memory { line, json: format!("{{\"content\":\"{content}\"}}").into() }
    }

    #[test]
    fn a_batch_is_full_at_500_memories_and_none_is_lost() {
        let batches = cut("notes.csv", (2..=1_202).map(|line| memory(line, "a")).collect());
        assert_eq!(batches.iter().map(|batch| memories(batch).len()).collect::<Vec<_>>(), [500, 500, 201]);
        let lines = batches.iter().flat_map(memories).map(|memory| memory.line);
        assert!(lines.eq(2..=1_202));
        assert!(cut("notes.csv", Vec::new()).is_empty());
    }

    #[test]
    fn no_body_has_more_than_8_mb_whatever_the_name_and_the_lines_are() {
        let content = "x".repeat(1_000_000);
        for bytes in [1_000_000, 399_999, 15_900] {
            let content = &content[..bytes];
            let rows = (0..40).map(|line| memory(u32::MAX - line, content)).collect();
            let batches = cut(&"\u{1}".repeat(300), rows);
            assert_eq!(batches.iter().map(|batch| memories(batch).len()).sum::<usize>(), 40);
            assert!(batches.iter().all(|batch| batch.body().len() < BODY_BYTES), "{bytes}");
        }
        let long: Vec<Memory> = (0..500).map(|line| memory(u32::MAX - line, &content[..15_971])).collect();
        let batches = cut(&"\u{1}".repeat(300), long);
        let largest = batches.iter().map(|batch| batch.body().len()).max().unwrap();
        assert!(largest < BODY_BYTES && largest > BODY_BYTES - 20_000, "{largest}");
    }

    #[test]
    fn memories_that_share_a_line_are_numbered() {
        let lines = |lines: &[u32]| {
            let memories = lines.iter().map(|line| memory(*line, "a")).collect();
            in_lines(memories).into_iter().map(|memory| memory.line).collect::<Vec<_>>()
        };
        assert_eq!(lines(&[2, 3, 7]), [2, 3, 7]);
        assert_eq!(lines(&[1, 1, 1]), [1, 2, 3]);
        assert_eq!(lines(&[4]), [4]);
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
