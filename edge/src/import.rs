//! `POST /v1/batch`: lets a batch in and answers at once; the import itself is the consumer's work.

use crate::{
    auth::{self, Caller},
    consumer,
    error::ApiError,
    http::{self, Answer, Incoming},
    store::{self, Import, Verdict},
};
use contract::{BatchStatus, JobId, JobStatus, path, read_batch};
use worker::{Env, console_error};

/// The longest `Idempotency-Key`, in characters.
const LONGEST_IDEMPOTENCY_KEY: usize = 255;

/// One D1 transaction and one message. Whatever is wrong with the shape refuses the batch before either.
pub async fn post(env: &Env, caller: &Caller, incoming: &Incoming) -> Result<Answer, ApiError> {
    let idempotency_key = idempotency_key(incoming)?;
    let body = http::body(&incoming.request).await?;
    let items = read_batch(&body).map_err(|invalid| ApiError::InvalidRequest(invalid.to_string()))?;
    let body_hash = idempotency_key.as_ref().map(|_| auth::sha256_hex(body.as_bytes()));
    let import = Import {
        id: JobId::new(uuid::Uuid::new_v4()),
        key: caller.record(),
        items: &items,
        idempotency: idempotency_key.as_deref().zip(body_hash.as_deref()),
        now: http::now(),
    };
    let id = match store::accept(env, &import).await? {
        Verdict::Accepted => {
            if let Err(error) = consumer::enqueue(env, &[(caller.account().to_owned(), import.id)]).await {
                // The batch is in, and the sweep enqueues what nobody else did.
                console_error!("{} was not enqueued: {error}", import.id);
            }
            import.id
        }
        Verdict::Replayed(id) => id,
        Verdict::Conflict => return Err(ApiError::IdempotencyConflict),
        Verdict::TooManyBatches => return Err(ApiError::TooManyBatches),
        Verdict::QuotaExceeded { used, resets_at } => {
            return Err(ApiError::QuotaExceeded { limit: caller.record().monthly_writes(), used, resets_at });
        }
    };
    let received = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let status = BatchStatus { id, status: JobStatus::Pending, received, imported: 0, failed: 0, errors: Vec::new() };
    Ok(Answer::json(&status)?.status(202).header("location", path::batch_status(id)))
}

fn idempotency_key(incoming: &Incoming) -> Result<Option<String>, ApiError> {
    match incoming.header("idempotency-key") {
        Some(key)
            if key.is_empty()
                || key.len() > LONGEST_IDEMPOTENCY_KEY
                || !key.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Err(ApiError::InvalidRequest(format!(
                "Idempotency-Key must have 1 to {LONGEST_IDEMPOTENCY_KEY} visible ASCII characters."
            )))
        }
        key => Ok(key),
    }
}
