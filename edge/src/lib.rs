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

use worker::{Context, Env, MessageBatch, ScheduleContext, ScheduledEvent, console_error, event};

#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, _context: Context) -> worker::Result<web_sys::Response> {
    let request_id = http::request_id();
    let incoming = http::Incoming::new(&request);
    let mut tier = None;
    let answer = routes::answer(&env, &request, &incoming, &mut tier).await.unwrap_or_else(|error| {
        if let Some(detail) = error.detail() {
            console_error!("{request_id} {} {}: {detail}", incoming.method(), incoming.path());
        }
        error.answer()
    });
    Ok(answer.send(&incoming, &request_id, tier))
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
