//! The Worker. Events come in here and nothing else happens here.
//!
//! A request goes through `routes` (method and path), `auth` (whose key is it), `limits` (the tier's rate limit) and a
//! resource (`ping`, `job`, `job_list`); `store` holds all SQL, `error` all status codes, `http` the border to JavaScript,
//! `cache` what an isolate remembers. Each step refuses before the next one costs anything.

mod auth;
mod cache;
mod error;
mod http;
mod job;
mod job_list;
mod limits;
mod ping;
mod routes;
mod store;

use worker::{Context, Env, console_error, event};

#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, _context: Context) -> worker::Result<web_sys::Response> {
    let request_id = http::request_id();
    let incoming = http::Incoming::new(&request);
    let mut tier = None;
    let answer = routes::answer(&env, &incoming, &mut tier).await.unwrap_or_else(|error| {
        if let Some(detail) = error.detail() {
            console_error!("{request_id} {} {}: {detail}", incoming.method(), incoming.path());
        }
        error.answer()
    });
    Ok(answer.send(&request_id, tier))
}
