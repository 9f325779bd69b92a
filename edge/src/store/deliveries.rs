//! What webhooks are still to be told.
//!
//! A delivery is written in the transaction that ends its job, so that none is lost, and whoever is about to try it takes it
//! before: two who are told of it at once do not both send it. What was taken and not brought back is due again a while later.

use super::{Results, Statement, Value, one, prepare, returned, transaction, transaction_on};
use crate::error::ApiError;
use contract::{JobId, WebhookId};
use serde::{Deserialize, Serialize};
use worker::Env;

/// For how many milliseconds a delivery is whose try is under way: longer than any takes.
const TAKEN: u64 = 60 * 1_000;

/// So many deliveries of one webhook may be tried within so many milliseconds without a success. A receiver that does not
/// answer takes up no more than that of what all webhooks share; what is beyond waits for the sweep.
const AT_ONCE: (u32, u64) = (10, 15 * 1_000);

/// Milliseconds by which a message may come early.
const EARLY: u64 = 1_000;

/// Which delivery: what the queue's messages name.
#[derive(Clone, Serialize, Deserialize)]
pub struct DeliveryKey {
    pub account: String,
    pub webhook: WebhookId,
    pub job: JobId,
}

impl DeliveryKey {
    fn values(&self) -> [Value<'_>; 3] {
        [(&self.account).into(), self.webhook.into(), self.job.into()]
    }
}

/// Where the job ?2 ended in this transaction, at ?3. For an account without webhooks that is a look at two indexes.
const OWE: &str = "\
INSERT INTO webhook_deliveries (account_id, webhook_id, job_id, type, payload, created_at, next_at) \
SELECT account_id, webhooks.id, job.id, 'batch.' || job.status, json_object('type', 'batch.' || job.status, \
  'timestamp', strftime('%Y-%m-%dT%H:%M:%fZ', finished_at / 1000.0, 'unixepoch'), \
  'data', json_object('id', 'job_' || job.id, 'status', job.status, 'received', received, 'imported', imported, \
    'failed', failed)), finished_at, finished_at \
FROM batch_jobs AS job JOIN webhooks USING (account_id) \
WHERE account_id = ?1 AND job.id = ?2 AND finished_at = ?3 AND webhooks.status = 'active' \
  AND EXISTS (SELECT 1 FROM json_each(events) WHERE value = 'batch.' || job.status) \
ON CONFLICT DO NOTHING RETURNING json_array('wh_' || webhook_id) AS json";

/// Writes down whom to tell that a job has ended, behind the statement that ended it at `now`.
pub fn owe(account: &str, id: JobId, now: u64) -> Statement {
    prepare(OWE, &[account.into(), id.into(), now.into()])
}

/// What the statement [`owe`] at `at` of a transaction wrote down.
pub fn owed(results: &Results, at: usize, account: &str, job: JobId) -> Result<Vec<DeliveryKey>, ApiError> {
    let webhooks = returned::<[WebhookId; 1]>(results, at)?;
    Ok(webhooks.into_iter().map(|[webhook]| DeliveryKey { account: account.to_owned(), webhook, job }).collect())
}

/// A delivery to be tried now.
pub struct Taken {
    pub url: String,
    /// The webhook's, and the one before while that signs as well.
    pub secrets: Vec<String>,
    pub payload: String,
    /// When the event happened, in milliseconds since 1970 UTC.
    pub created_at: u64,
}

const DROP_ORPHAN: &str = "\
DELETE FROM webhook_deliveries WHERE account_id = ?1 AND webhook_id = ?2 AND job_id = ?3 \
  AND NOT EXISTS (SELECT 1 FROM webhooks WHERE account_id = ?1 AND id = ?2)";

const FAIL_DISABLED: &str = "\
UPDATE webhook_deliveries SET status = 'failed', next_at = NULL, error = 'the webhook is disabled' \
WHERE account_id = ?1 AND webhook_id = ?2 AND job_id = ?3 AND status = 'pending' \
  AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = ?1 AND id = ?2 AND status = 'disabled')";

/// Of those that are done with, the last 50 stay.
const CUT_LOG: &str = "\
DELETE FROM webhook_deliveries WHERE account_id = ?1 AND webhook_id = ?2 AND status IN ('delivered', 'failed') \
  AND created_at <= (SELECT created_at FROM webhook_deliveries INDEXED BY webhook_deliveries_done \
    WHERE account_id = ?1 AND webhook_id = ?2 AND status IN ('delivered', 'failed') \
    ORDER BY created_at DESC LIMIT 1 OFFSET 50)";

const TAKE: &str = "\
UPDATE webhook_deliveries SET attempts = attempts + 1, attempted_at = ?4, next_at = ?5 \
WHERE account_id = ?1 AND webhook_id = ?2 AND job_id = ?3 AND status = 'pending' AND next_at <= ?6 \
  AND (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries INDEXED BY webhook_deliveries_tried \
    WHERE account_id = ?1 AND webhook_id = ?2 AND status = 'pending' AND attempted_at > ?7 LIMIT CAST(?8 AS INTEGER))) < ?8 \
RETURNING json_array(payload, created_at) AS json";

