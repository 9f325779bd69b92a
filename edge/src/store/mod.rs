//! All SQL. Every statement that a request runs begins at the account, so none can reach another account's rows; and the
//! account decides which database it runs on ([`databases`]). What runs over all accounts is told the database.

mod admission;
mod batches;
mod databases;
mod deliveries;
mod items;
mod job_items;
mod job_list;
mod jobs;
mod landing;
mod list;
mod memories;
mod moving;
mod retention;
mod retry;
mod running;
mod usage;
mod webhooks;

pub use admission::{Refusal, Request};
pub use batches::accept;
pub use databases::databases;
pub use deliveries::{DeliveryKey, Taken, Tried, overdue_deliveries, record_delivery, take_delivery};
pub use items::Portions;
pub use job_items::{COLUMNS, Form, Items, Wanted, job_items};
pub use job_list::{Cursor, JobFilter, jobs};
pub use jobs::{JobRow, job};
pub use landing::foretell;
pub use list::{Filter, Page, memories};
pub use memories::{Written, add};
pub use moving::move_accounts;
pub use retention::retain;
pub use retry::{Retried, retry};
pub use running::{abandon, cancel, chunk, stalled};
pub use usage::usage;
pub use webhooks::{add_webhook, deliveries, remove_webhook, rotate_webhook, webhooks};

use crate::{error::ApiError, http};
use contract::{JobId, WebhookId};
use databases::{texts, transaction, transaction_on};
use js_sys::Array;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::vec;
use wasm_bindgen::JsValue;
use worker::Env;

/// A memory as it goes out: [`contract::Memory`]. It never changes once stored: where an earlier version of a retry kept a JSON
/// null, there is no metadata.
const MEMORY_JSON: &str = "\
json_object('id', 'mem_' || id, 'content', content, 'user_id', user_id, 'agent_id', agent_id, 'run_id', run_id, \
  'metadata', json(COALESCE(NULLIF(metadata, 'null'), '{}')), 'timestamp', timestamp, 'kind', kind, \
  'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
  'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), 'facts', json('[]'))";

/// A statement with its parameters as `d1.js` reads it, for whichever database it will run on.
struct Statement(Array);

/// A value for a parameter.
#[derive(Clone, Copy)]
enum Value<'a> {
    Null,
    /// Exact up to 2^53; nothing that is counted here is near.
    Number(f64),
    Text(&'a str),
    /// 32 lower-case hex digits.
    Id(u128),
}

/// Whether every database answers, and has the tables.
pub async fn look(env: &Env) -> Result<(), ApiError> {
    for database in 0..databases(env) {
        let statement = prepare("SELECT json_array(1) AS json FROM batch_jobs LIMIT 1", &[]);
        transaction_on(env, database, &[statement]).await?;
    }
    Ok(())
}

fn prepare(sql: &str, values: &[Value]) -> Statement {
    let statement = Array::of1(&sql.into());
    for value in values {
        statement.push(&match value {
            Value::Null => JsValue::NULL,
            Value::Number(number) => (*number).into(),
            Value::Text(text) => (*text).into(),
            Value::Id(id) => format!("{id:032x}").into(),
        });
    }
    Statement(statement)
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<JobId> for Value<'_> {
    fn from(id: JobId) -> Self {
        Self::Id(id.as_u128())
    }
}

impl From<WebhookId> for Value<'_> {
    fn from(id: WebhookId) -> Self {
        Self::Id(id.as_u128())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, T::into)
    }
}

/// The first column of each row that a statement returned.
type Texts = vec::IntoIter<String>;

/// What stands in the first of the rows.
fn head<T: DeserializeOwned>(rows: &mut Texts) -> Result<T, ApiError> {
    from_json(&rows.next().ok_or_else(|| ApiError::Internal("a statement that returned no head".to_owned()))?)
}

/// Rows as they go out.
fn whole(rows: Texts) -> Result<Vec<Box<RawValue>>, ApiError> {
    rows.map(|row| from_json(&row)).collect()
}

fn strings(array: &JsValue) -> Vec<String> {
    Array::from(array).iter().filter_map(|text| text.as_string()).collect()
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(|error| ApiError::Internal(format!("a row of the store: {error}")))
}

/// The rows that the statements of a transaction returned.
struct Results(Array);

impl Results {
    /// The column `json` of the rows that the statement at `at` returned.
    fn of(&self, at: usize) -> Vec<String> {
        strings(&self.0.get(u32::try_from(at).unwrap_or(u32::MAX)))
    }
}

/// What the statement at `at` of a transaction returned.
fn returned<T: DeserializeOwned>(results: &Results, at: usize) -> Result<Vec<T>, ApiError> {
    results.of(at).iter().map(|row| from_json(row)).collect()
}

/// The row that the statement at `at` of a transaction returned, if it did return one.
fn one<T: DeserializeOwned>(results: &Results, at: usize) -> Result<Option<T>, ApiError> {
    results.of(at).pop().map(|row| from_json(&row)).transpose()
}

/// Whether a word of what D1 says, which it parts with colons, begins with `word`.
fn mentions(detail: &str, word: &str) -> bool {
    detail.split(':').any(|part| part.trim_start().starts_with(word))
}

/// What D1 says of a failure.
fn failed(error: JsValue) -> ApiError {
    let detail = http::reason(&error);
    // A row that the schema refuses, or that is too large for it, is a bug here, and waiting mends no bug.
    if ["SQLITE_CONSTRAINT", "SQLITE_TOOBIG", "SQLITE_MISMATCH"].iter().any(|bug| mentions(&detail, bug)) {
        return ApiError::Internal(format!("D1: {detail}"));
    }
    ApiError::Unavailable(format!("D1: {detail}"))
}
