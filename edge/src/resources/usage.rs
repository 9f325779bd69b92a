//! `GET /v1/usage`: what an account has used up, and what it still may.

use crate::{auth::Caller, error::ApiError, http, http::Answer, store};
use worker::Env;

/// One D1 statement, of a few rows.
pub async fn get(env: &Env, caller: &Caller) -> Result<Answer, ApiError> {
    Answer::json(&store::usage(env, caller.record(), caller.key_id(), http::now()).await?)
}
