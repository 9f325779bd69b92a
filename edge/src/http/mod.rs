//! The border to JavaScript: one request in, one answer out, the bindings that every poll asks, and the clock.

mod answer;
mod body;
mod request;

pub use answer::Answer;
pub use body::Body;
pub use request::Incoming;

use std::cell::Cell;
use wasm_bindgen::prelude::*;
use worker::Env;

#[wasm_bindgen(module = "/src/http/http.js")]
extern "C" {
    /// Comes back after so many milliseconds. Not `worker::Delay`, which wakes its waiter a moment before it is done.
    pub async fn pause(milliseconds: u32);

    /// Counts one under `key`. The same through `worker` weighs 5 KiB in the upload, with [`read_kv`], and takes longer.
    #[wasm_bindgen(catch, js_name = withinLimit)]
    pub async fn within_limit(env: &Env, binding: &str, key: &str) -> Result<JsValue, JsValue>;

    /// The value, or `null`. `cache_ttl` is in seconds.
    #[wasm_bindgen(catch, js_name = readKv)]
    pub async fn read_kv(env: &Env, binding: &str, name: &str, cache_ttl: u32) -> Result<JsValue, JsValue>;

    /// Notes what a cache brought to the request that has this env.
    #[wasm_bindgen(js_name = noteCache)]
    pub fn note_cache(env: &Env, outcome: &str);

    /// Logs the line of the request that has this env. `key` is the key's id, and `route` a pattern of the table of routes:
    /// neither keys nor paths are for a log.
    #[allow(clippy::too_many_arguments, reason = "a line has so many fields")]
    pub fn log(
        env: &Env,
        request_id: &str,
        status: u16,
        route: Option<&str>,
        account: Option<&str>,
        key: Option<&str>,
        tier: Option<&str>,
        detail: Option<&str>,
    );

    /// The dashboard's page, as a 404.
    #[wasm_bindgen(catch)]
    pub async fn page(env: &Env, request: &web_sys::Request) -> Result<JsValue, JsValue>;
}

/// Why a binding did not do what it was asked, for the log.
pub fn reason(error: &JsValue) -> String {
    error.as_string().unwrap_or_default()
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
