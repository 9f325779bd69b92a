//! The only place that speaks HTTP: every request of the dashboard is here.

use crate::{browser::parse_time, jobs::filter::Filter, pace};
use contract::{BatchStatus, Code, ErrorBody, Forecast, ItemList, ItemStatus, JobId, JobList, Ping, Usage, path};
use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Date;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob};

/// How many jobs a page of the list has.
const PAGE: &str = "50";
/// Seconds that the server is asked to hold its answer back until there are news.
pub const WAIT: u32 = 20;
/// How many jobs of a group, or items of a job, are asked for at once: as many as the API gives.
const LARGEST_PAGE: u32 = 100;
/// Milliseconds after which an answer is no longer waited for.
const PATIENCE: u32 = 30_000;
/// The same for a file: it is as long as it is.
const PATIENCE_FOR_A_FILE: u32 = 600_000;
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
    /// Whether the server held it back until there were news, as it was asked to.
    pub waited: bool,
    status: u16,
}

impl<T> Answer<T> {
    /// One that was put together of several.
    pub fn of(body: T, retry_after: Option<u32>) -> Self {
        Self { body: Some(body), version: None, retry_after, waited: false, status: 200 }
    }

    /// The same with another body.
    pub fn map<U>(self, body: impl FnOnce(T) -> U) -> Answer<U> {
        let Self { body: old, version, retry_after, waited, status } = self;
        Answer { body: old.map(body), version, retry_after, waited, status }
    }
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

/// One job. `known` is the version that the caller has: if that is still the newest, the answer has no body, and with `waits`
/// comes only once it is not, or after [`WAIT`].
pub async fn job(
    key: &str,
    id: JobId,
    known: Option<u64>,
    waits: bool,
    abort: &AbortSignal,
) -> Result<Answer<BatchStatus>, Error> {
    let mut request = Request::get(&path::batch_status(id));
    if let Some(version) = known {
        request = request.header("If-None-Match", &format!("\"{version}\""));
        if waits {
            request = request.header("Prefer", &format!("wait={WAIT}"));
        }
    }
    read(send(key, request, Some(abort)).await?)
}

/// Ends a job. Whether it was this that ended it: it may have ended before.
pub async fn cancel(key: &str, id: JobId) -> Result<bool, Error> {
    let answer: Answer<BatchStatus> = read(send(key, Request::post(&path::cancel(id)), None).await?)?;
    Ok(answer.status == 202)
}

/// All items that failed in a job, as a file of `media_type`. It goes to the browser as it comes, and never through this program.
pub async fn file_of_failed_items(key: &str, id: JobId, media_type: &str) -> Result<Blob, Error> {
    let abort = AbortSignal::timeout_with_u32(PATIENCE_FOR_A_FILE);
    let request = Request::get(&path::items(id)).query([("status", "failed")]).header("Accept", media_type);
    let request = request.abort_signal(Some(&abort)).build().map_err(|_| no_answer(&abort))?;
    let response: web_sys::Response = head(key, request, &abort).await?.into();
    let broke_off = |_| Error::Fetch("The download broke off.".to_owned());
    let blob = JsFuture::from(response.blob().map_err(broke_off)?).await.map_err(broke_off)?;
    Ok(blob.into())
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

/// A page of the jobs that are called by one `group`, newest first, with what all of them come to.
pub async fn group(key: &str, group: &str, after: Option<&str>, abort: &AbortSignal) -> Result<JobList, Error> {
    let limit = LARGEST_PAGE.to_string();
    let query = [Some(("group", group)), Some(("limit", limit.as_str())), after.map(|after| ("after", after))];
    whole(read(send(key, Request::get(path::BATCH).query(query.into_iter().flatten()), Some(abort)).await?)?)
}

/// Which items of a job are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Items {
    /// Only those of that status.
    pub status: Option<ItemStatus>,
    /// Only those behind that index.
    pub after: Option<u32>,
    /// At most so many; a full page where it is not said.
    pub most: Option<u32>,
}

/// A page of the items of a job, by their index.
pub async fn items(key: &str, id: JobId, wanted: Items, abort: Option<&AbortSignal>) -> Result<ItemList, Error> {
    let limit = wanted.most.unwrap_or(LARGEST_PAGE).to_string();
    let after = wanted.after.map(|after| after.to_string());
    let query = [
        Some(("limit", limit.as_str())),
        wanted.status.map(|status| ("status", status.name())),
        after.as_deref().map(|after| ("after", after)),
    ];
    whole(read(send(key, Request::get(&path::items(id)).query(query.into_iter().flatten()), abort).await?)?)
}

/// Hands in a batch. The same `idempotency_key` with the same body imports nothing twice.
pub async fn import(key: &str, idempotency_key: &str, body: &str) -> Result<BatchStatus, Error> {
    whole(read(post(key, Request::post(path::BATCH).header("Idempotency-Key", idempotency_key), body).await?)?)
}

/// Has what failed in a job be sent again, which makes a new job. The same `idempotency_key` does it once.
pub async fn retry(key: &str, of: JobId, idempotency_key: &str, body: &str) -> Result<BatchStatus, Error> {
    whole(read(post(key, Request::post(&path::retry(of)).header("Idempotency-Key", idempotency_key), body).await?)?)
}

/// What would become of a batch. Nothing is stored.
pub async fn dry_run(key: &str, body: &str) -> Result<Forecast, Error> {
    whole(read(post(key, Request::post(path::BATCH).query([("dry_run", "true")]), body).await?)?)
}

/// What the account has used up.
pub async fn usage(key: &str, abort: Option<&AbortSignal>) -> Result<Usage, Error> {
    whole(read(send(key, Request::get(path::USAGE), abort).await?)?)
}

async fn send(key: &str, request: RequestBuilder, abort: Option<&AbortSignal>) -> Result<Answer<Vec<u8>>, Error> {
    let abort = abort.cloned().unwrap_or_else(|| AbortSignal::timeout_with_u32(PATIENCE));
    let request = request.abort_signal(Some(&abort)).build().map_err(|_| no_answer(&abort))?;
    ask(key, request, &abort).await
}

async fn post(key: &str, request: RequestBuilder, body: &str) -> Result<Answer<Vec<u8>>, Error> {
    let abort = AbortSignal::timeout_with_u32(patience(body.len()));
    let request = request.header("Content-Type", "application/json").abort_signal(Some(&abort)).body(body);
    ask(key, request.map_err(|_| no_answer(&abort))?, &abort).await
}

/// Milliseconds after which the answer to a body of `bytes` is no longer waited for.
fn patience(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX) / SLOW + PATIENCE
}

