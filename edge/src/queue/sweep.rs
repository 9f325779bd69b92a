//! What the cron does every minute, in bounded steps.

use super::{Message, enqueue};
use crate::{error::ApiError, http, settings, store, webhooks};
use contract::JobId;
use worker::{Env, console_error, console_warn};

/// The most jobs that are set going at once: as many messages as a queue takes in one call.
const PORTION: u32 = 100;

/// The most portions of one sweep, of all databases. 1,000 jobs a minute drain 50,000 within the hour.
const PORTIONS: u32 = 10;

/// The most rounds of clearing away in one sweep, of some hundred jobs each, of all databases.
const ROUNDS: u32 = 20;

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// Sets going what has stopped, whatever the cause (a lost message, or a queue that refused it), and clears away what has
/// served its time, in each database by itself: one that does not answer holds up no other. Then whoever shall move does.
pub async fn sweep(env: &Env) {
    for database in 0..store::databases(env) {
        if let Err(detail) = set_going(env, database).await {
            console_error!("sweep of database {database}: {detail}");
        }
        if let Err(error) = webhooks::set_going(env, database).await {
            console_error!("webhooks of database {database}: {}", error.detail().unwrap_or_default());
        }
        if let Err(error) = clear_away(env, database).await {
            console_error!("retention of database {database}: {}", error.detail().unwrap_or_default());
        }
    }
    if let Err(error) = store::move_accounts(env).await {
        console_error!("moves: {}", error.detail().unwrap_or_default());
    }
}

/// The share of one database in `all`, which D1's 1,000 statements an invocation bound.
pub fn share(env: &Env, all: u32) -> u32 {
    all.checked_div(store::databases(env)).unwrap_or(all).max(1)
}

async fn set_going(env: &Env, database: u32) -> Result<(), String> {
    let detail = |error: ApiError| error.detail().unwrap_or_default().to_owned();
    let patience = u64::from(settings::stalled_seconds(env)).saturating_mul(1_000);
    let began = http::now();
    for _ in 0..share(env, PORTIONS) {
        // What this sweep has set going it does not find again, however short the patience is.
        let since = began.saturating_sub(patience);
        let stalled = store::stalled(env, database, http::now(), since, PORTION).await.map_err(detail)?;
        if stalled.is_empty() {
            break;
        }
        console_warn!("{} jobs have not moved for {patience} ms: enqueued again", stalled.len());
        let swept = |(account, id, version): &(String, JobId, u64)| Message {
            is_swept: true,
            ..Message::new(account, *id, *version)
        };
        let messages: Vec<_> = stalled.iter().map(swept).collect();
        enqueue(env, &messages, 0).await?;
    }
    Ok(())
}

async fn clear_away(env: &Env, database: u32) -> Result<(), ApiError> {
    let kept = u64::from(settings::retention_days(env)).saturating_mul(DAY);
    for _ in 0..share(env, ROUNDS) {
        let now = http::now();
        if !store::retain(env, database, now, now.saturating_sub(kept)).await? {
            break;
        }
    }
    Ok(())
}
