//! `GET /healthz` and `GET /readyz`: whether the Worker runs, and whether what it stands on answers. No key, no limit: so
//! they cost next to nothing, however often they are asked.

use crate::{
    auth,
    error::ApiError,
    http::{self, Answer},
    store,
};
use futures_util::future::{Either, select};
use std::{cell::Cell, pin::pin};
use worker::Env;

/// For how long a look serves all who ask, in milliseconds.
const TTL: u64 = 1_000;

/// For how long D1 and KV are waited for, in milliseconds. Nobody begins a second look meanwhile.
const PATIENCE: u32 = 2_000;

/// After how many milliseconds to look again whether somebody else's look has come to something.
const PACE: u32 = 20;

const ALIVE: &str = r#"{"ok":true}"#;

/// The last look of this isolate, with when it began or came to something, in milliseconds since 1970 UTC.
#[derive(Clone, Copy)]
enum Look {
    Never,
    Begun(u64),
    Ready(u64),
    NotReady(u64),
}

thread_local! {
    static LAST: Cell<Look> = const { Cell::new(Look::Never) };
}

/// Whoever gets this far is alive.
pub fn alive() -> Result<Answer, ApiError> {
    Ok(Answer::new(200, ALIVE.into()))
}

/// At most one D1 statement and one KV read a second for an isolate.
pub async fn ready(env: &Env) -> Result<Answer, ApiError> {
    let patience = u64::from(PATIENCE);
    loop {
        let now = http::now();
        match LAST.get() {
            Look::Ready(at) if now < at.saturating_add(TTL) => return alive(),
            Look::NotReady(at) if now < at.saturating_add(TTL) => return Err(not_ready("a moment ago")),
            // Its request may have ended with its client: then another one looks.
            Look::Begun(at) if now < at.saturating_add(patience) => http::pause(PACE).await,
            _ => break,
        }
    }
    LAST.set(Look::Begun(http::now()));
    let looked = match select(pin!(look(env)), pin!(http::pause(PATIENCE))).await {
        Either::Left((looked, _)) => looked,
        Either::Right(_) => Err(not_ready("no answer in time")),
    };
    LAST.set(if looked.is_ok() { Look::Ready(http::now()) } else { Look::NotReady(http::now()) });
    looked.and_then(|()| alive())
}

async fn look(env: &Env) -> Result<(), ApiError> {
    store::look(env).await?;
    auth::look(env).await
}

fn not_ready(detail: &str) -> ApiError {
    ApiError::Unavailable(format!("not ready: {detail}"))
}