const WEBHOOK: &str = "\
SELECT json_array(url, secret, iif(old_secret_until > ?3, old_secret, NULL)) AS json \
FROM webhooks WHERE account_id = ?1 AND id = ?2";

/// Takes a delivery to try it. `None` where there is nothing to do about it now.
pub async fn take_delivery(env: &Env, key: &DeliveryKey, now: u64) -> Result<Option<Taken>, ApiError> {
    let [account, webhook, job] = key.values();
    let delivery = [account, webhook, job];
    let (most, within) = AT_ONCE;
    let times = [now, now.saturating_add(TAKEN), now.saturating_add(EARLY), now.saturating_sub(within)];
    let mut take = delivery.to_vec();
    take.extend(times.map(Value::from));
    take.push(most.into());
    let statements = vec![
        prepare(DROP_ORPHAN, &delivery),
        prepare(FAIL_DISABLED, &delivery),
        prepare(CUT_LOG, &[account, webhook]),
        prepare(TAKE, &take),
        prepare(WEBHOOK, &[account, webhook, now.into()]),
    ];
    let results = transaction(env, &key.account, statements).await?;
    let Some((payload, created_at)) = one::<(String, u64)>(&results, 3)? else { return Ok(None) };
    let webhook = one::<(String, String, Option<String>)>(&results, 4)?;
    let (url, secret, old) = webhook.ok_or_else(|| ApiError::Internal("a delivery without a webhook".to_owned()))?;
    Ok(Some(Taken { url, secrets: [Some(secret), old].into_iter().flatten().collect(), payload, created_at }))
}

/// What came of a try.
pub struct Tried {
    /// The status of the answer, where there was one.
    pub response: Option<u16>,
    /// Why it failed, for a person; `None` where it did not.
    pub error: Option<String>,
    /// When it is tried again, in milliseconds since 1970 UTC.
    pub next_at: Option<u64>,
    /// Whether the receiver wants to hear nothing more.
    pub is_gone: bool,
}

const RECORD: &str = "\
UPDATE webhook_deliveries SET response = ?4, error = ?5, next_at = ?6, \
  status = CASE WHEN ?5 IS NULL THEN 'delivered' WHEN ?6 IS NULL THEN 'failed' ELSE 'pending' END \
WHERE account_id = ?1 AND webhook_id = ?2 AND job_id = ?3 AND status = 'pending'";

const DISABLE: &str = "UPDATE webhooks SET status = 'disabled' WHERE account_id = ?1 AND id = ?2";

/// Brings a delivery back that was taken.
pub async fn record_delivery(env: &Env, key: &DeliveryKey, tried: &Tried) -> Result<(), ApiError> {
    let [account, webhook, job] = key.values();
    let response = tried.response.map(u32::from).into();
    let values = [account, webhook, job, response, tried.error.as_ref().into(), tried.next_at.into()];
    let mut statements = vec![prepare(RECORD, &values)];
    if tried.is_gone {
        statements.push(prepare(DISABLE, &[account, webhook]));
    }
    transaction(env, &key.account, statements).await.map(drop)
}

/// The longest due first, of all accounts alike that are here.
macro_rules! due {
    () => {
        "(SELECT account_id, webhook_id, job_id FROM webhook_deliveries WHERE status = 'pending' AND next_at <= ?2 \
           AND NOT EXISTS (SELECT 1 FROM placements WHERE account_id = webhook_deliveries.account_id) \
         ORDER BY next_at LIMIT CAST(?3 AS INTEGER))"
    };
}

/// Those whose day is over are given up, tried or not: for most of them others of their webhook stood in the way.
const GIVE_UP: &str = concat!(
    "UPDATE webhook_deliveries SET status = 'failed', next_at = NULL, \
       error = COALESCE(error, 'the receiver took no more of them within a day') \
     WHERE created_at < ?1 AND (account_id, webhook_id, job_id) IN ",
    due!(),
    " RETURNING webhook_id AS json"
);

const DUE: &str = concat!(
    "UPDATE webhook_deliveries SET next_at = ?1 WHERE (account_id, webhook_id, job_id) IN ",
    due!(),
    " RETURNING json_object('account', account_id, 'webhook', 'wh_' || webhook_id, 'job', 'job_' || job_id) AS json"
);

/// At most `limit` deliveries in a database that were due at `since` and that nobody has tried. They count as due at `now`. Ten
/// times as many are given up, where their events happened before `over`: how many, comes along.
pub async fn overdue_deliveries(
    env: &Env,
    database: u32,
    now: u64,
    since: u64,
    over: u64,
    limit: u32,
) -> Result<(Vec<DeliveryKey>, usize), ApiError> {
    let statements = [
        prepare(GIVE_UP, &[over.into(), since.into(), limit.saturating_mul(10).into()]),
        prepare(DUE, &[now.into(), since.into(), limit.into()]),
    ];
    let results = transaction_on(env, database, &statements).await?;
    Ok((returned(&results, 1)?, results.of(0).len()))
}
