//! Who may write now, asked before anything is stored: a batch and a single write alike.

use super::{Results, Statement, Value, one, prepare};
use crate::error::{ApiError, Quota};
use contract::{COUNTED_BYTES, JobId, KeyRecord};
use uuid::Uuid;

/// The most batches of one account that may be running at once.
pub const RUNNING_BATCHES: u64 = 3;

/// An account may send so many times its monthly quota, whether or not it lands, by what it weighs: enough to correct a file and
/// send it again several times, and an end to what it costs to refuse items one by one and to keep them.
const SENT_QUOTAS: u64 = 10;

/// For how long an idempotency key is remembered, in milliseconds: 24 hours.
const IDEMPOTENCY_TTL: u64 = 24 * 60 * 60 * 1_000;

/// Something that asks to be let in.
pub struct Request<'a> {
    /// What it will be called: a job, or a single memory.
    pub id: JobId,
    pub key: &'a KeyRecord,
    /// Whether it is a batch, which counts among the running ones.
    pub is_batch: bool,
    /// The client's key and the hash of what it sent.
    pub idempotency: Option<(&'a str, &'a str)>,
    /// In milliseconds since 1970 UTC.
    pub now: u64,
}

/// Why it was not let in.
pub enum Refusal {
    /// The same key and body came before, and were let in by this id.
    Replayed(JobId),
    /// The same key came before with another body.
    Conflict,
    TooManyBatches,
    /// Nothing is left of what may land this month, or of what may be sent, in memories.
    QuotaExceeded(Box<Quota>),
}

/// What the account may send in a month, in memories.
pub fn most_received(key: &KeyRecord) -> u64 {
    key.monthly_writes().saturating_mul(SENT_QUOTAS)
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Replayed(id) => Self::Internal(format!("{id} came before, and nobody answered with it")),
            Refusal::Conflict => Self::IdempotencyConflict,
            Refusal::TooManyBatches => Self::TooManyBatches,
            Refusal::QuotaExceeded(quota) => Self::QuotaExceeded(quota),
        }
    }
}

/// What the tables say of the account, behind the statement that would have let it in: whether it did, the batches that are
/// running, what has landed and what was sent this month, when the next one begins, and what the idempotency key stands for.
type Found = (u8, u64, u64, u64, String, Option<String>, Option<JobId>);

const ADMIT: &str = "\
INSERT INTO admissions (account_id, id, admitted_at) SELECT ?1, ?2, ?4 \
WHERE NOT EXISTS (SELECT 1 FROM idempotency WHERE account_id = ?1 AND key = ?3 AND expires_at > ?4) \
  AND (SELECT COUNT(*) FROM batch_jobs INDEXED BY batch_jobs_running \
    WHERE account_id = ?1 AND status IN ('pending', 'processing')) < ?5 \
  AND NOT EXISTS (SELECT 1 FROM usage WHERE account_id = ?1 AND month = strftime('%Y-%m', ?4 / 1000, 'unixepoch') \
    AND (writes >= ?6 OR received >= ?7)) AND ?6 > 0";

/// Takes back what was let in some time ago, if it would not be now.
const ADMIT_STILL: &str = "\
DELETE FROM admissions WHERE account_id = ?1 AND id = ?2 AND ( \
  EXISTS (SELECT 1 FROM idempotency WHERE account_id = ?1 AND key = ?3 AND expires_at > ?4) \
  OR (SELECT COUNT(*) FROM batch_jobs INDEXED BY batch_jobs_running \
    WHERE account_id = ?1 AND status IN ('pending', 'processing')) >= ?5)";

const FOUND: &str = "\
SELECT json_array(admitted, IIF(admitted, 0, \
    (SELECT COUNT(*) FROM batch_jobs INDEXED BY batch_jobs_running \
      WHERE account_id = ?1 AND status IN ('pending', 'processing'))), \
  COALESCE(writes, 0), COALESCE(received, 0), date(?4 / 1000, 'unixepoch', 'start of month', '+1 month'), \
  body_hash, job_id) AS json \
FROM (SELECT EXISTS (SELECT 1 FROM admissions WHERE account_id = ?1 AND id = ?2) AS admitted) \
  LEFT JOIN usage ON usage.account_id = ?1 AND month = strftime('%Y-%m', ?4 / 1000, 'unixepoch') \
  LEFT JOIN idempotency ON idempotency.account_id = ?1 AND key = ?3 AND expires_at > ?4";

/// Where what was let in has come in whole: as a job, or as a memory.
const REMEMBER: &str = "\
INSERT INTO idempotency (account_id, key, body_hash, job_id, expires_at) SELECT ?1, ?3, ?4, ?2, ?5 \
WHERE EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1 AND id = ?2) \
  OR EXISTS (SELECT 1 FROM memories WHERE account_id = ?1 AND id = ?2) \
ON CONFLICT DO UPDATE SET body_hash = excluded.body_hash, job_id = excluded.job_id, expires_at = excluded.expires_at";

