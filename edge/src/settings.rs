//! The numbers under `[vars]` in `wrangler.toml`. The build refuses one that is missing there or out of its range
//! (`settings_ranges.rs`); one that came to the Worker by another way counts as the declared one, so that no setting stops
//! a job.

use worker::Env;

include!(concat!(env!("OUT_DIR"), "/settings.rs"));

/// Items that are imported in one transaction, and after which progress shows.
pub fn chunk_items(env: &Env) -> u32 {
    number(env, "IMPORT_CHUNK_ITEMS")
}

/// Seconds before what failed is tried again, at least; it waits longer the longer it has been failing.
pub fn retry_seconds(env: &Env) -> u32 {
    number(env, "IMPORT_RETRY_SECONDS")
}

/// Seconds after which a job that has not moved is enqueued again, and a delivery that was due and not tried.
pub fn stalled_seconds(env: &Env) -> u32 {
    number(env, "IMPORT_STALLED_SECONDS")
}

/// Days for which a finished job and its errors are kept.
pub fn retention_days(env: &Env) -> u32 {
    number(env, "RETENTION_DAYS")
}

/// Whether webhooks may lead to this machine, as on one where somebody tries this out.
pub fn webhook_local(env: &Env) -> bool {
    number(env, "WEBHOOK_LOCAL") == 1
}

fn number(env: &Env, name: &str) -> u32 {
    let Some((_, declared, range)) = SETTINGS.iter().find(|(declared, ..)| *declared == name) else { return 0 };
    let given = js_sys::Reflect::get(env, &name.into()).ok().and_then(|value| value.as_string()?.parse().ok());
    given.filter(|number| range.contains(number)).unwrap_or(*declared)
}
