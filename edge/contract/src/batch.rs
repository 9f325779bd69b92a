use crate::JobId;
use serde::{Deserialize, Serialize};

/// How far a job is. It moves forwards only; the last two are final.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
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
    /// Whether no field of the job will change any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// The answer of `GET /v1/batch/{job_id}`: exactly these six fields, in this order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

/// Why one item of a batch did not land.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ItemError {
    /// Position in the submitted array, from 0.
    pub index: u32,
    /// Free text; see [`crate::BatchStatus::errors`].
    pub error: String,
}

/// A page of `GET /v1/batch`, newest job first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JobList<J = JobSummary> {
    /// At most `limit` of them. The Worker passes them on as the store wrote them.
    pub jobs: Vec<J>,
    /// What `after` takes to get the next page; `null` on the last one.
    pub next: Option<String>,
}

/// One row of [`JobList`]: a job without its errors. Times are RFC 3339 in UTC.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
}
