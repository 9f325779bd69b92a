//! What a tab says to the API, and answers in the API's place.

use crate::browser::RUNTIME;
use base64::{Engine, prelude::BASE64_STANDARD};
use chromiumoxide::{
    Page,
    cdp::browser_protocol::{
        fetch::{
            ContinueRequestParams, EnableParams, EventRequestPaused, FulfillRequestParams, HeaderEntry, RequestPattern,
        },
        network::{EventLoadingFailed, EventLoadingFinished, EventRequestWillBeSent, EventResponseReceived},
    },
};
use futures_util::StreamExt;
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// A request to the API as the browser sent it.
#[derive(Clone, Default, Debug)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// With the query.
    pub path: String,
    /// In seconds of a clock that only goes forward.
    pub sent_at: f64,
    /// When the last byte of the answer came, or the request was given up.
    pub ended_at: Option<f64>,
    /// Of the answer.
    pub status: Option<i64>,
    headers: Value,
    answer_headers: Value,
}

impl Request {
    /// A header of the request.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// A header of the answer.
    pub fn answer_header(&self, name: &str) -> Option<&str> {
        header(&self.answer_headers, name)
    }
}

fn header<'a>(headers: &'a Value, name: &str) -> Option<&'a str> {
    headers.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1.as_str()
}

/// What becomes of a request.
pub enum Reply {
    /// The server answers it.
    Pass,
    /// No answer ever.
    Silence,
    /// This status, these headers and this body.
    Give(u16, Vec<(&'static str, String)>, String),
}

impl Reply {
    /// This status with `body`, as JSON or what claims to be.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::Give(status, vec![("Content-Type", "application/json".to_owned())], body.into())
    }
}

type Replies = Box<dyn FnMut(&str) -> Reply + Send>;

pub(crate) struct Traffic {
    seen: Arc<Mutex<HashMap<String, Request>>>,
    replies: Arc<Mutex<Option<Replies>>>,
}

/// Calls `$note` with each event of a kind and the request that it is about, as long as the page lives.
macro_rules! watch {
    ($page:ident, $seen:ident, $event:ty, $note:expr) => {
        let (mut events, seen) = (RUNTIME.block_on($page.event_listener::<$event>()).unwrap(), $seen.clone());
        RUNTIME.spawn(async move {
            while let Some(event) = events.next().await {
                let note: fn(&$event, &mut Request) = $note;
                note(&event, seen.lock().unwrap().entry(event.request_id.inner().clone()).or_default());
            }
        });
    };
}

impl Traffic {
    pub(crate) fn of(page: &Page) -> Self {
        let seen = Arc::new(Mutex::new(HashMap::<String, Request>::new()));
        watch!(page, seen, EventRequestWillBeSent, |event, request| {
            request.method.clone_from(&event.request.method);
            let path = event.request.url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            request.path = path.unwrap_or_default().to_owned();
            request.sent_at = *event.timestamp.inner();
            request.headers = event.request.headers.inner().clone();
        });
        watch!(page, seen, EventResponseReceived, |event, request| {
            request.status = Some(event.response.status);
            request.answer_headers = event.response.headers.inner().clone();
        });
        watch!(page, seen, EventLoadingFinished, |event, request| {
            request.ended_at = Some(*event.timestamp.inner());
        });
        watch!(page, seen, EventLoadingFailed, |event, request| {
            request.ended_at = Some(*event.timestamp.inner());
        });
        Self { seen, replies: Arc::default() }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap();
        let mut requests: Vec<Request> = seen.values().filter(|it| it.path.starts_with("/v1/")).cloned().collect();
        requests.sort_by(|a, b| a.sent_at.total_cmp(&b.sent_at));
        requests
    }

    pub(crate) fn answer(&self, page: &Page, reply: impl FnMut(&str) -> Reply + Send + 'static) {
        let is_first = self.replies.lock().unwrap().replace(Box::new(reply)).is_none();
        if !is_first {
            return;
        }
        let pattern = RequestPattern { url_pattern: Some("*/v1/*".to_owned()), ..Default::default() };
        let enable = EnableParams { patterns: Some(vec![pattern]), ..Default::default() };
        let mut paused = RUNTIME.block_on(page.event_listener::<EventRequestPaused>()).unwrap();
        RUNTIME.block_on(page.execute(enable)).unwrap();
        let (page, replies) = (page.clone(), self.replies.clone());
        RUNTIME.spawn(async move {
            while let Some(event) = paused.next().await {
                let reply = match replies.lock().unwrap().as_mut() {
                    Some(reply) => reply(&event.request.url),
                    None => Reply::Pass,
                };
                let id = event.request_id.clone();
                // A request that the page gave up meanwhile wants no answer.
                match reply {
                    Reply::Pass => drop(page.execute(ContinueRequestParams::new(id)).await),
                    Reply::Silence => {}
                    Reply::Give(status, headers, body) => {
                        let mut answer = FulfillRequestParams::new(id, i64::from(status));
                        let headers = headers.into_iter().map(|(name, value)| HeaderEntry::new(name, value));
                        answer.response_headers = Some(headers.collect());
                        answer.body = Some(BASE64_STANDARD.encode(body).into());
                        drop(page.execute(answer).await);
                    }
                }
            }
        });
    }
}
