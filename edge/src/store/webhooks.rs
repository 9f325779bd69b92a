//! The account's webhooks.

use super::{head, one, prepare, returned, texts, transaction, whole};
use crate::error::ApiError;
use contract::{WEBHOOKS, WebhookId, WebhookInput};
use serde_json::value::RawValue;
use worker::Env;

/// For how many milliseconds the old secret signs beside a new one: 24 hours.
const OLD_SECRET: u64 = 24 * 60 * 60 * 1_000;

/// A [`contract::Webhook`], with its secret or without.
macro_rules! webhook {
    ($secret:literal) => {
        concat!(
            "json_object('id', 'wh_' || id, 'url', url, 'events', json(events), ",
            $secret,
            "'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), 'status', status)"
        )
    };
}

const INSERT: &str = concat!(
    "INSERT INTO webhooks (account_id, id, url, events, secret, created_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
     WHERE (SELECT COUNT(*) FROM webhooks WHERE account_id = ?1) < ?7 RETURNING ",
    webhook!("'secret', secret, "),
    " AS json"
);

/// Makes a webhook. `None` where the account has as many as it may.
pub async fn add_webhook(
    env: &Env,
    account: &str,
    id: WebhookId,
    input: &WebhookInput,
    secret: &str,
    now: u64,
) -> Result<Option<Box<RawValue>>, ApiError> {
    let events = serde_json::to_string(&input.events).map_err(|error| ApiError::Internal(error.to_string()))?;
    let url = (&*input.url).into();
    let values = [account.into(), id.into(), url, (&events).into(), secret.into(), now.into(), WEBHOOKS.into()];
    one(&transaction(env, account, vec![prepare(INSERT, &values)]).await?, 0)
}

const LIST: &str = concat!("SELECT ", webhook!(""), " FROM webhooks WHERE account_id = ?1 ORDER BY created_at, id");

/// All of the account's webhooks, the oldest first.
pub async fn webhooks(env: &Env, account: &str) -> Result<Vec<Box<RawValue>>, ApiError> {
    whole(texts(env, account, prepare(LIST, &[account.into()])).await?)
}

const REMOVE: &str = "DELETE FROM webhooks WHERE account_id = ?1 AND id = ?2 RETURNING json_array(id) AS json";

/// What is done with is bounded by the cut of the log.
const REMOVE_LOG: &str = "\
DELETE FROM webhook_deliveries WHERE account_id = ?1 AND webhook_id = ?2 AND status IN ('delivered', 'failed')";

/// Bounded: what is left is dropped when its turn comes ([`super::take_delivery`]).
const REMOVE_PENDING: &str = "\
DELETE FROM webhook_deliveries WHERE (account_id, webhook_id, job_id) IN (SELECT account_id, webhook_id, job_id \
  FROM webhook_deliveries WHERE account_id = ?1 AND webhook_id = ?2 LIMIT 1000)";

/// Removes a webhook with its deliveries. Returns whether the account had it.
pub async fn remove_webhook(env: &Env, account: &str, id: WebhookId) -> Result<bool, ApiError> {
    let webhook = [account.into(), id.into()];
    let statements = [REMOVE, REMOVE_LOG, REMOVE_PENDING].map(|sql| prepare(sql, &webhook));
    let removed = returned::<[String; 1]>(&transaction(env, account, statements.into()).await?, 0)?;
    Ok(!removed.is_empty())
}

const ROTATE: &str = concat!(
    "UPDATE webhooks SET old_secret = secret, old_secret_until = ?4, secret = ?3 WHERE account_id = ?1 AND id = ?2 \
     RETURNING ",
    webhook!("'secret', secret, "),
    " AS json"
);

/// Gives a webhook a new secret. `None` where the account has no such webhook.
pub async fn rotate_webhook(
    env: &Env,
    account: &str,
    id: WebhookId,
    secret: &str,
    now: u64,
) -> Result<Option<Box<RawValue>>, ApiError> {
    let until = now.saturating_add(OLD_SECRET).into();
    let statement = prepare(ROTATE, &[account.into(), id.into(), secret.into(), until]);
    one(&transaction(env, account, vec![statement]).await?, 0)
}

/// Its head says whether there is such a webhook.
const DELIVERIES: &str = "\
SELECT json_array((SELECT COUNT(*) FROM webhooks WHERE account_id = ?1 AND id = ?2)) \
UNION ALL SELECT * FROM (SELECT json_object('id', 'msg_' || job_id, 'type', type, 'job_id', 'job_' || job_id, \
  'status', status, 'attempts', attempts, 'response_status', response, 'error', error, \
  'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
  'last_attempt_at', strftime('%Y-%m-%dT%H:%M:%fZ', attempted_at / 1000.0, 'unixepoch'), \
  'next_attempt_at', strftime('%Y-%m-%dT%H:%M:%fZ', next_at / 1000.0, 'unixepoch')) \
  FROM webhook_deliveries WHERE account_id = ?1 AND webhook_id = ?2 ORDER BY created_at DESC LIMIT 50)";

/// The last 50 deliveries of a webhook, newest first. `None` where the account has no such webhook.
pub async fn deliveries(env: &Env, account: &str, id: WebhookId) -> Result<Option<Vec<Box<RawValue>>>, ApiError> {
    let mut rows = texts(env, account, prepare(DELIVERIES, &[account.into(), id.into()])).await?;
    if head::<[u8; 1]>(&mut rows)? == [0] {
        return Ok(None);
    }
    whole(rows).map(Some)
}
