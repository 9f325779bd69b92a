//! The numbers under `[vars]` in `wrangler.toml`.

use crate::error::ApiError;
use worker::Env;

/// Items that are imported in one transaction, and after which progress shows.
pub fn chunk_items(env: &Env) -> Result<u32, ApiError> {
    number(env, "IMPORT_CHUNK_ITEMS")
}

/// Seconds before a chunk that failed is tried again, at least; it waits longer the longer it has been failing.
pub fn retry_seconds(env: &Env) -> Result<u32, ApiError> {
    number(env, "IMPORT_RETRY_SECONDS")
}

/// Seconds after which a job that has not moved is enqueued again.
pub fn stalled_seconds(env: &Env) -> Result<u32, ApiError> {
    number(env, "IMPORT_STALLED_SECONDS")
}

fn number(env: &Env, name: &str) -> Result<u32, ApiError> {
    let value = env.var(name).map_err(|error| ApiError::Internal(error.to_string()))?.to_string();
    value.parse().map_err(|_| ApiError::Internal(format!("{name} must be a whole number")))
}
