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
    fn answer(status: u16, headers: &str, body: &[u8], head: bool) -> web_sys::Response;

    #[wasm_bindgen(js_name = answerStream)]
    fn answer_stream(status: u16, headers: &str, pieces: JsValue, head: bool) -> web_sys::Response;
}

enum Body {
    Text(Rc<str>),
    Stream(JsValue),
}

/// An answer before it has met JavaScript.
pub struct Answer {
    status: u16,
    body: Body,
    /// A line each.
    headers: String,
}

impl Answer {
    pub fn new(status: u16, body: Rc<str>) -> Self {
        Self { status, body: Body::Text(body), headers: String::new() }
    }

    /// 200 with a body of `media_type` that is made while it is read: `pieces` has `next`, which promises the next text, or
    /// `undefined` behind the last one, and `close`, for who leaves before. Where `next` fails, the answer breaks off.
    pub fn stream(media_type: &str, pieces: JsValue) -> Self {
        let answer = Self { status: 200, body: Body::Stream(pieces), headers: String::new() };
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

    pub fn header(mut self, name: &str, value: impl Display) -> Self {
        // Writing to a string cannot fail.
        let _ = writeln!(self.headers, "{name}: {value}");
        self
    }

    /// `policy` is that of the key's tier, once there is a key.
    pub fn send(self, incoming: &Incoming, request_id: &str, policy: Option<&str>) -> web_sys::Response {
        let head = incoming.method == "HEAD";
        let named = self.header("x-request-id", request_id);
        let Self { status, body, headers } = match policy {
            Some(policy) => named.header("ratelimit-policy", policy),
            None => named,
        };
        match body {
            Body::Text(body) => answer(status, &headers, body.as_bytes(), head),
            Body::Stream(pieces) => answer_stream(status, &headers, pieces, head),
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
