//! What an account has used up.

use super::{
    admission::{RUNNING_BATCHES, most_received},
    head, prepare, texts,
};
use crate::error::ApiError;
use contract::{KeyRecord, Monthly, Running, Usage, Used, UsedKey};
use worker::Env;

const USAGE: &str = "\
SELECT json_array(COALESCE(writes, 0), COALESCE(received, 0), date(?2 / 1000, 'unixepoch', 'start of month', '+1 month'), \
  COALESCE(agents, 0), (SELECT COUNT(*) FROM batch_jobs INDEXED BY batch_jobs_running \
    WHERE account_id = ?1 AND status IN ('pending', 'processing')), \
  strftime('%Y-%m-%dT%H:%M:%fZ', ?3 / 1000.0, 'unixepoch')) \
FROM (SELECT 1) LEFT JOIN usage ON usage.account_id = ?1 AND month = strftime('%Y-%m', ?2 / 1000, 'unixepoch') \
  LEFT JOIN account_totals ON account_totals.account_id = ?1";

/// What the account of `key`, which operators call `id`, has used up at `now`, in milliseconds since 1970 UTC.
pub async fn usage(env: &Env, key: &KeyRecord, id: String, now: u64) -> Result<Usage, ApiError> {
    let values = [(&key.account).into(), now.into(), key.expires_at.into()];
    let mut rows = texts(env, &key.account, prepare(USAGE, &values)).await?;
    let (writes, received, resets_at, agents, running, expires_at) = head(&mut rows)?;
    Ok(Usage {
        tier: key.tier,
        writes: Monthly { used: writes, limit: key.monthly_writes(), resets_at },
        received: Used { used: received, limit: most_received(key) },
        agents: Used { used: agents, limit: key.agents() },
        batches: Running { running, limit: RUNNING_BATCHES },
        account: key.account.clone(),
        key: UsedKey { id, expires_at },
    })
}
