//! What `npm start` shows: jobs in every state, and a key of each tier. Both exist in the local state alone. And what
//! [`npm run demo`](import) does.

mod batch;
pub mod import;
mod outcome;

use crate::state::State;
use anyhow::{Result, anyhow};
use contract::{ApiKey, KeyRecord, Scope, Tier};
use keys::entry::Entry;

/// The job of the contract's example.
pub const EXAMPLE_JOB: &str = "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";

/// 1 November 2026, in milliseconds since 1970 UTC: fixed, so that the same keys come out of every start.
const MINTED: u64 = 1_793_491_200_000;

/// The key of the account `demo` at `tier`. No secret: no deployed install knows it.
pub fn key(tier: Tier) -> String {
    format!("kor_self_demo_{tier}")
}

/// Migrates `state` and loads the demo into it, where that was not done before.
///
/// # Errors
/// When wrangler fails.
pub fn load(state: &State) -> Result<()> {
    let keys = Tier::ALL.into_iter().map(entry).collect::<Result<Vec<_>>>()?;
    state.seed("xtask/demo.sql", &keys)
}

fn entry(tier: Tier) -> Result<Entry> {
    let record = KeyRecord {
        account: "demo".to_owned(),
        tier,
        scopes: Scope::ALL.to_vec(),
        created_at: MINTED,
        expires_at: None,
        monthly_writes: None,
        agents: None,
    };
    let key = key(tier);
    let key = ApiKey::parse(&key).map_err(|_| anyhow!("the demo's keys do not have the form of one"))?;
    Ok(Entry::new(key, record)?)
}
