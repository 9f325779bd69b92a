use crate::JobId;
use serde::{Deserialize, Serialize};

/// How far a job is. It moves forwards only; the last two are final.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// Accepted, not begun.
    Pending,
    /// Items are being imported.
    Processing,
    /// Every item was imported or failed: with `failed > 0` a partial success.
    Completed,
    /// The job itself broke.
    Failed,
}

impl JobStatus {
    /// The status that is called so on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "pending" => Some(Self::Pending),
            "processing" => Some(Self::Processing),
            "completed" => Some(Self::Completed),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }

    /// Whether no field of the job will change any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// The answer of `GET /v1/batch/{job_id}`: exactly these six fields, in this order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchStatus {
    /// Always in the `job_` form, whichever form was asked.
    pub id: JobId,
    /// How far the job is.
    pub status: JobStatus,
    /// Memories in the batch.
    pub received: u32,
    /// Imported so far; never falls.
    pub imported: u32,
    /// Failed so far; never falls.
    pub failed: u32,
    /// Ordered by index, as many as `failed`.
    pub errors: Vec<ItemError>,
}

/// The answer of `POST /v1/batch?dry_run=true`: what would become of the batch if it were sent now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Forecast {
    /// Memories in the batch.
    pub received: u32,
    /// So many would land.
    pub would_import: u32,
    /// So many would not.
    pub would_fail: u32,
    /// Ordered by index, as many as `would_fail`.
    pub errors: Vec<ItemError>,
}

/// Why one item of a batch did not land.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemError {
    /// Position in the submitted array, from 0.
    pub index: u32,
    /// Free text.
    pub error: String,
}

/// A page of `GET /v1/batch`, newest job first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobList<J = JobSummary> {
    /// At most `limit` of them.
    // The Worker passes them on as the store wrote them.
    pub jobs: Vec<J>,
    /// What `after` takes to get the next page; `null` on the last one.
    pub next: Option<String>,
    /// Only where a group was asked for: what all of its jobs come to, also those on other pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<GroupSum>,
}

/// A job without its errors. Times are RFC 3339 in UTC.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobSummary {
    /// The job's id in the `job_` form.
    pub id: JobId,
    /// How far the job is.
    pub status: JobStatus,
    /// Memories in the batch.
    pub received: u32,
    /// Imported so far.
    pub imported: u32,
    /// Failed so far.
    pub failed: u32,
    /// When the batch was accepted.
    pub created_at: String,
    /// When the first chunk was begun; `null` while pending.
    pub started_at: Option<String>,
    /// When the status became final; `null` before.
    pub finished_at: Option<String>,
    /// What people call it; `null` where nothing was sent.
    #[serde(default)]
    pub label: Option<String>,
    /// What the batches of one import share, a lower-case hyphenated UUID; `null` where nothing was sent.
    #[serde(default)]
    pub group: Option<String>,
}

/// What the jobs of a group come to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupSum {
    /// Batches.
    pub jobs: u64,
    /// Memories in them.
    pub received: u64,
    /// Imported so far.
    pub imported: u64,
    /// Failed so far.
    pub failed: u64,
    /// Batches that are not final.
    pub running: u64,
}
