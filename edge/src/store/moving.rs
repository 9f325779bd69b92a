//! How an account moves to another database: `moving.js` says.

use super::databases::databases;
use crate::{error::ApiError, http};
use wasm_bindgen::prelude::*;
use worker::Env;

#[wasm_bindgen(module = "/src/store/moving.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = moveAccounts)]
    async fn carry_out(env: &Env, databases: u32) -> Result<JsValue, JsValue>;
}

/// Carries out the moves that were ordered, for as long as an invocation may.
pub async fn move_accounts(env: &Env) -> Result<(), ApiError> {
    let databases = databases(env);
    if databases == 1 {
        return Ok(());
    }
    carry_out(env, databases)
        .await
        .map(drop)
        .map_err(|error| ApiError::Unavailable(format!("D1: {}", http::reason(&error))))
}
