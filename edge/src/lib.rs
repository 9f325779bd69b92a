//! The Worker. Events come in here and nothing else happens here.
//!
//! - The border: [`http`] is what a request and an answer are, [`routes`] the table of routes and the checks in front of
//!   each ([`auth`], [`limits`]), [`error`] every status code and error body.
//! - What answers: [`resources`], a file a resource, [`queue`], which imports in the background what was let in, and
//!   [`webhooks`], which tells when that has ended.
//! - What is known: [`store`] has all SQL, [`cache`] what an isolate remembers, [`settings`] the numbers in `wrangler.toml`.
//!
//! Each step of a request refuses before the next one costs anything.

mod auth;
mod cache;
mod error;
mod http;
mod limits;
mod queue;
mod resources;
mod routes;
mod settings;
mod store;
mod webhooks;

use error::ApiError;
use http::Answer;
use std::convert::Infallible;
use wasm_bindgen::prelude::*;
use worker::{Context, Env, MessageBatch, ScheduleContext, ScheduledEvent, event};

/// Not an `#[event(fetch)]`, which hands over the request alone: what every request is asked for comes in with the call.
#[wasm_bindgen]
pub async fn fetch(
    request: web_sys::Request,
    env: Env,
    method: String,
    url: String,
    authorization: Option<String>,
    if_none_match: Option<String>,
) -> web_sys::Response {
    let incoming = http::Incoming { request, method, url, authorization, if_none_match };
    let request_id = http::request_id();
    let mut known = routes::Known::default();
    let answer = routes::answer(&env, &incoming, &mut known).await;
    let detail = answer.as_ref().err().and_then(ApiError::detail).map(str::to_owned);
    let no_such_path = matches!(answer, Err(ApiError::NoSuchPath));
    let answer = answer.unwrap_or_else(Answer::from);
    known.log(&env, &request_id, answer.status(), detail.as_deref());
    if no_such_path
        && incoming.is_visit()
        && let Ok(page) = http::page(&env, &incoming.request).await
    {
        return page.into();
    }
    answer.send(&incoming, &request_id, known.policy())
}

/// Whatever goes wrong is settled message by message.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, context: Context) -> Result<(), Infallible> {
    if batch.queue().ends_with(webhooks::QUEUE) {
        webhooks::consume(&env, &batch, &context).await;
    } else {
        queue::consume(&env, &batch).await;
    }
    Ok(())
}

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    queue::sweep(&env).await;
}
