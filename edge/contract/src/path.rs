//! The paths of the API. The Worker routes by them and clients ask for them.

use crate::{JobId, WebhookId};

/// Everything below this is the API's; everything else is the dashboard's.
pub const API: &str = "/v1/";
/// Tells whether the Worker runs.
pub const HEALTH: &str = "/healthz";
/// Tells whether what the Worker stands on answers.
pub const READY: &str = "/readyz";
/// Tells whether a key is good, and what it may do.
pub const PING: &str = "/v1/ping";
/// The account's jobs, and where a batch is posted.
pub const BATCH: &str = "/v1/batch";
/// The account's memories.
pub const MEMORIES: &str = "/v1/memories";

/// What the account has used up.
pub const USAGE: &str = "/v1/usage";

/// Who is told when a batch ends.
pub const WEBHOOKS: &str = "/v1/webhooks";

/// The status of one job, as a pattern like those below.
pub const JOB: &str = "/v1/batch/{job_id}";

/// The items of one job.
pub const ITEMS: &str = "/v1/batch/{job_id}/items";

/// A new job of what failed in one.
pub const RETRY: &str = "/v1/batch/{job_id}/retry";

/// The end of one job.
pub const CANCEL: &str = "/v1/batch/{job_id}/cancel";

/// One webhook.
pub const WEBHOOK: &str = "/v1/webhooks/{id}";

/// A new secret for one webhook.
pub const ROTATE: &str = "/v1/webhooks/{id}/rotate";

/// What one webhook was told lately.
pub const DELIVERIES: &str = "/v1/webhooks/{id}/deliveries";

/// The status of one job.
pub fn batch_status(id: JobId) -> String {
    format!("{BATCH}/{id}")
}

/// What became of each item of a job.
pub fn items(id: JobId) -> String {
    format!("{BATCH}/{id}/items")
}

/// Where what failed in a job is sent again.
pub fn retry(id: JobId) -> String {
    format!("{BATCH}/{id}/retry")
}

/// Where a job is cancelled.
pub fn cancel(id: JobId) -> String {
    format!("{BATCH}/{id}/cancel")
}

/// One webhook.
pub fn webhook(id: WebhookId) -> String {
    format!("{WEBHOOKS}/{id}")
}

/// Where a webhook gets a new secret.
pub fn rotate(id: WebhookId) -> String {
    format!("{WEBHOOKS}/{id}/rotate")
}

/// What a webhook was told lately.
pub fn deliveries(id: WebhookId) -> String {
    format!("{WEBHOOKS}/{id}/deliveries")
}
