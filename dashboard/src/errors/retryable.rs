//! What of the errors can succeed now though nothing is changed, and what it takes.

use super::set::ErrorSet;
use contract::reason;

/// Items that failed for what passes, by that.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Retryable {
    /// The month's writes were used up.
    pub by_quota: u32,
    /// The account had as many agents as it may.
    pub by_agents: u32,
    /// The job was cancelled, or broke, before it came to them.
    pub not_tried: u32,
}

impl Retryable {
    /// Those of `set`.
    pub fn of(set: &ErrorSet) -> Self {
        let causes: Vec<_> = set.reasons.iter().map(|reason| Cause::of(&reason.text)).collect();
        let mut found = Self::default();
        for row in &set.rows {
            let count = match causes.get(row.reason as usize).copied().flatten() {
                Some(Cause::Quota) => &mut found.by_quota,
                Some(Cause::Agents) => &mut found.by_agents,
                Some(Cause::NotTried) => &mut found.not_tried,
                None => continue,
            };
            *count = count.saturating_add(1);
        }
        found
    }

    /// All of them.
    pub fn total(self) -> u32 {
        self.by_quota.saturating_add(self.by_agents).saturating_add(self.not_tried)
    }
}

#[derive(Clone, Copy)]
enum Cause {
    Quota,
    Agents,
    NotTried,
}

impl Cause {
    fn of(text: &str) -> Option<Self> {
        if is_like(reason::MONTHLY_WRITES, text) {
            Some(Self::Quota)
        } else if is_like(reason::AGENTS, text) {
            Some(Self::Agents)
        } else {
            [reason::CANCELLED, reason::STOPPED].contains(&text).then_some(Self::NotTried)
        }
    }
}

/// Whether `text` is `reason` with whatever limit.
fn is_like(reason: &str, text: &str) -> bool {
    reason.split_once(reason::LIMIT).is_some_and(|(before, after)| text.starts_with(before) && text.ends_with(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::ItemError;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        let reasons = [
            "monthly write quota reached (25000)",
            "monthly write quota reached (7)",
            "agent cap reached (3)",
            reason::CANCELLED,
            reason::STOPPED,
            reason::EMPTY_CONTENT,
            "monthly write quota",
            "cancelled by hand",
            "",
        ];
        let errors = (0..).zip(reasons).map(|(index, error)| ItemError { index, error: error.to_owned() });
        let found = Retryable::of(&ErrorSet::new(errors.collect()));
        assert_eq!(found, Retryable { by_quota: 2, by_agents: 1, not_tried: 2 });
        assert_eq!(found.total(), 5);
    }
}