/// Only what is in: of a batch that was refused there is no admission any more.
const COUNT_RECEIVED: &str = "\
INSERT INTO usage (account_id, month, writes, received) \
SELECT ?1, strftime('%Y-%m', ?3 / 1000, 'unixepoch'), 0, COALESCE(?4, \
  (SELECT SUM(1 + (COALESCE(octet_length(content), 0) + COALESCE(octet_length(metadata), 0)) / CAST(?5 AS INTEGER)) FROM batch_items \
    WHERE account_id = ?1 AND job_id = ?2), 0) \
WHERE EXISTS (SELECT 1 FROM admissions WHERE account_id = ?1 AND id = ?2) \
ON CONFLICT DO UPDATE SET received = received + excluded.received";

/// Ends an admission.
const CLOSE: &str = "DELETE FROM admissions WHERE account_id = ?1 AND id = ?2";

impl<'a> Request<'a> {
    /// One that is made at `now`, under a new id. `idempotency` is the client's key and the hash of what it sent.
    pub fn new(key: &'a KeyRecord, is_batch: bool, idempotency: Option<&'a (String, String)>, now: u64) -> Self {
        Self {
            id: JobId::new(Uuid::new_v4()),
            key,
            is_batch,
            idempotency: idempotency.map(|(key, hash)| (&**key, &**hash)),
            now,
        }
    }
    /// A statement whose first parameters are the account and the id.
    pub(super) fn prepare(&self, sql: &str, more: &[Value]) -> Statement {
        let mut values = vec![Value::from(&self.key.account), self.id.into()];
        values.extend(more);
        prepare(sql, &values)
    }

    fn idempotency_key(&self) -> Value<'_> {
        self.idempotency.map(|(key, _)| key).into()
    }

    /// Lets it in, if it may be.
    pub(super) fn admit(&self) -> Statement {
        let running = if self.is_batch { RUNNING_BATCHES } else { u64::MAX };
        let (written, received) = (self.key.monthly_writes().into(), most_received(self.key).into());
        let values = [self.idempotency_key(), self.now.into(), running.into(), written, received];
        self.prepare(ADMIT, &values)
    }

    /// Takes the admission back, if others came in meanwhile.
    pub(super) fn admit_still(&self) -> Statement {
        self.prepare(ADMIT_STILL, &[self.idempotency_key(), self.now.into(), RUNNING_BATCHES.into()])
    }

    /// Finds out whether it was let in; [`Request::refusal`] reads it.
    pub(super) fn find(&self) -> Statement {
        self.prepare(FOUND, &[self.idempotency_key(), self.now.into()])
    }

    /// Counts what came in, as so many memories or by what the store holds of it ([`contract::counts_as`]), remembers the
    /// idempotency key, and ends the admission.
    pub(super) fn close(&self, memories: Option<u32>) -> Vec<Statement> {
        let values = [self.now.into(), memories.into(), Value::Number(COUNTED_BYTES as f64)];
        let mut statements = vec![self.prepare(COUNT_RECEIVED, &values)];
        if let Some((key, body_hash)) = self.idempotency {
            let expires_at = self.now.saturating_add(IDEMPOTENCY_TTL).into();
            statements.push(self.prepare(REMEMBER, &[key.into(), body_hash.into(), expires_at]));
        }
        statements.push(self.prepare(CLOSE, &[]));
        statements
    }

    /// Why it was not let in, out of what the statement [`Request::find`] at `at` of a transaction returned.
    pub(super) fn refusal(&self, results: &Results, at: usize) -> Result<Option<Refusal>, ApiError> {
        let found = one::<Found>(results, at)?;
        let (admitted, running, written, received, resets_at, body_hash, id) =
            found.ok_or_else(|| ApiError::Internal("nothing was found of an admission".to_owned()))?;
        if admitted == 1 {
            return Ok(None);
        }
        if let Some(id) = id {
            let same = self.idempotency.map(|(_, hash)| hash) == body_hash.as_deref();
            return Ok(Some(if same { Refusal::Replayed(id) } else { Refusal::Conflict }));
        }
        let (limit, used) = if written >= self.key.monthly_writes() {
            (self.key.monthly_writes(), written)
        } else if received >= most_received(self.key) {
            (most_received(self.key), received)
        } else if self.is_batch && running >= RUNNING_BATCHES {
            return Ok(Some(Refusal::TooManyBatches));
        } else {
            return Err(ApiError::Unavailable("D1: what was refused a moment ago is no longer".to_owned()));
        };
        Ok(Some(Refusal::QuotaExceeded(Box::new(Quota { limit, used, resets_at }))))
    }
}
