use serde::{Deserialize, Serialize};

/// The body of every 4xx and 5xx.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// What a program branches on.
    pub code: Code,
    /// What a person should do about it. Never internals, never another account's data.
    pub message: String,
    /// With `quota_exceeded` only: the account's quota, in memories a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// With `quota_exceeded` only: memories written this month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// With `quota_exceeded` only: the day on which the next month's quota begins, as `YYYY-MM-DD`, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<String>,
}

/// The stable codes of the contract.
// Which status each goes out with is the Worker's to say, in one place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No key, or one that is malformed, unknown, revoked or expired.
    InvalidKey,
    /// The key lacks the scope.
    Forbidden,
    /// No such path, or no such job in this account.
    NotFound,
    /// A known path, another method.
    MethodNotAllowed,
    /// The same `Idempotency-Key` came with another body.
    IdempotencyConflict,
    /// The body of an import is over the limit.
    PayloadTooLarge,
    /// A body in a `Content-Encoding` other than gzip or deflate.
    UnsupportedEncoding,
    /// A parameter or a body that is not in the contract's shape.
    InvalidRequest,
    /// The tier's rate limit, or that of unknown keys from one address.
    RateLimitExceeded,
    /// Too many of the account's batches are still running.
    TooManyBatches,
    /// No item of the job can be sent again.
    NothingToRetry,
    /// The job is still running.
    JobNotFinal,
    /// The account has as many webhooks as it may.
    TooManyWebhooks,
    /// Nothing is left of the month's writes.
    QuotaExceeded,
    /// A single write names an agent past the account's cap.
    AgentCapExceeded,
    /// A bug in the service.
    Internal,
    /// The store cannot answer now.
    Unavailable,
    /// A code that this version of the client does not know.
    #[serde(other)]
    Unknown,
}
