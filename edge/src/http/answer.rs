//! An answer, and how it goes out: in one call.

use super::Incoming;
use crate::error::ApiError;
use serde::Serialize;
use std::{
    fmt::{Display, Write},
    rc::Rc,
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/http/http.js")]
extern "C" {
    fn answer(
        status: u16,
        body: &[u8],
        head: bool,
        request_id: &str,
        policy: Option<&str>,
        etag: Option<&str>,
        more: &str,
    ) -> web_sys::Response;

    #[wasm_bindgen(js_name = answerStream)]
    fn answer_stream(
        status: u16,
        pieces: JsValue,
        head: bool,
        request_id: &str,
        policy: Option<&str>,
        more: &str,
    ) -> web_sys::Response;
}

enum Body {
    Text(Rc<str>),
    Stream(JsValue),
}

/// An answer before it has met JavaScript.
pub struct Answer {
    status: u16,
    body: Body,
    etag: Option<String>,
    more: String,
}

impl Answer {
    pub fn new(status: u16, body: Rc<str>) -> Self {
        Self { status, body: Body::Text(body), etag: None, more: String::new() }
    }

    /// 200 with a body of `media_type` that is made while it is read: `pieces` has `next`, which promises the next text, or
    /// `undefined` behind the last one, and `close`, for who leaves before. Where `next` fails, the answer breaks off.
    pub fn stream(media_type: &str, pieces: JsValue) -> Self {
        let answer = Self { status: 200, body: Body::Stream(pieces), etag: None, more: String::new() };
        answer.header("content-type", media_type)
    }

    /// 200 with `body` as JSON.
    pub fn json(body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(Self::new(200, body.into()))
    }

    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub const fn status(&self) -> u16 {
        self.status
    }

    pub fn etag(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }

    pub fn header(mut self, name: &str, value: impl Display) -> Self {
        // Writing to a string cannot fail.
        let _ = writeln!(self.more, "{name}: {value}");
        self
    }

    /// `policy` is that of the key's tier, once there is a key.
    pub fn send(self, incoming: &Incoming, request_id: &str, policy: Option<&str>) -> web_sys::Response {
        let head = incoming.method == "HEAD";
        match self.body {
            Body::Text(body) => {
                answer(self.status, body.as_bytes(), head, request_id, policy, self.etag.as_deref(), &self.more)
            }
            Body::Stream(pieces) => answer_stream(self.status, pieces, head, request_id, policy, &self.more),
        }
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        // A struct of plain strings and numbers always has a JSON form.
        let body = serde_json::to_string(&error.body()).unwrap_or_default();
        let answer = Self::new(error.status(), body.into());
        match error.header() {
            Some((name, value)) => answer.header(name, value),
            None => answer,
        }
    }
}
