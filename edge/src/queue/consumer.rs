//! Works through the queue's messages.
//!
//! What fails because the store does not answer is no fault of the job: its message goes back with a delay, as a new one,
//! which begins to count anew, and so without end; one of the sweep is followed by another. Only what is wrong with the job
//! itself is left to the queue to count; what it gives up comes back as a dead letter, and ends the job unless it has moved
//! since.

use super::{Message, enqueue};
use crate::{cache, error::ApiError, http, settings, store, webhooks};
use contract::JobId;
use worker::{Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder, RawMessage, console_error, console_warn};

/// How the name of the queue ends whose messages were given up.
const DEAD: &str = "-dead";

/// The most chunks of one invocation. D1 allows 1,000 statements an invocation, and a chunk takes 9 at most.
const CHUNKS: u32 = 100;

/// The longest wait before another try is so many times the shortest.
const LONGEST_RETRY: u32 = 60;

/// A message that is being worked on.
struct Task {
    delivered: RawMessage,
    message: Message,
    /// Whether its job has moved in this invocation.
    has_moved: bool,
}

/// Works through the messages in turn, a chunk of each, so that one account's long job does not hold up another's. What
/// is not done after a bounded number of chunks is handed on in new messages.
pub async fn consume(env: &Env, batch: &MessageBatch<String>) {
    let is_dead = batch.queue().ends_with(DEAD);
    let mut open: Vec<Task> = batch.raw_iter().filter_map(read).collect();
    if is_dead {
        for task in open {
            give_up(env, &task).await;
        }
        return;
    }
    let mut chunks = 0_u32;
    while !open.is_empty() {
        let mut unfinished = Vec::new();
        for task in open {
            if chunks >= CHUNKS {
                send_on(env, &task, 0).await;
                continue;
            }
            chunks = chunks.saturating_add(1);
            unfinished.extend(step(env, task).await);
        }
        open = unfinished;
        // Under wrangler all of it is one thread, which looks at the network only when nothing else is to be done: without
        // a pause a request would wait for the end of the import, and nobody see it move.
        http::pause(0).await;
    }
}

fn read(delivered: RawMessage) -> Option<Task> {
    let text = delivered.body().as_string().unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(message) => Some(Task { delivered, message, has_moved: false }),
        Err(_) => {
            console_error!("a message that names no job is dropped: the sweep finds whatever it was about");
            delivered.ack();
            None
        }
    }
}

/// Imports the next chunk of a job. Returns the task where there is more to do; else the message is settled.
async fn step(env: &Env, mut task: Task) -> Option<Task> {
    let (account, id) = (&task.message.account, task.message.job);
    match store::chunk(env, account, id, settings::chunk_items(env), http::now()).await {
        Ok(Some(moved)) => {
            if moved.is_final {
                ended(account, id);
                webhooks::nudge(env, &moved.owed).await;
                task.delivered.ack();
                return None;
            }
            task.message.version = moved.version;
            task.message.failing_since = None;
            task.has_moved = true;
            return Some(task);
        }
        // Another delivery did it all.
        Ok(None) => {
            ended(account, id);
            task.delivered.ack();
        }
        // The next sweep sends another, and one that went back as well would make them ever more.
        Err(ApiError::Unavailable(detail)) if task.message.is_swept => {
            console_warn!("{id} waits for the sweep, and that for the store: {detail}");
            task.delivered.ack();
        }
        Err(ApiError::Unavailable(detail)) => {
            let now = http::now();
            let since = *task.message.failing_since.get_or_insert(now);
            let delay = delay(env, now.saturating_sub(since));
            console_warn!("{id} waits {delay} s for the store: {detail}");
            send_on(env, &task, delay).await;
        }
        Err(error) => {
            console_warn!("{id} failed: {}", error.detail().unwrap_or_default());
            if task.has_moved {
                // It has come further than the queue's count knows of.
                send_on(env, &task, settings::retry_seconds(env)).await;
            } else {
                retry(env, &task);
            }
        }
    }
    None
}

/// Puts a new message in the place of the one that was delivered. Where the queue refuses it, the sweep finds the job: that the
/// queue counts the old one again would end a job that nothing is wrong with.
async fn send_on(env: &Env, task: &Task, delay: u32) {
    if let Err(error) = enqueue(env, std::slice::from_ref(&task.message), delay).await {
        console_warn!("{} was not enqueued and waits for the sweep: {error}", task.message.job);
    }
    task.delivered.ack();
}

/// Has the queue deliver the message again, and count that.
fn retry(env: &Env, task: &Task) {
    let tried = http::now().saturating_sub(task.delivered.timestamp().as_millis());
    task.delivered.retry_with_options(&QueueRetryOptionsBuilder::new().with_delay_seconds(delay(env, tried)).build());
}

fn delay(env: &Env, failing: u64) -> u32 {
    wait(failing, settings::retry_seconds(env))
}

/// Seconds to wait, after so many milliseconds of failing: as long again, at least `least`, so that the waits double and
/// nobody need count them.
fn wait(failing: u64, least: u32) -> u32 {
    u32::try_from(failing / 1_000).unwrap_or(u32::MAX).clamp(least, least.saturating_mul(LONGEST_RETRY))
}

/// Ends a job whose message was given up, unless somebody else has moved it since that was sent.
async fn give_up(env: &Env, task: &Task) {
    let Message { account, job, version, .. } = &task.message;
    match store::abandon(env, account, *job, *version, http::now()).await {
        Ok(owed) => {
            console_error!("{job} is given up at version {version}");
            ended(account, *job);
            webhooks::nudge(env, &owed).await;
            task.delivered.ack();
        }
        Err(error) => {
            console_warn!("{job} is given up later: {}", error.detail().unwrap_or_default());
            retry(env, task);
        }
    }
}

/// Whoever asks in this isolate next need not be shown the job running for half a second more.
fn ended(account: &str, id: JobId) {
    cache::outdate(&(account.into(), id.as_u128()), http::now());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_double_from_the_least_to_sixty_times_that() {
        let (mut failing, mut waits) = (0, Vec::new());
        while failing < 3_600 {
            waits.push(wait(failing * 1_000, 5));
            failing += u64::from(wait(failing * 1_000, 5));
        }
        assert_eq!(waits[..9], [5, 5, 10, 20, 40, 80, 160, 300, 300]);
        assert!(waits[9..].iter().all(|wait| *wait == 300), "an hour's outage ends at most five minutes after it");
        assert_eq!((wait(u64::MAX, 5), wait(u64::MAX, u32::MAX), wait(7_000, 0)), (300, u32::MAX, 0));
    }
}
