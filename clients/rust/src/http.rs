//! A request and its answer.

use crate::{
    Error,
    pace::{self, Deadline},
};
use contract::ErrorBody;
use reqwest::{
    Body, Client, Request, RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// So often is a request tried that meets accidents.
const TRIES: u32 = 5;

/// One try takes no longer, a wait for news included, but for the time in which its body goes up.
const TRY: Duration = Duration::from_secs(60);

/// The slowest line that a body goes up on, in bytes a second.
const SLOWEST: u64 = 32 << 10;

/// The longest answer that is read. A job with 500 errors has less than a thousandth of it.
const BODY_BYTES: usize = 64 << 20;

/// What came back, and is no refusal.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|_| self.not_the_api())
    }

    fn header(&self, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn request_id(&self) -> Option<String> {
        self.header("x-request-id").map(str::to_owned)
    }

    pub fn not_the_api(&self) -> Error {
        let begin: String = String::from_utf8_lossy(&self.body).chars().take(80).collect();
        let says = format!("{}: {begin:?}", self.header(CONTENT_TYPE).unwrap_or("of no type"));
        Error::NotTheApi { status: self.status.as_u16(), says, request_id: self.request_id() }
    }

    /// The refusal that this is, if it is one.
    fn checked(self) -> Result<Self, Error> {
        if self.status.is_success() || self.status == StatusCode::NOT_MODIFIED {
            return Ok(self);
        }
        let refusal = self.status.is_client_error() || self.status.is_server_error();
        match serde_json::from_slice::<ErrorBody>(&self.body) {
            Ok(body) if refusal => {
                Err(Error::Api { status: self.status.as_u16(), body: Box::new(body), request_id: self.request_id() })
            }
            _ => Err(self.not_the_api()),
        }
    }
}

/// Sends a request that may come twice, until it is answered, refused for good, or the patience is over.
pub async fn send(request: RequestBuilder, deadline: Deadline) -> Result<Answer, Error> {
    let (mut failures, mut accidents) = (0_u32, 0_u32);
    loop {
        let (error, asked) = match once(&request, deadline).await {
            Ok(answer) => {
                let asked = pace::retry_after(&answer.headers);
                match answer.checked() {
                    Ok(answer) => return Ok(answer),
                    Err(error) => (error, asked),
                }
            }
            Err(error) => (error, None),
        };
        failures = failures.saturating_add(1);
        if !error.is_for_now() {
            let on_the_way = error.code().is_none();
            accidents = accidents.saturating_add(u32::from(!(deadline.persists && on_the_way)));
            if !error.is_accident() || accidents >= TRIES {
                return Err(error);
            }
        }
        let pause = asked.unwrap_or_default().max(pace::after_accidents(failures));
        deadline.pause(pause, Some(error)).await?;
    }
}

async fn once(request: &RequestBuilder, deadline: Deadline) -> Result<Answer, Error> {
    let request = request.try_clone().ok_or_else(|| Error::Unsendable("the body is a stream".to_owned()))?;
    let (http, request) = request.build_split();
    let mut request = request.map_err(connection)?;
    let body = request.body().and_then(Body::as_bytes).unwrap_or_default().len();
    *request.timeout_mut() = Some(deadline.left().min(longest_try(body)));
    match answer(&http, request).await {
        Err(error) if deadline.left().is_zero() => Err(deadline.gave_up(Some(error))),
        done => done,
    }
}

fn longest_try(body: usize) -> Duration {
    TRY.saturating_add(Duration::from_secs(body as u64 / SLOWEST))
}

async fn answer(http: &Client, request: Request) -> Result<Answer, Error> {
    let mut response: Response = http.execute(request).await.map_err(connection)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = Answer { status, headers, body: Vec::new() };
    while let Some(chunk) = response.chunk().await.map_err(connection)? {
        if answer.body.len().saturating_add(chunk.len()) > BODY_BYTES {
            return Err(answer.not_the_api());
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn connection(error: reqwest::Error) -> Error {
    if error.is_builder() { Error::Unsendable(error.to_string()) } else { Error::Connection(error.without_url()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_takes_as_long_as_its_body_needs_on_a_slow_line() {
        assert_eq!([0, 30 << 20].map(|body| longest_try(body).as_secs()), [60, 60 + 960]);
    }
}
