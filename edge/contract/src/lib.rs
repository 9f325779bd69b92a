//! What clients of the API may rely on, in types: the wire bodies, the job id, the API key, the tiers, the error codes
//! and the paths. It knows neither Workers nor browsers and does no I/O, so that the Worker, the dashboard, the
//! operator's command and the tests all speak from the same page.

mod batch;
mod batch_reader;
mod capture;
mod error;
mod event;
mod invalid;
mod items;
mod job_id;
mod json;
mod key;
mod key_id;
mod memory;
mod memory_reader;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod path;
pub mod reason;
pub mod table;
mod timestamp;
mod usage;
mod webhook;

pub use batch::{BatchStatus, Forecast, GroupSum, ItemError, JobList, JobStatus, JobSummary};
pub use batch_reader::{Batch, BatchReader, ITEM_BYTES};
pub use error::{Code, ErrorBody};
pub use event::{Delivery, DeliveryList, DeliveryStatus, Event, EventData, EventType};
pub use invalid::Invalid;
pub use items::{Item, ItemList, ItemStatus};
pub use job_id::{JobId, NotAJobId};
pub use json::without_place;
pub use key::{ApiKey, KEY_PREFIXES, KeyRecord, NotAKey, Ping, Scope, Tier, bearer};
pub use key_id::{hash_prefix, key_id};
pub use memory::{
    BATCH_ITEMS, CONTENT_CHARS, COUNTED_BYTES, Kind, LABEL_CHARS, METADATA_BYTES, METADATA_DEPTH, Memory, MemoryInput,
    MemoryList, SCOPE_CHARS, TIMESTAMP_CHARS, counts_as,
};
pub use timestamp::is_timestamp;
pub use usage::{Monthly, Running, Usage, Used, UsedKey};
pub use webhook::{NotAWebhookId, URL_BYTES, WEBHOOKS, Webhook, WebhookId, WebhookInput, WebhookList, WebhookStatus};