async fn ask(key: &str, request: Request, abort: &AbortSignal) -> Result<Answer<Vec<u8>>, Error> {
    let response = head(key, request, abort).await?;
    let status = response.status();
    let body = match status {
        304 => None,
        _ => Some(response.binary().await.map_err(|_| no_answer(abort))?),
    };
    // Whatever compresses on the way weakens the tag.
    let version = header(&response, "ETag").and_then(|tag| tag.trim_start_matches("W/").trim_matches('"').parse().ok());
    let waited = header(&response, "Preference-Applied").is_some_and(|applied| applied.starts_with("wait="));
    Ok(Answer { body, version, retry_after: retry_after(&response), waited, status })
}

/// A good answer of which the body has not been read yet.
async fn head(key: &str, request: Request, abort: &AbortSignal) -> Result<Response, Error> {
    request.headers().set("Authorization", &format!("Bearer {key}"));
    let response = request.send().await.map_err(|_| no_answer(abort))?;
    let status = response.status();
    if response.ok() || status == 304 {
        return Ok(response);
    }
    let bytes = response.binary().await.map_err(|_| no_answer(abort))?;
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| unexplained(status));
    let (retry_after, request_id) = (retry_after(&response), header(&response, "X-Request-Id"));
    Err(Error::Api(Box::new(Refusal { status, body, retry_after, request_id })))
}

fn retry_after(response: &Response) -> Option<u32> {
    pace::asked(&header(response, "Retry-After")?, Date::now(), parse_time)
}

/// What stands for the body of an answer that is not the API's, but of something in front of it: its status and headers hold
/// all the same.
fn unexplained(status: u16) -> ErrorBody {
    let message = format!("The server answered with status {status} and gave no reason.");
    ErrorBody { code: Code::Unknown, message, limit: None, used: None, resets_at: None }
}

fn read<T: DeserializeOwned>(answer: Answer<Vec<u8>>) -> Result<Answer<T>, Error> {
    let Answer { body, version, retry_after, waited, status } = answer;
    let body = body.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(|_| Error::Unreadable)?;
    Ok(Answer { body, version, retry_after, waited, status })
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
