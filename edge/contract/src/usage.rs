use crate::Tier;
use serde::{Deserialize, Serialize};

/// The answer of `GET /v1/usage`: what the account has used up, and what it still may.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// The key's tier.
    pub tier: Tier,
    /// Memories that landed this month.
    pub writes: Monthly,
    /// Memories that were sent this month, whether or not they landed. One counts once more for each whole 16 KiB of it.
    pub received: Used,
    /// Agents that the account has.
    pub agents: Used,
    /// Batches that are not final.
    pub batches: Running,
    /// The name of the account.
    pub account: String,
    /// The key that asks.
    pub key: UsedKey,
}

/// The key that somebody asks with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsedKey {
    /// What operators call it by, and what stands in their log. It is no secret.
    pub id: String,
    /// When it ends, as RFC 3339 UTC; `null` where it does not.
    pub expires_at: Option<String>,
}

/// What begins anew each month, in memories.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Monthly {
    /// So far.
    pub used: u64,
    /// At most.
    pub limit: u64,
    /// The first day of the next month, as `YYYY-MM-DD`, UTC.
    pub resets_at: String,
}

/// Some of a limit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Used {
    /// So far.
    pub used: u64,
    /// At most.
    pub limit: u64,
}

/// Batches under way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Running {
    /// Pending or processing.
    pub running: u64,
    /// At most.
    pub limit: u64,
}
