//! What stands in the queue.

use crate::http;
use contract::JobId;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use worker::Env;

#[wasm_bindgen(module = "/src/queue/queue.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = sendBatch)]
    async fn send_batch(env: &Env, binding: &str, bodies: Vec<String>, delay: u32) -> Result<JsValue, JsValue>;
}

/// The queue's binding.
const IMPORTS: &str = "IMPORTS";

/// Names a job. What is to be done about it stands in the tables.
#[derive(Clone, Serialize, Deserialize)]
pub struct Message {
    pub account: String,
    pub job: JobId,
    /// The job's when this was sent: whether somebody else has moved it since is seen by it.
    pub version: u64,
    /// Since when the store has not answered, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<u64>,
    /// Whether the sweep sent it, which will send another where this one does not move the job.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_swept: bool,
}

impl Message {
    /// One about a job that is at `version`.
    pub fn new(account: &str, job: JobId, version: u64) -> Self {
        Self { account: account.to_owned(), job, version, failing_since: None, is_swept: false }
    }
}

/// Enqueues messages, at most 100 at once, to be delivered after `delay` seconds. The error is for the log.
pub async fn enqueue(env: &Env, messages: &[Message], delay: u32) -> Result<(), String> {
    send(env, IMPORTS, messages, delay).await
}

/// [`enqueue`] for any messages, to the queue of the binding `queue`.
pub async fn send(env: &Env, queue: &str, messages: &[impl Serialize], delay: u32) -> Result<(), String> {
    // Plain strings and numbers always have a JSON form.
    let bodies = messages.iter().map(|message| serde_json::to_string(message).unwrap_or_default()).collect();
    let sent = send_batch(env, queue, bodies, delay).await;
    sent.map(drop).map_err(|error| http::reason(&error))
}
