use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The most memories in one batch.
pub const BATCH_ITEMS: usize = 500;
/// The longest label of a batch, in characters.
pub const LABEL_CHARS: usize = 200;
/// The longest content, in characters.
pub const CONTENT_CHARS: usize = 16_000;
/// The longest `user_id`, `agent_id` or `run_id`, in characters.
pub const SCOPE_CHARS: usize = 255;
/// The longest timestamp, in characters: no clock has so many digits, and the text is kept as it was sent.
pub const TIMESTAMP_CHARS: usize = 64;
/// How deep the objects and arrays of metadata may nest.
pub const METADATA_DEPTH: usize = 100;

/// The most bytes of metadata, as sent. One value of the database holds at most 2,000,000: an item with each quote of its
/// metadata escaped, and with the longest content beside it, still fits into one.
pub const METADATA_BYTES: usize = 900_000;

/// What an account sends in a month is counted in memories of so many bytes of content and metadata: the longest content is one,
/// where its characters are ASCII. A larger memory counts as several, or what an account may send were no end to what it takes
/// up in the database.
pub const COUNTED_BYTES: usize = 16 << 10;

/// As how many memories one of so many bytes counts among those that an account may send in a month.
pub const fn counts_as(bytes: usize) -> usize {
    (bytes / COUNTED_BYTES).saturating_add(1)
}

/// What a memory is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A single note.
    #[default]
    Note,
    /// The record of a whole session.
    Session,
}

/// One memory as a client sends it, alone or as an item of a batch. Borrowed from the text it was read from, but for what
/// had to be mended or unescaped.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MemoryInput<'a> {
    /// At most [`CONTENT_CHARS`]. Empty or only white space is no error of shape: such an item fails when it is imported.
    pub content: Cow<'a, str>,
    /// The same as JSON, as it was sent but for lone surrogates: passing it on takes half the time of writing it anew. `None`
    /// where it was not read.
    #[serde(skip)]
    pub content_json: Option<Cow<'a, RawValue>>,
    /// Whom it is about; at most [`SCOPE_CHARS`] and never empty, like the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Cow<'a, str>>,
    /// Which agent wrote it. How many an account may have is capped by its tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<Cow<'a, str>>,
    /// In which run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Cow<'a, str>>,
    /// A JSON object, as it was sent but for lone surrogates; at most [`METADATA_BYTES`], [`METADATA_DEPTH`] deep, and without
    /// numbers that no double holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Cow<'a, RawValue>>,
    /// When it happened: an ISO 8601 date or datetime, as it was sent; at most [`TIMESTAMP_CHARS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Cow<'a, str>>,
    /// What it is.
    pub kind: Kind,
}

impl MemoryInput<'_> {
    /// Whether there is nothing in it to import.
    pub fn is_empty(&self) -> bool {
        self.content.trim().is_empty()
    }

    /// As how many memories it counts among those that an account may send in a month.
    pub fn counts_as(&self) -> usize {
        let metadata = self.metadata.as_ref().map_or(0, |metadata| metadata.get().len());
        counts_as(self.content.len().saturating_add(metadata))
    }
}

/// A memory as it is read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Memory {
    /// `mem_` + 32 lower-case hex digits.
    pub id: String,
    /// As it was sent.
    pub content: String,
    /// Whom it is about.
    pub user_id: Option<String>,
    /// Which agent wrote it.
    pub agent_id: Option<String>,
    /// In which run.
    pub run_id: Option<String>,
    /// As it was sent; `{}` where there was none.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Box<RawValue>,
    /// When it happened, as it was sent; null where that was not said.
    pub timestamp: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// When it was stored, RFC 3339 in UTC.
    pub created_at: String,
    /// When it last changed, RFC 3339 in UTC.
    pub updated_at: String,
    /// Always empty here: facts are not extracted by this service.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, max_items = 0))]
    pub facts: [(); 0],
}

/// A page of `GET /v1/memories`, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemoryList<M = Memory> {
    /// At most `limit` of them.
    // The Worker passes them on as the store wrote them.
    pub memories: Vec<M>,
    /// How many match in all.
    pub total: u64,
    /// Where the next page begins, to be sent as `after`; null on the last one.
    pub next: Option<String>,
}
