//! The Worker. Events come in here and nothing else happens here.
//!
//! A request goes through `routes` (method and path), `auth` (whose key it is), `limits` (the tier's rate limit) and a
//! resource (`ping`, `job`, `job_list`, `import`, `memories`). Each step refuses before the next one costs anything.
//! `consumer` imports in the background what `import` let in. `store` holds all SQL, `error` all status codes, `http` the
//! border to JavaScript, `key_cache` and `snapshots` what an isolate remembers.

// A panic would take down every other request of the isolate.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod auth;
mod consumer;
mod error;
mod http;
mod import;
mod job;
mod job_list;
mod key_cache;
mod limits;
mod memories;
mod ping;
mod routes;
mod settings;
mod snapshots;
mod store;
mod task;

use wasm_bindgen::prelude::*;
use worker::{Context, Env, MessageBatch, ScheduleContext, ScheduledEvent, console_error, event};

/// A response, or a promise of one. Not an `#[event(fetch)]`: `task` says why.
#[wasm_bindgen]
pub fn fetch(
    request: web_sys::Request,
    env: Env,
    method: String,
    url: String,
    authorization: Option<String>,
    if_none_match: Option<String>,
) -> JsValue {
    task::run(respond(env, http::Incoming { request, method, url, authorization, if_none_match }))
}

async fn respond(env: Env, incoming: http::Incoming) -> JsValue {
    let request_id = http::request_id();
    let mut tier = None;
    let answer = routes::answer(&env, &incoming, &mut tier).await.unwrap_or_else(|error| {
        if let Some(detail) = error.detail() {
            console_error!("{request_id} {} {}: {detail}", incoming.method, incoming.path());
        }
        error.answer()
    });
    answer.send(&incoming, &request_id, tier).into()
}

#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _context: Context) -> worker::Result<()> {
    consumer::consume(&env, &batch).await;
    Ok(())
}

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    consumer::sweep(&env).await;
}
