//! What belongs to an account, though each of its keys says it: the tier, and the limits other than the tier's.

use anyhow::{Result, bail};
use contract::{KeyRecord, Tier};
use std::fmt;

/// What the keys of an account say of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    pub tier: Tier,
    pub monthly_writes: Option<u64>,
    pub agents: Option<u64>,
}

/// Those of an account that has no keys yet.
pub const FIRST: Limits = Limits { tier: Tier::Hobby, monthly_writes: None, agents: None };

impl Limits {
    pub fn of(record: &KeyRecord) -> Self {
        let KeyRecord { tier, monthly_writes, agents, .. } = *record;
        Self { tier, monthly_writes, agents }
    }

    pub fn put_into(self, record: &mut KeyRecord) {
        (record.tier, record.monthly_writes, record.agents) = (self.tier, self.monthly_writes, self.agents);
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "tier {}", self.tier)?;
        for (name, number) in [("monthly writes", self.monthly_writes), ("agents", self.agents)] {
            if let Some(number) = number {
                write!(out, ", {name} {number}")?;
            }
        }
        Ok(())
    }
}

/// What all of an account's keys agree on, or `None` where there are none.
///
/// # Errors
/// When they do not agree.
pub fn agreed(keys: impl IntoIterator<Item = Limits>) -> Result<Option<Limits>> {
    let mut agreed = None;
    for limits in keys {
        if agreed.is_some_and(|agreed| agreed != limits) {
            bail!("the account's keys differ in tier or limits: see `list`, and have `change` make them alike");
        }
        agreed = Some(limits);
    }
    Ok(agreed)
}
