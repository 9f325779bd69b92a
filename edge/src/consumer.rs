//! The background half of the import: the queue's messages, the dead letters, and the sweep for what got lost.

use crate::{error::ApiError, http, job, settings, store};
use contract::JobId;
use wasm_bindgen::JsValue;
use worker::{
    Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder, RawMessage, RawMessageBuilder, console_error, console_warn,
};

/// The queue's binding.
const IMPORTS: &str = "IMPORTS";

/// How the name of the queue ends whose messages were given up.
const DEAD: &str = "-dead";

/// The longest wait before another try is so many times the shortest.
const LONGEST_RETRY: u32 = 60;

/// Seconds before another try where the settings cannot be read.
const RETRY: u32 = 60;

/// What a message says: ids only. What is to be done stands in the tables.
type Message = (String, JobId);

/// Enqueues jobs: at most 100 at once.
pub async fn enqueue(env: &Env, jobs: &[Message]) -> Result<(), worker::Error> {
    let queue = env.queue(IMPORTS)?;
    let messages = jobs.iter().map(|job| {
        let text = serde_json::to_string(job).unwrap_or_default();
        RawMessageBuilder::new(JsValue::from(text)).build_with_content_type(worker::QueueContentType::Text)
    });
    queue.send_raw_batch(messages).await
}

/// Works through the messages in turn, a chunk of each, so that one account's long job does not hold up another's.
pub async fn consume(env: &Env, batch: &MessageBatch<String>) {
    let dead = batch.queue().ends_with(DEAD);
    let mut open: Vec<RawMessage> = batch.raw_iter().collect();
    while !open.is_empty() {
        let mut unfinished = Vec::new();
        for message in open {
            if step(env, &message, dead).await {
                unfinished.push(message);
            }
        }
        open = unfinished;
        // Under wrangler all of it is one thread, which looks at the network only when nothing else is to be done: without
        // a pause a request would wait for the end of the import, and nobody see it move.
        http::pause(0).await;
    }
}

/// Does one step of what a message asks for. Returns whether there are more; else the message is settled.
async fn step(env: &Env, message: &RawMessage, dead: bool) -> bool {
    let text = message.body().as_string().unwrap_or_default();
    let Ok((account, id)) = serde_json::from_str::<Message>(&text) else {
        console_error!("a message that names no job is dropped");
        message.ack();
        return false;
    };
    let done = if dead { give_up(env, &account, id).await } else { import(env, &account, id).await };
    match done {
        Ok(true) => return true,
        Ok(false) => {
            job::ended(&account, id);
            message.ack();
        }
        Err(error) => {
            // As long again as it has been trying: the waits double, and nobody need count them.
            let tried = http::now().saturating_sub(message.timestamp().as_millis()) / 1_000;
            let least = settings::retry_seconds(env).unwrap_or(RETRY);
            let delay = u32::try_from(tried).unwrap_or(u32::MAX).clamp(least, least.saturating_mul(LONGEST_RETRY));
            console_warn!("{id} is tried again in {delay} s: {}", error.detail().unwrap_or_default());
            message.retry_with_options(&QueueRetryOptionsBuilder::new().with_delay_seconds(delay).build());
        }
    }
    false
}

async fn import(env: &Env, account: &str, id: JobId) -> Result<bool, ApiError> {
    store::chunk(env, account, id, settings::chunk_items(env)?, http::now()).await
}

async fn give_up(env: &Env, account: &str, id: JobId) -> Result<bool, ApiError> {
    console_error!("{id} is given up");
    store::abandon(env, account, id, http::now()).await.map(|()| false)
}

/// Enqueues what has stopped moving, whatever the cause: a lost message, or a queue that refused it.
pub async fn sweep(env: &Env) {
    if let Err(error) = try_sweep(env).await {
        console_error!("sweep: {error}");
    }
}

async fn try_sweep(env: &Env) -> Result<(), String> {
    let detail = |error: ApiError| error.detail().unwrap_or_default().to_owned();
    let patience = u64::from(settings::stalled_seconds(env).map_err(detail)?).saturating_mul(1_000);
    let stalled = store::sweep(env, http::now(), patience).await.map_err(detail)?;
    if stalled.is_empty() {
        return Ok(());
    }
    console_warn!("{} jobs have not moved for {patience} ms: enqueued again", stalled.len());
    enqueue(env, &stalled).await.map_err(|error| error.to_string())
}
