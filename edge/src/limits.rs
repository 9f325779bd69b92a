//! The rate limits: a binding for each tier, and one for keys that an isolate does not know, by client address.

use crate::{error::ApiError, http};
use contract::Tier;
use worker::Env;

include!(concat!(env!("OUT_DIR"), "/limits.rs"));

const ADDRESS: &str = "LIMIT_ADDRESS";

const fn binding(tier: Tier) -> &'static str {
    match tier {
        Tier::Hobby => "LIMIT_HOBBY",
        Tier::Developer => "LIMIT_DEVELOPER",
        Tier::Team => "LIMIT_TEAM",
        Tier::Scale => "LIMIT_SCALE",
    }
}

/// The seconds for which a binding counts, and what `RateLimit-Policy` says of it.
fn declared(binding: &str) -> (u32, &'static str) {
    LIMITS.iter().find(|(name, ..)| *name == binding).map_or((10, ""), |(_, period, policy)| (*period, policy))
}

/// The value of `RateLimit-Policy`.
pub fn policy(tier: Tier) -> &'static str {
    declared(binding(tier)).1
}

/// Counts one request of the account. All keys of an account share its tier's limit.
pub async fn count_request(env: &Env, tier: Tier, account: &str) -> Result<(), ApiError> {
    count(env, binding(tier), account).await
}

/// Counts one key that nobody here has seen yet from a client's address.
pub async fn count_stranger(env: &Env, address: &str) -> Result<(), ApiError> {
    count(env, ADDRESS, address).await
}

async fn count(env: &Env, binding: &str, key: &str) -> Result<(), ApiError> {
    match http::within_limit(env, binding, key).await {
        Ok(within) if within.is_truthy() => Ok(()),
        // The binding does not tell when its window ends: only the whole period is never too short.
        Ok(_) => Err(ApiError::RateLimited { retry_after: declared(binding).0 }),
        Err(error) => Err(ApiError::Unavailable(format!("limiter {binding}: {}", http::reason(&error)))),
    }
}
