//! The only place that speaks HTTP: every request of the dashboard is here.

use contract::{BatchStatus, ErrorBody, JobId, Ping, path};
use gloo_net::http::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

/// Why there is no answer to show.
#[derive(Clone, PartialEq, Debug)]
pub enum Error {
    /// Nothing that can be read came back: no network, a time-out, or an answer that is not this API's. In words.
    Fetch(String),
    /// The API answered, and refused.
    Api(Refusal),
}

/// An answer of the API with a status of 400 or more.
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

/// Whether `key` is good, and for what.
pub async fn ping(key: &str) -> Result<Ping, Error> {
    let answer = ask(key, gloo_net::http::Request::get(path::PING), None).await?;
    answer.body.ok_or_else(unreadable)
}

/// One job. `known` is the version that the caller has: if that is still the newest, the answer has no body.
pub async fn job(key: &str, id: JobId, known: Option<u64>, abort: &AbortSignal) -> Result<Answer<BatchStatus>, Error> {
    let mut request = gloo_net::http::Request::get(&path::batch_status(id));
    if let Some(version) = known {
        request = request.header("If-None-Match", &format!("\"{version}\""));
    }
    ask(key, request, Some(abort)).await
}

async fn ask<T: DeserializeOwned>(
    key: &str,
    request: RequestBuilder,
    abort: Option<&AbortSignal>,
) -> Result<Answer<T>, Error> {
    let request = request.header("Authorization", &format!("Bearer {key}")).abort_signal(abort);
    let response = request.send().await.map_err(|_| unreachable_server())?;
    let retry_after = header(&response, "Retry-After").and_then(|value| value.parse().ok());
    let version = header(&response, "ETag").and_then(|value| value.trim_matches('"').parse().ok());
    if response.status() == 304 {
        return Ok(Answer { body: None, version, retry_after });
    }
    let bytes = response.binary().await.map_err(|_| unreachable_server())?;
    if response.ok() {
        let body = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
        return Ok(Answer { body: Some(body), version, retry_after });
    }
    let status = response.status();
    match serde_json::from_slice(&bytes) {
        Ok(body) => {
            Err(Error::Api(Refusal { status, body, retry_after, request_id: header(&response, "X-Request-Id") }))
        }
        Err(_) => Err(Error::Fetch(format!("The server answered with status {status} and no reason."))),
    }
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
