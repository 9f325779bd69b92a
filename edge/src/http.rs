//! One request in, one answer out: the only place that touches JavaScript's `Request` and `Response`.

use crate::{error::ApiError, limits};
use contract::Tier;
use serde::Serialize;
use std::{cell::Cell, fmt::Write, rc::Rc};
use wasm_bindgen::prelude::*;
use worker::Env;

#[wasm_bindgen(module = "/src/http.js")]
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

    /// Comes back after so many milliseconds. Not `worker::Delay`, which wakes its waiter a moment before it is done.
    pub async fn pause(milliseconds: u32);

    #[wasm_bindgen(catch, js_name = withinLimit)]
    pub async fn within_limit(env: &Env, binding: &str, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = readKv)]
    pub async fn read_kv(env: &Env, binding: &str, name: &str, cache_ttl: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = readBody)]
    async fn read_body(request: &web_sys::Request, most: u32) -> Result<JsValue, JsValue>;
}

/// A request.
pub struct Incoming {
    pub request: web_sys::Request,
    pub method: String,
    pub url: String,
    pub authorization: Option<String>,
    pub if_none_match: Option<String>,
}

impl Incoming {
    /// The path as it was sent: nothing in the contract needs decoding.
    pub fn path(&self) -> &str {
        let after_host = self.after_host();
        after_host.split_once('?').map_or(after_host, |(path, _)| path)
    }

    pub fn query(&self) -> &str {
        self.after_host().split_once('?').map_or("", |(_, query)| query)
    }

    fn after_host(&self) -> &str {
        let after_scheme = self.url.split_once("://").map_or(&*self.url, |(_, rest)| rest);
        after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/")
    }

    /// The value of a header that few requests are asked for. `name` is well-formed: reading it cannot throw.
    pub fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).ok().flatten()
    }
}

/// The most bytes of a body.
const LARGEST_BODY: u32 = 40 << 20;

/// The request's body as text.
pub async fn body(request: &web_sys::Request) -> Result<String, ApiError> {
    let invalid = |message: &str| ApiError::InvalidRequest(message.to_owned());
    let body = read_body(request, LARGEST_BODY).await.map_err(|_| invalid("The body broke off. Send it again."))?;
    if body.is_undefined() {
        return Err(ApiError::PayloadTooLarge(LARGEST_BODY));
    }
    String::from_utf8(js_sys::Uint8Array::from(body).to_vec()).map_err(|error| {
        invalid(&format!("The body must be UTF-8: it is not at byte {}.", error.utf8_error().valid_up_to()))
    })
}

/// An answer before it has met JavaScript.
pub struct Answer {
    status: u16,
    body: Rc<str>,
    etag: Option<String>,
    more: String,
}

impl Answer {
    pub fn new(status: u16, body: Rc<str>) -> Self {
        Self { status, body, etag: None, more: String::new() }
    }

    /// 200 with `body` as JSON.
    pub fn json(body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(Self::new(200, body.into()))
    }

    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub fn etag(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }

    pub fn header(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        // Writing to a string cannot fail.
        let _ = writeln!(self.more, "{name}: {value}");
        self
    }

    /// `tier` is that of the key, once there is one.
    pub fn send(self, incoming: &Incoming, request_id: &str, tier: Option<Tier>) -> web_sys::Response {
        let (head, policy) = (incoming.method == "HEAD", tier.map(limits::policy));
        answer(self.status, self.body.as_bytes(), head, request_id, policy, self.etag.as_deref(), &self.more)
    }
}

/// A name for one request: 64 random bits of the isolate, then the request's number in it.
pub fn request_id() -> String {
    thread_local! {
        // Not at start-up: outside of a request the platform gives no randomness.
        static ISOLATE: String = {
            let random = js_sys::Math::random().to_bits().rotate_left(32) ^ js_sys::Math::random().to_bits();
            format!("{random:016x}")
        };
        static REQUESTS: Cell<u32> = const { Cell::new(0) };
    }
    let number = REQUESTS.get().wrapping_add(1);
    REQUESTS.set(number);
    ISOLATE.with(|isolate| format!("{isolate}{number:08x}"))
}

/// Milliseconds since 1970 UTC. Within one request it moves only when something was awaited.
pub fn now() -> u64 {
    // The platform's clock counts whole milliseconds from 1970 on: neither sign nor fraction is lost.
    js_sys::Date::now() as u64
}
