//! `POST /v1/batch/{job_id}/retry`: a new job of what failed in an old one, which stays as it is.

use super::{batch, idempotency::Idempotency};
use crate::{
    auth::Caller,
    error::ApiError,
    http::{self, Answer, Body, Incoming},
    store::{self, Refusal, Request, Retried},
};
use contract::{BATCH_ITEMS, JobId};
use serde::Deserialize;
use worker::Env;

/// The most bytes of a body: as many indexes as a batch has items, with room.
const LARGEST_BODY: u32 = 64 << 10;

/// Which items are meant; all that can succeed now where none are named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    indexes: Vec<u32>,
}

/// One D1 transaction and one message, whatever the items weigh: they never leave the store.
pub async fn post(env: &Env, caller: &Caller, id: &str, incoming: &Incoming) -> Result<Answer, ApiError> {
    let of: JobId = id.parse().map_err(|_| ApiError::NoSuchJob)?;
    let mut idempotency = Idempotency::of(incoming, &format!("retry {of} "))?;
    let text = Body::open(incoming, LARGEST_BODY)?.text().await?;
    idempotency.read(text.as_bytes());
    let indexes = chosen(&text)?;
    let idempotency = idempotency.finish();
    let request = Request::new(caller.record(), true, idempotency.as_ref(), http::now());
    match store::retry(env, &request, of, indexes.as_deref()).await? {
        Retried::Job(items) => batch::accepted(env, &request, items).await,
        Retried::Refused(Refusal::Replayed(id)) => batch::replayed(env, caller, id).await,
        Retried::Refused(refusal) => Err(refusal.into()),
        Retried::NoSuchJob => Err(ApiError::NoSuchJob),
        Retried::Running => Err(ApiError::JobNotFinal),
        Retried::Nothing => Err(ApiError::NothingToRetry),
    }
}

/// The indexes as a JSON array. An empty body, or an empty object, names none.
fn chosen(body: &str) -> Result<Option<String>, ApiError> {
    let body = body.trim_start_matches('\u{feff}').trim();
    if body.is_empty() || body == "{}" {
        return Ok(None);
    }
    let chosen: Chosen = serde_json::from_str(body).map_err(|_| {
        ApiError::InvalidRequest(
            "The body must be empty, or like {\"indexes\":[2,7]}: whole numbers from 0.".to_owned(),
        )
    })?;
    if !(1..=BATCH_ITEMS).contains(&chosen.indexes.len()) {
        return Err(ApiError::InvalidRequest(format!("indexes must hold 1 to {BATCH_ITEMS} numbers.")));
    }
    let text = serde_json::to_string(&chosen.indexes).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(Some(text))
}
