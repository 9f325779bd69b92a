//! `POST /v1/batch?dry_run=true`: what would become of a batch, by the same reading and the same rules. Nothing is stored, and
//! nothing counted but the request.

use crate::{
    auth::Caller,
    error::ApiError,
    http::{self, Answer, Body},
    store,
};
use contract::{BatchReader, Forecast, MemoryInput};
use worker::Env;

/// One D1 statement. Of each item no more is kept than what decides about it.
pub async fn post(env: &Env, caller: &Caller, mut body: Body) -> Result<Answer, ApiError> {
    let (mut reader, mut items) = (BatchReader::new(), Vec::new());
    while let Some(piece) = body.next().await? {
        reader.push(&piece, &mut |item: MemoryInput<'_>| {
            items.push((item.agent_id.as_deref().map(str::to_owned), !item.is_empty()));
            Ok::<(), ApiError>(())
        })?;
    }
    let received = reader.finish()?.received;
    let items = serde_json::to_string(&items).map_err(|error| ApiError::Internal(error.to_string()))?;
    let errors = store::foretell(env, caller.record(), &items, http::now()).await?;
    let would_fail = u32::try_from(errors.len()).unwrap_or(received);
    Answer::json(&Forecast { received, would_import: received.saturating_sub(would_fail), would_fail, errors })
}
