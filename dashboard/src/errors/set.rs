//! The errors of a job, arranged for reading: each distinct reason once, and the groups that the reasons fall into.

use super::reason::normalise;
use contract::ItemError;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::{
    cmp::{Ordering, Reverse},
    hash::BuildHasher,
    sync::{Arc, OnceLock},
};

/// All errors of one answer.
#[derive(Default, Debug)]
pub struct ErrorSet {
    /// In the order of the answer, which is that of the index.
    pub rows: Vec<Row>,
    /// The distinct reasons.
    pub reasons: Vec<Reason>,
    /// The distinct normalised reasons, the most frequent first.
    pub groups: Vec<Group>,
    ranks: OnceLock<Vec<u32>>,
}

/// One item that did not land.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Row {
    /// Position in the submitted array, from 0.
    pub index: u32,
    /// Which of [`ErrorSet::reasons`].
    pub reason: u32,
}

/// Why items did not land, in the server's words.
#[derive(Debug)]
pub struct Reason {
    /// As it came.
    pub text: String,
    /// In lower case where it was not before, as most are.
    folded: Option<String>,
    /// Which of [`ErrorSet::groups`].
    pub group: u32,
}

/// Items whose reasons differ only in numbers, ids and quoted parts.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// The normalised reason, by which the group is named in links.
    pub name: Arc<str>,
    /// What is shown: the reason itself where all are the same, else the normalised one.
    pub label: Arc<str>,
    /// How many items.
    pub count: u32,
    /// The lowest index.
    pub first: u32,
    /// The highest index.
    pub last: u32,
}

impl Reason {
    /// In lower case, for finding.
    pub fn folded(&self) -> &str {
        self.folded.as_deref().unwrap_or(&self.text)
    }
}

impl ErrorSet {
    /// Arranges the errors of an answer.
    pub fn new(errors: Vec<ItemError>) -> Self {
        let (mut rows, mut reasons) = (Vec::with_capacity(errors.len()), Vec::<Reason>::new());
        let mut groups = Groups::default();
        // By hash alone, so that no reason is kept twice. Two that share a hash are only told apart less cleverly.
        let mut seen = FxHashMap::<u64, u32>::default();
        for ItemError { index, error } in errors {
            let hash = FxBuildHasher.hash_one(&error);
            let known = seen.get(&hash).copied();
            let is_known = |reason: &u32| reasons.get(*reason as usize).is_some_and(|reason| reason.text == error);
            let reason = known.filter(is_known).unwrap_or_else(|| {
                let reason = number(reasons.len());
                seen.insert(hash, reason);
                reasons.push(Reason { folded: folded(&error), group: groups.of(&error), text: error });
                reason
            });
            if let Some(reason) = reasons.get(reason as usize) {
                groups.count(reason, index);
            }
            rows.push(Row { index, reason });
        }
        let groups = groups.most_frequent_first(&mut reasons);
        Self { rows, reasons, groups, ranks: OnceLock::new() }
    }

    /// The reason of `row`.
    pub fn reason(&self, row: Row) -> Option<&Reason> {
        self.reasons.get(row.reason as usize)
    }

    /// For each of [`ErrorSet::reasons`], its place in the order of their letters.
    pub fn ranks(&self) -> &[u32] {
        let folded = |at: usize| self.reasons.get(at).map(Reason::folded);
        self.ranks.get_or_init(|| inverse(&order(self.reasons.len(), &|a, b| folded(a).cmp(&folded(b)))))
    }

    /// The group that links call `name`.
    pub fn group(&self, name: &str) -> Option<u32> {
        self.groups.iter().position(|group| &*group.name == name).map(number)
    }
}

#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    by_name: FxHashMap<Arc<str>, u32>,
    /// Written anew for each reason: 50,000 are too many for a string each.
    name: String,
}

impl Groups {
    fn of(&mut self, text: &str) -> u32 {
        self.name.clear();
        normalise(text, &mut self.name);
        if let Some(&group) = self.by_name.get(self.name.as_str()) {
            if let Some(group) = self.all.get_mut(group as usize) {
                group.label = group.name.clone();
            }
            return group;
        }
        let (group, name) = (number(self.all.len()), Arc::<str>::from(self.name.as_str()));
        self.by_name.insert(name.clone(), group);
        self.all.push(Group { name, label: text.into(), count: 0, first: u32::MAX, last: 0 });
        group
    }

    fn count(&mut self, reason: &Reason, index: u32) {
        if let Some(group) = self.all.get_mut(reason.group as usize) {
            group.count = group.count.saturating_add(1);
            group.first = group.first.min(index);
            group.last = group.last.max(index);
        }
    }

    fn most_frequent_first(self, reasons: &mut [Reason]) -> Vec<Group> {
        let place = |at: usize| self.all.get(at).map(|group| (Reverse(group.count), &group.name));
        let order = order(self.all.len(), &|a, b| place(a).cmp(&place(b)));
        let moved = inverse(&order);
        for reason in reasons {
            reason.group = moved.get(reason.group as usize).copied().unwrap_or(reason.group);
        }
        order.into_iter().filter_map(|at| self.all.get(at).cloned()).collect()
    }
}

/// The positions 0 to `length` in the order of `compare`. One sort for all that is sorted here: each type that is sorted
/// brings 5 kB of code.
pub fn order(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_unstable_by(|a, b| compare(*a, *b));
    order
}

/// For each position, where `order` puts it.
fn inverse(order: &[usize]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, at) in (0..).zip(order) {
        if let Some(entry) = places.get_mut(*at) {
            *entry = place;
        }
    }
    places
}

/// ASCII only: the tables for all other letters are 11 kB, and reasons are English.
fn folded(text: &str) -> Option<String> {
    let has_capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
    has_capitals.then(|| text.to_ascii_lowercase())
}

/// A batch has far fewer items than a `u32` counts.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(errors: &[(u32, &str)]) -> ErrorSet {
        ErrorSet::new(errors.iter().map(|&(index, error)| ItemError { index, error: error.to_owned() }).collect())
    }

    #[test]
    fn groups_have_count_first_and_last_and_the_largest_leads() {
        let set =
            set(&[(1, "agent cap reached (3)"), (4, "row 4 is empty"), (9, "row 9 is empty"), (12, "row 12 is empty")]);
        let groups: Vec<_> =
            set.groups.iter().map(|group| (&*group.label, group.count, group.first, group.last)).collect();
        assert_eq!(groups, [("row # is empty", 3, 4, 12), ("agent cap reached (3)", 1, 1, 1)]);
        let of_rows: Vec<_> = set.rows.iter().map(|&row| set.reason(row).unwrap().group).collect();
        assert_eq!(of_rows, [1, 0, 0, 0]);
        assert_eq!(set.group("agent cap reached (#)"), Some(1));
        assert_eq!(set.group("agent cap reached (3)"), None);
    }

    #[test]
    fn a_reason_is_kept_once() {
        let set = set(&[(0, "the same"), (1, "the same"), (2, "another")]);
        assert_eq!((set.rows.len(), set.reasons.len(), set.groups.len()), (3, 2, 2));
        assert_eq!(&*set.groups[0].label, "the same");
    }

    #[test]
    fn no_errors_make_no_groups() {
        assert!(set(&[]).groups.is_empty());
    }
}
