//! `GET /v1/ping`: any valid key, no scope, no rate limit.

use crate::{auth::Caller, error::ApiError, http::Answer};
use contract::Ping;

pub fn get(caller: &Caller) -> Result<Answer, ApiError> {
    Answer::json(&Ping { ok: true, tier: caller.tier(), scopes: caller.record().scopes.clone() })
}
