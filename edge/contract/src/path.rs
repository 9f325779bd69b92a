//! The paths of the API. The Worker routes by them and clients ask for them.

use crate::JobId;

/// Everything below this is the API's; everything else is the dashboard's.
pub const API: &str = "/v1/";
/// Tells whether a key is good, and what it may do.
pub const PING: &str = "/v1/ping";
/// The account's jobs, and where a batch is posted.
pub const BATCH: &str = "/v1/batch";
/// The account's memories.
pub const MEMORIES: &str = "/v1/memories";

/// The status of one job.
pub fn batch_status(id: JobId) -> String {
    format!("{BATCH}/{id}")
}
