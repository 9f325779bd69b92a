//! Which errors are shown, and in which order.

use super::set::{ErrorSet, Row, order};

/// What the reader typed: words that a reason must hold, and ranges that an index must lie in.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Filter {
    words: Vec<String>,
    ranges: Vec<(u32, u32)>,
}

impl Filter {
    /// Reads text, `120-180`, `120-` (from there on), `#120` (that one), or all of them with spaces between. Several
    /// ranges add up; all words must be there, in any case and order.
    pub fn parse(text: &str) -> Self {
        let mut filter = Self::default();
        for token in text.split_whitespace() {
            match range(token) {
                Some(range) => filter.ranges.push(range),
                None => filter.words.push(token.to_ascii_lowercase()),
            }
        }
        filter
    }

    fn takes_reason(&self, folded: &str) -> bool {
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    fn takes_index(&self, index: u32) -> bool {
        self.ranges.is_empty() || self.ranges.iter().any(|&(from, to)| (from..=to).contains(&index))
    }
}

fn range(token: &str) -> Option<(u32, u32)> {
    if let Some(index) = token.strip_prefix('#') {
        let index = index.parse().ok()?;
        return Some((index, index));
    }
    let (from, to) = token.split_once(['-', '–'])?;
    let from: u32 = from.parse().ok()?;
    let to = if to.is_empty() { u32::MAX } else { to.parse().ok()? };
    Some((from.min(to), from.max(to)))
}

/// In which order errors are shown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Sort {
    /// The lowest index first.
    #[default]
    Index,
    /// The highest index first.
    IndexDown,
    /// By reason, and by index where it is the same.
    Reason,
}

impl Sort {
    /// All orders, with what they are called in links and on the page.
    pub const ALL: [(Self, &str, &str); 3] = [
        (Self::Index, "index", "Lowest index first"),
        (Self::IndexDown, "-index", "Highest index first"),
        (Self::Reason, "reason", "By reason"),
    ];

    /// The order that links call `name`; the first where there is none of that name.
    pub fn named(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map_or(Self::Index, |(sort, ..)| *sort)
    }

    /// What links call it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(sort, ..)| *sort == self).map_or("index", |(_, name, _)| name)
    }
}

/// The rows of `set` that pass `filter` and lie in `group`, in the order of `sort`.
pub fn select(set: &ErrorSet, filter: &Filter, group: Option<u32>, sort: Sort) -> Vec<Row> {
    // Asked once for each distinct reason instead of once for each row.
    let taken: Vec<bool> = (set.reasons.iter())
        .map(|reason| group.is_none_or(|group| group == reason.group) && filter.takes_reason(reason.folded()))
        .collect();
    let passes = |row: &&Row| taken.get(row.reason as usize) == Some(&true) && filter.takes_index(row.index);
    let mut rows: Vec<Row> = set.rows.iter().filter(passes).copied().collect();
    match sort {
        Sort::Index => {}
        Sort::IndexDown => rows.reverse(),
        Sort::Reason => {
            let ranks = set.ranks();
            let place = |at: usize| rows.get(at).map(|row| (ranks.get(row.reason as usize), row.index));
            let order = order(rows.len(), &|a, b| place(a).cmp(&place(b)));
            rows = order.into_iter().filter_map(|at| rows.get(at).copied()).collect();
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::ItemError;

    fn shown(filter: &str, group: Option<u32>, sort: Sort) -> Vec<u32> {
        let reasons = ["quota reached (25000)", "Agent cap reached (3)", "content must not be empty"];
        let errors = (0..9).map(|i| ItemError { index: i * 10, error: reasons[i as usize % 3].to_owned() }).collect();
        let set = ErrorSet::new(errors);
        select(&set, &Filter::parse(filter), group, sort).iter().map(|row| row.index).collect()
    }

    #[test]
    fn text_ranges_and_both_narrow_the_list() {
        assert_eq!(shown("", None, Sort::Index).len(), 9);
        assert_eq!(shown("AGENT reached", None, Sort::Index), [10, 40, 70]);
        assert_eq!(shown("20-40", None, Sort::Index), [20, 30, 40]);
        assert_eq!(shown("40-20", None, Sort::Index), [20, 30, 40]);
        assert_eq!(shown("20–40 reached", None, Sort::Index), [30, 40]);
        assert_eq!(shown("60- #0", None, Sort::Index), [0, 60, 70, 80]);
        assert_eq!(shown("25000", None, Sort::Index), [0, 30, 60]);
        assert_eq!(shown("no such reason", None, Sort::Index), [] as [u32; 0]);
    }

    #[test]
    fn what_only_looks_like_a_range_is_text() {
        for text in ["a-b", "-", "1-2-3", "99999999999-1", "#x", "-5"] {
            assert_eq!(Filter::parse(text).words, [text], "{text}");
        }
    }

    #[test]
    fn a_group_and_an_order_apply() {
        assert_eq!(shown("", Some(0), Sort::IndexDown), [70, 40, 10]);
        assert_eq!(shown("", None, Sort::Reason), [10, 40, 70, 20, 50, 80, 0, 30, 60]);
    }

    #[test]
    fn an_order_is_read_back_from_its_name() {
        for (sort, name, _) in Sort::ALL {
            assert_eq!((Sort::named(name), sort.name()), (sort, name));
        }
        assert_eq!(Sort::named("sideways"), Sort::Index);
    }
}
