//! The only place that speaks HTTP: every request of the dashboard is here.

use crate::{browser::parse_time, jobs::filter::Filter, pace};
use contract::{BatchStatus, Code, ErrorBody, JobId, JobList, Ping, Usage, path};
use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Date;
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

/// How many jobs a page of the list has.
const PAGE: &str = "50";
/// Milliseconds after which an answer is no longer waited for.
const PATIENCE: u32 = 30_000;
/// Bytes of a body that a slow connection sends in a millisecond.
const SLOW: u32 = 40;

/// Why there is no answer to show.
#[derive(Clone, PartialEq, Debug)]
pub enum Error {
    /// Nothing came back: no network, or a time-out. In words.
    Fetch(String),
    /// A good answer that is not this API's.
    Unreadable,
    /// The API, or something in front of it, answered and refused.
    Api(Box<Refusal>),
}

/// An answer with a status of 400 or more.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What the API says about it.
    pub body: ErrorBody,
    /// Seconds that the server asks to be left alone for.
    pub retry_after: Option<u32>,
    /// What an operator finds the request by.
    pub request_id: Option<String>,
}

/// A good answer of the API.
pub struct Answer<T> {
    /// `None` when nothing changed since the version that was asked with.
    pub body: Option<T>,
    /// The version of what was answered, where it has one. It only grows.
    pub version: Option<u64>,
    /// Seconds after which to ask again.
    pub retry_after: Option<u32>,
}

impl Error {
    /// The API's code, if it was the API that refused.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Fetch(_) | Self::Unreadable => None,
            Self::Api(refusal) => Some(refusal.body.code),
        }
    }

    /// What went wrong, for a person.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Fetch(reason) => reason,
            Self::Unreadable => "The server's answer cannot be read.",
            Self::Api(refusal) => &refusal.body.message,
        }
    }
}

/// Whether `key` is good, and for what.
pub async fn ping(key: &str) -> Result<Ping, Error> {
    whole(read(send(key, Request::get(path::PING), None).await?)?)
}

/// One job. `known` is the version that the caller has: if that is still the newest, the answer has no body.
pub async fn job(key: &str, id: JobId, known: Option<u64>, abort: &AbortSignal) -> Result<Answer<BatchStatus>, Error> {
    let mut request = Request::get(&path::batch_status(id));
    if let Some(version) = known {
        request = request.header("If-None-Match", &format!("\"{version}\""));
    }
    read(send(key, request, Some(abort)).await?)
}

/// A page of the account's jobs, newest first; `after` is the `next` of the page before.
pub async fn jobs(key: &str, after: Option<&str>, abort: Option<&AbortSignal>) -> Result<Answer<JobList>, Error> {
    let query = after.map(|after| ("after", after));
    list(key, query, abort).await
}

/// The newest of the account's jobs that `filter` asks for.
pub async fn filtered_jobs(key: &str, filter: &Filter, abort: &AbortSignal) -> Result<Answer<JobList>, Error> {
    list(key, filter.query(), Some(abort)).await
}

async fn list<'a>(
    key: &str,
    query: impl IntoIterator<Item = (&'a str, &'a str)>,
    abort: Option<&AbortSignal>,
) -> Result<Answer<JobList>, Error> {
    let query = [("limit", PAGE)].into_iter().chain(query);
    read(send(key, Request::get(path::BATCH).query(query), abort).await?)
}

/// Hands in a batch. The same `idempotency_key` with the same body imports nothing twice.
pub async fn import(key: &str, idempotency_key: &str, body: &str) -> Result<BatchStatus, Error> {
    let abort = AbortSignal::timeout_with_u32(patience(body.len()));
    let request = Request::post(path::BATCH)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", idempotency_key)
        .abort_signal(Some(&abort))
        .body(body)
        .map_err(|_| no_answer(&abort))?;
    whole(read(ask(key, request, &abort).await?)?)
}

/// What the account has used up.
pub async fn usage(key: &str) -> Result<Usage, Error> {
    whole(read(send(key, Request::get(path::USAGE), None).await?)?)
}

/// How many batches of the account run.
pub async fn running(key: &str, abort: &AbortSignal) -> Result<u64, Error> {
    let usage: Usage = whole(read(send(key, Request::get(path::USAGE), Some(abort)).await?)?)?;
    Ok(usage.batches.running)
}

async fn send(key: &str, request: RequestBuilder, abort: Option<&AbortSignal>) -> Result<Answer<Vec<u8>>, Error> {
    let abort = abort.cloned().unwrap_or_else(|| AbortSignal::timeout_with_u32(PATIENCE));
    let request = request.abort_signal(Some(&abort)).build().map_err(|_| no_answer(&abort))?;
    ask(key, request, &abort).await
}

/// Milliseconds after which the answer to a body of `bytes` is no longer waited for.
fn patience(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX) / SLOW + PATIENCE
}

async fn ask(key: &str, request: Request, abort: &AbortSignal) -> Result<Answer<Vec<u8>>, Error> {
    request.headers().set("Authorization", &format!("Bearer {key}"));
    let response = request.send().await.map_err(|_| no_answer(abort))?;
    let status = response.status();
    let retry_after = header(&response, "Retry-After").and_then(|value| pace::asked(&value, Date::now(), parse_time));
    let version = header(&response, "ETag").and_then(|value| value.trim_matches('"').parse().ok());
    if status == 304 {
        return Ok(Answer { body: None, version, retry_after });
    }
    let bytes = response.binary().await.map_err(|_| no_answer(abort))?;
    if response.ok() {
        return Ok(Answer { body: Some(bytes), version, retry_after });
    }
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| unexplained(status));
    Err(Error::Api(Box::new(Refusal { status, body, retry_after, request_id: header(&response, "X-Request-Id") })))
}

/// What stands for the body of an answer that is not the API's, but of something in front of it: its status and headers hold
/// all the same.
fn unexplained(status: u16) -> ErrorBody {
    let message = format!("The server answered with status {status} and gave no reason.");
    ErrorBody { code: Code::Unknown, message, limit: None, used: None, resets_at: None }
}

fn read<T: DeserializeOwned>(answer: Answer<Vec<u8>>) -> Result<Answer<T>, Error> {
    let body = answer.body.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(|_| Error::Unreadable)?;
    Ok(Answer { body, version: answer.version, retry_after: answer.retry_after })
}

fn whole<T>(answer: Answer<T>) -> Result<T, Error> {
    answer.body.ok_or(Error::Unreadable)
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)
}

fn no_answer(abort: &AbortSignal) -> Error {
    let why = if abort.aborted() { "The server took too long to answer." } else { "The server cannot be reached." };
    Error::Fetch(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_gets_the_time_that_a_slow_connection_takes_for_it() {
        assert_eq!(patience(0), PATIENCE);
        assert_eq!(patience(8_000_000), PATIENCE + 200_000);
        assert_eq!(patience(usize::MAX), PATIENCE + u32::MAX / SLOW);
    }
}
