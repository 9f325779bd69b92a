use serde::Serialize;

/// Memories, and what they are as a whole. [`Client::import`](crate::Client::import) takes any number of them and
/// [`Client::post`](crate::Client::post) 1 to 500, be they [`MemoryInput`](crate::MemoryInput)s or anything else that is
/// written like one.
#[derive(Debug, Serialize)]
pub struct Batch<'a, M> {
    /// In the order in which they are imported.
    pub memories: &'a [M],
    /// What people call it, such as the name of its file: at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<&'a str>,
    /// A UUID that the batches of one import share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'a str>,
    /// Where each memory stands in its file: as many as there are memories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<&'a [u64]>,
    /// What makes the same call safe to repeat within 24 hours: with the same key and the same batch it imports nothing
    /// twice. Visible ASCII characters, such as a UUID that is kept.
    #[serde(skip)]
    pub key: Option<&'a str>,
}

impl<'a, M> Batch<'a, M> {
    /// Of nothing but memories.
    pub const fn of(memories: &'a [M]) -> Self {
        Self { memories, label: None, group: None, lines: None, key: None }
    }
}
