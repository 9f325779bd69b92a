//! Works through the messages that name deliveries.

use super::{
    nudge, receiver,
    receiver::{Reply, TIME_OUT},
    schedule,
};
use crate::{
    error::ApiError,
    http,
    store::{self, DeliveryKey, Taken, Tried},
};
use worker::{Context, Env, MessageBatch, MessageExt, console_error, console_warn};

/// By this answer a receiver says that it wants to hear nothing more.
const GONE: u16 = 410;

/// Takes what the messages name, and leaves the sending to what goes on behind the end of this: a receiver that does not answer
/// holds up no other, neither in this batch nor in the next. Whatever comes of it, the messages are done with: what is still to
/// be done stands in D1, where the sweep finds it.
pub async fn consume(env: &Env, batch: &MessageBatch<String>, context: &Context) {
    for message in batch.raw_iter() {
        match serde_json::from_str::<DeliveryKey>(&message.body().as_string().unwrap_or_default()) {
            Ok(key) => match store::take_delivery(env, &key, http::now()).await {
                Ok(Some(taken)) => context.wait_until(deliver(env.clone(), key, taken)),
                Ok(None) => {}
                Err(error) => warn(&key, &error),
            },
            Err(_) => console_error!("a message that names no delivery is dropped"),
        }
        message.ack();
    }
}

async fn deliver(env: Env, key: DeliveryKey, taken: Taken) {
    let Taken { url, secrets, payload, created_at } = taken;
    // A job ends once: its id names the event as well.
    let (id, seconds) = (format!("msg_{}", key.job.hex()), http::now() / 1_000);
    let reply = receiver::post(&url, &payload, &id, seconds, secrets).await;
    let now = http::now();
    let tried = judge(&reply, created_at, now);
    if tried.is_gone {
        console_warn!("{} is disabled: its receiver is gone", key.webhook);
    }
    if let Err(error) = store::record_delivery(&env, &key, &tried).await {
        warn(&key, &error);
    } else if let Some(next_at) = tried.next_at {
        nudge::later(&env, std::slice::from_ref(&key), next_at.saturating_sub(now)).await;
    }
}

fn warn(key: &DeliveryKey, error: &ApiError) {
    console_warn!("{}: {}", key.webhook, error.detail().unwrap_or_default());
}

/// What a reply to an event of `created_at` that came at `now` means. A redirect is no success either: where the receiver is
/// now, its owner must say.
fn judge(reply: &Reply, created_at: u64, now: u64) -> Tried {
    let (response, not_before, error) = match reply {
        Reply::Answer { status: status @ 200..=299, .. } => {
            return Tried { response: Some(*status), error: None, next_at: None, is_gone: false };
        }
        Reply::Answer { status, not_before } => (Some(*status), *not_before, format!("the receiver answered {status}")),
        Reply::TimeOut => (None, None, format!("the receiver did not answer within {TIME_OUT} seconds")),
        Reply::Unreachable => (None, None, "the receiver could not be reached".to_owned()),
    };
    let is_gone = response == Some(GONE);
    let next_at = if is_gone { None } else { schedule::next(created_at, now, not_before) };
    Tried { response, error: Some(error), next_at, is_gone }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: u64 = 1_793_491_200_000;

    fn answered(status: u16, not_before: Option<u64>) -> Tried {
        judge(&Reply::Answer { status, not_before }, EVENT, EVENT + 200)
    }

    #[test]
    fn only_a_2xx_is_a_success() {
        for status in [200, 204, 299] {
            let tried = answered(status, Some(EVENT + 9_000));
            assert_eq!((tried.response, tried.error, tried.next_at), (Some(status), None, None));
        }
        for status in [199, 300, 301, 304, 400, 404, 429, 500, 503] {
            let tried = answered(status, None);
            assert_eq!((tried.response, tried.next_at, tried.is_gone), (Some(status), Some(EVENT + 5_000), false));
            assert_eq!(tried.error.unwrap(), format!("the receiver answered {status}"));
        }
    }

    #[test]
    fn what_is_gone_is_not_asked_again() {
        let tried = answered(410, Some(EVENT + 9_000));
        assert_eq!((tried.next_at, tried.is_gone, tried.error.is_some()), (None, true, true));
    }

    #[test]
    fn silence_is_tried_again_and_a_wish_to_wait_obeyed() {
        for reply in [Reply::TimeOut, Reply::Unreachable] {
            let tried = judge(&reply, EVENT, EVENT + 15_000);
            assert_eq!((tried.response, tried.next_at), (None, Some(EVENT + 300_000)));
        }
        assert_eq!(answered(503, Some(EVENT + 60_000)).next_at, Some(EVENT + 60_000));
        assert_eq!(judge(&Reply::TimeOut, EVENT, EVENT + 86_400_000).next_at, None);
    }
}
