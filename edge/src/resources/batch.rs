//! `POST /v1/batch`: lets a batch in and answers at once; the import itself is the consumer's work.

use super::{dry_run, idempotency::Idempotency, query};
use crate::{
    auth::Caller,
    error::ApiError,
    http::{self, Answer, Body, Incoming},
    queue::{self, Message},
    store::{self, Portions, Refusal, Request},
};
use contract::{BatchReader, BatchStatus, JobId, JobStatus, path};
use worker::{Env, console_error};

/// The most bytes of a body: 500 of the longest contents, at four bytes a character, fit in. An isolate has 128 MB for all
/// that is under way.
const LARGEST_BODY: u32 = 32 << 20;

/// The version that a job begins with.
const FIRST_VERSION: u64 = 1;

/// One D1 transaction for each megabyte, and one message. Whatever is wrong with the shape refuses the batch before
/// either.
pub async fn post(env: &Env, caller: &Caller, incoming: &Incoming) -> Result<Answer, ApiError> {
    if is_dry_run(incoming.query())? {
        return dry_run::post(env, caller, Body::open(incoming, LARGEST_BODY)?).await;
    }
    let mut idempotency = Idempotency::of(incoming, "")?;
    // It holds its room until the answer: what was read of it is under way for as long.
    let mut body = Body::open(incoming, LARGEST_BODY)?;
    let (mut reader, mut portions) = (BatchReader::new(), Portions::default());
    while let Some(piece) = body.next().await? {
        idempotency.read(&piece);
        reader.push(&piece, &mut |item| portions.push(&item))?;
    }
    let batch = reader.finish()?;
    let received = batch.received;
    let idempotency = idempotency.finish();
    let request = Request::new(caller.record(), true, idempotency.as_ref(), http::now());
    match store::accept(env, &request, &batch, portions).await? {
        None => accepted(env, &request, received).await,
        Some(Refusal::Replayed(id)) => pending(id, received),
        Some(refusal) => Err(refusal.into()),
    }
}

/// A misspelt dry run must not import.
fn is_dry_run(query: &str) -> Result<bool, ApiError> {
    let mut dry_run = false;
    for parameter in &query::parameters(query) {
        match &*parameter.name {
            "dry_run" => dry_run = parameter.flag()?,
            _ => return Err(parameter.unknown("dry_run")),
        }
    }
    Ok(dry_run)
}

/// Sets a batch going that is in.
pub async fn accepted(env: &Env, request: &Request<'_>, received: u32) -> Result<Answer, ApiError> {
    let message = Message::new(&request.key.account, request.id, FIRST_VERSION);
    if let Err(error) = queue::enqueue(env, &[message], 0).await {
        // The sweep enqueues what nobody else did.
        console_error!("{} was not enqueued: {error}", request.id);
    }
    pending(request.id, received)
}

/// The first answer again, where all that is known of it is its id.
pub async fn replayed(env: &Env, caller: &Caller, id: JobId) -> Result<Answer, ApiError> {
    let (row, _) = store::job(env, caller.account(), id, None).await?.ok_or(ApiError::NoSuchJob)?;
    pending(id, row.received)
}

/// What is said of a batch that was let in, and again where it is sent a second time.
fn pending(id: JobId, received: u32) -> Result<Answer, ApiError> {
    let status = BatchStatus { id, status: JobStatus::Pending, received, imported: 0, failed: 0, errors: Vec::new() };
    Ok(Answer::json(&status)?.with_status(202).header("location", path::batch_status(id)))
}
