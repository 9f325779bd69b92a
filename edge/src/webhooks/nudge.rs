//! The messages that have deliveries tried.

use super::schedule;
use crate::{
    error::ApiError,
    http, queue, settings,
    store::{self, DeliveryKey},
};
use worker::{Env, console_warn};

/// The queue's binding.
const WEBHOOKS: &str = "WEBHOOKS";

/// The longest that a queue holds a message back, in seconds: 12 hours. For what waits longer the message comes too early and
/// does nothing, and the sweep takes it up.
const LONGEST_DELAY: u64 = 12 * 60 * 60;

/// The most deliveries that are set going at once: as many messages as a queue takes in one call.
const PORTION: u32 = 100;

/// The most portions of one sweep, of all databases.
const PORTIONS: u32 = 10;

/// Has deliveries tried at once. What the queue refuses the sweep finds.
pub async fn nudge(env: &Env, deliveries: &[DeliveryKey]) {
    if !deliveries.is_empty() {
        later(env, deliveries, 0).await;
    }
}

/// Has deliveries tried after so many milliseconds.
pub async fn later(env: &Env, deliveries: &[DeliveryKey], milliseconds: u64) {
    let seconds = milliseconds.div_ceil(1_000).min(LONGEST_DELAY);
    let delay = u32::try_from(seconds).unwrap_or_default();
    if let Err(error) = queue::send(env, WEBHOOKS, deliveries, delay).await {
        console_warn!("{} deliveries were not enqueued: {error}", deliveries.len());
    }
}

/// Sets going what should have been tried a while ago, whatever the cause, in bounded steps.
pub async fn set_going(env: &Env, database: u32) -> Result<(), ApiError> {
    let patience = u64::from(settings::stalled_seconds(env)).saturating_mul(1_000);
    let since = http::now().saturating_sub(patience);
    let over = since.saturating_sub(schedule::OVER);
    for _ in 0..queue::share(env, PORTIONS) {
        let (overdue, given_up) = store::overdue_deliveries(env, database, http::now(), since, over, PORTION).await?;
        if overdue.is_empty() && given_up == 0 {
            break;
        }
        console_warn!("{} deliveries are overdue and enqueued again, {given_up} are given up", overdue.len());
        nudge(env, &overdue).await;
    }
    Ok(())
}
