//! What clients of the API may rely on, in types: the wire bodies, the job id, the API key, the tiers, the error codes
//! and the paths. It knows neither Workers nor browsers and does no I/O, so that the Worker, the dashboard, the
//! operator's command and the tests all speak from the same page.

// A panic would take down every other request of the Worker's isolate.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod batch;
mod error;
mod job_id;
mod key;
mod memory;
pub mod path;
pub mod reason;

pub use batch::{BatchStatus, ItemError, JobList, JobStatus, JobSummary};
pub use error::{Code, ErrorBody};
pub use job_id::{JobId, NotAJobId};
pub use key::{ApiKey, KEY_PREFIXES, KeyRecord, NotAKey, Ping, Scope, Tier, bearer};
pub use memory::{
    BATCH_ITEMS, CONTENT_CHARS, Invalid, Kind, METADATA_BYTES, METADATA_DEPTH, Memory, MemoryInput, MemoryList,
    SCOPE_CHARS, read_batch,
};
