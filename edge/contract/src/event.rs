use crate::{JobId, JobStatus};
use serde::{Deserialize, Serialize};

/// What a webhook may be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventType {
    /// Every item was imported or failed.
    #[serde(rename = "batch.completed")]
    BatchCompleted,
    /// The job itself broke, or was cancelled.
    #[serde(rename = "batch.failed")]
    BatchFailed,
}

/// How far a delivery is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// It is to be tried, or tried again.
    Pending,
    /// The receiver answered with a 2xx.
    Delivered,
    /// It was given up: after the last try, or since the webhook was disabled.
    Failed,
}

/// One event for one webhook. Times are RFC 3339 in UTC.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// What is sent as `webhook-id`: `msg_` + 32 hex digits, the same with each try.
    pub id: String,
    /// What happened.
    pub r#type: EventType,
    /// The job that it happened to.
    pub job_id: JobId,
    /// How far it is.
    pub status: DeliveryStatus,
    /// Tries so far, one under way included.
    pub attempts: u32,
    /// The status of the last answer; null where there was none.
    pub response_status: Option<u16>,
    /// Why the last try failed, for a person; null where it did not, or before the first.
    pub error: Option<String>,
    /// When the event happened.
    pub created_at: String,
    /// When the last try began; null before the first.
    pub last_attempt_at: Option<String>,
    /// When it is tried next; null where it is not.
    pub next_attempt_at: Option<String>,
}

/// The answer of `GET /v1/webhooks/{id}/deliveries`: the last 50, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryList<D = Delivery> {
    /// Those under way among them.
    // The Worker passes them on as the store wrote them.
    pub deliveries: Vec<D>,
}

/// What a receiver is sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// What happened.
    pub r#type: EventType,
    /// When, RFC 3339 in UTC.
    pub timestamp: String,
    /// What it happened to. Details are to be asked for.
    pub data: EventData,
}

/// The job of an event, as it ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventData {
    /// The job's.
    pub id: JobId,
    /// `completed` or `failed`.
    pub status: JobStatus,
    /// Memories in the batch.
    pub received: u32,
    /// Those that landed.
    pub imported: u32,
    /// Those that did not.
    pub failed: u32,
}
