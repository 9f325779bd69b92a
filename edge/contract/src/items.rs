use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What became of one item of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ItemStatus {
    /// It waits for its turn.
    Pending,
    /// It landed.
    Imported,
    /// It did not land.
    Failed,
}

impl ItemStatus {
    /// As it stands on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Imported => "imported",
            Self::Failed => "failed",
        }
    }
}

/// A page of `GET /v1/batch/{job_id}/items`, in the order of the batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemList {
    /// At most `limit` of them.
    pub items: Vec<Item>,
    /// What `after` takes to get the next page; `null` on the last one.
    pub next: Option<String>,
}

/// One item of a batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Item {
    /// Position in the submitted array, from 0.
    pub index: u32,
    /// What became of it.
    pub status: ItemStatus,
    /// The memory's, where it landed; `null` also where it landed before items had names.
    pub id: Option<String>,
    /// Why it did not land, where it did not.
    pub error: Option<String>,
    /// What was sent, where it has not landed. `null` where it is not known any more.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::MemoryInput<'static>>))]
    pub item: Option<Box<RawValue>>,
    /// Where it stood in its file, as far as that was sent.
    pub line: Option<u64>,
}
