//! All SQL. Every statement that a request runs begins at the account, so none can reach another account's rows.

mod accept;
mod items;
mod jobs;
mod landing;
mod memories;
mod running;

pub use accept::{Import, Verdict, accept};
pub use jobs::{JobRow, job, jobs};
pub use memories::{Filter, add, memories};
pub use running::{abandon, chunk, sweep};

use crate::error::ApiError;
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;
use worker::{D1PreparedStatement, D1Result, Env};

const DB: &str = "DB";

fn prepare(env: &Env, sql: &str, values: &[JsValue]) -> Result<D1PreparedStatement, ApiError> {
    env.d1(DB).and_then(|db| db.prepare(sql).bind(values)).map_err(failed)
}

/// Runs a statement and returns the first column of each row.
async fn texts(statement: D1PreparedStatement) -> Result<Vec<String>, ApiError> {
    let rows = statement.raw_js_value().await.map_err(failed)?;
    rows.into_iter()
        .map(|row| {
            js_sys::Array::from(&row)
                .get(0)
                .as_string()
                .ok_or_else(|| ApiError::Internal("a row without text in its first column".to_owned()))
        })
        .collect()
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(|error| ApiError::Internal(format!("a row of the store: {error}")))
}

/// Runs statements as one transaction.
async fn transaction(env: &Env, statements: Vec<D1PreparedStatement>) -> Result<Vec<D1Result>, ApiError> {
    env.d1(DB).map_err(failed)?.batch(statements).await.map_err(failed)
}

/// The column `json` of the rows that the statement at `at` of a transaction returned.
fn returned<T: DeserializeOwned>(results: &[D1Result], at: usize) -> Result<Vec<T>, ApiError> {
    #[derive(Deserialize)]
    struct Row {
        json: String,
    }
    let rows: Vec<Row> = match results.get(at) {
        Some(result) => result.results().map_err(failed)?,
        None => Vec::new(),
    };
    rows.iter().map(|row| from_json(&row.json)).collect()
}

/// A number for a statement. It crosses as a JavaScript number, exact up to 2^53; nothing that is counted here is near.
fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

fn failed(error: worker::Error) -> ApiError {
    let detail = match error {
        // Display of a D1 error may throw; its cause may not.
        worker::Error::D1(error) => error.cause(),
        error => error.to_string(),
    };
    // A row that the schema refuses is a bug here, and waiting mends no bug.
    if detail.contains("SQLITE_CONSTRAINT") {
        return ApiError::Internal(format!("D1: {detail}"));
    }
    ApiError::Unavailable(format!("D1: {detail}"))
}
