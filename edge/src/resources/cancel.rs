//! `POST /v1/batch/{job_id}/cancel`: what has landed stays, and the rest does not land.

use super::job;
use crate::{
    auth::Caller,
    cache,
    error::ApiError,
    http::{self, Answer},
    store, webhooks,
};
use worker::Env;

/// 202 where this ended the job, 200 where it had ended already; with its status either way. Two D1 calls.
pub async fn post(env: &Env, caller: &Caller, id: &str) -> Result<Answer, ApiError> {
    let id = id.parse().map_err(|_| ApiError::NoSuchJob)?;
    let cancelled = store::cancel(env, caller.account(), id, http::now()).await?;
    // Whoever ended it: what was known of it a moment ago is over.
    cache::outdate(&(caller.account().into(), id.as_u128()), http::now());
    if let Some(owed) = &cancelled {
        webhooks::nudge(env, owed).await;
    }
    let snapshot = job::snapshot(env, caller.account(), id).await?;
    Ok(Answer::new(if cancelled.is_some() { 202 } else { 200 }, snapshot.body))
}
