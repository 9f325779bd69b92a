//! The only place that speaks HTTP: every request of the dashboard is here.

use contract::{BatchStatus, Code, ErrorBody, JobId, JobList, Ping, Usage, path};
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

/// How many jobs a page of the list has.
const PAGE: u32 = 50;

/// Why there is no answer to show.
#[derive(Clone, PartialEq, Debug)]
pub enum Error {
    /// Nothing that can be read came back: no network, a time-out, or a good answer that is not this API's. In words.
    Fetch(String),
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
            Self::Fetch(_) => None,
            Self::Api(refusal) => Some(refusal.body.code),
        }
    }

    /// What went wrong, for a person.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Fetch(reason) => reason,
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
    let limit = PAGE.to_string();
    let query = [Some(("limit", limit.as_str())), after.map(|after| ("after", after))];
    read(send(key, Request::get(path::BATCH).query(query.into_iter().flatten()), abort).await?)
}

/// Hands in a batch. The same `idempotency_key` with the same body imports nothing twice.
pub async fn import(key: &str, idempotency_key: &str, body: &str) -> Result<BatchStatus, Error> {
    let request = Request::post(path::BATCH)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", idempotency_key)
        .body(body)
        .map_err(|_| unreachable_server())?;
    whole(read(ask(key, request).await?)?)
}

/// What the account has used up.
pub async fn usage(key: &str) -> Result<Usage, Error> {
    whole(read(send(key, Request::get(path::USAGE), None).await?)?)
}

async fn send(key: &str, request: RequestBuilder, abort: Option<&AbortSignal>) -> Result<Answer<Vec<u8>>, Error> {
    let request = request.abort_signal(abort).build().map_err(|_| unreachable_server())?;
    ask(key, request).await
}

async fn ask(key: &str, request: Request) -> Result<Answer<Vec<u8>>, Error> {
    request.headers().set("Authorization", &format!("Bearer {key}"));
    let response = request.send().await.map_err(|_| unreachable_server())?;
    let status = response.status();
    let retry_after = header(&response, "Retry-After").and_then(|value| value.parse().ok());
    let version = header(&response, "ETag").and_then(|value| value.trim_matches('"').parse().ok());
    if status == 304 {
        return Ok(Answer { body: None, version, retry_after });
    }
    let bytes = response.binary().await.map_err(|_| unreachable_server())?;
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
    let body = answer.body.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(|_| unreadable())?;
    Ok(Answer { body, version: answer.version, retry_after: answer.retry_after })
}

fn whole<T>(answer: Answer<T>) -> Result<T, Error> {
    answer.body.ok_or_else(unreadable)
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)
}

fn unreachable_server() -> Error {
    Error::Fetch("The server cannot be reached.".to_owned())
}

fn unreadable() -> Error {
    Error::Fetch("The server's answer cannot be read.".to_owned())
}
