//! How much of a file an account has room for this month.

use crate::files::check::Good;
use contract::{Usage, counts_as};

/// What is left of a month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Room {
    /// Memories that may land.
    pub writes: u64,
    /// Memories that may be sent: those of many bytes count as several.
    pub received: u64,
    /// The day that begins the next month, as `YYYY-MM-DD`.
    pub resets_at: String,
}

impl Room {
    /// What `usage` leaves.
    pub fn of(usage: Usage) -> Self {
        Self {
            writes: usage.writes.limit.saturating_sub(usage.writes.used),
            received: usage.received.limit.saturating_sub(usage.received.used),
            resets_at: usage.writes.resets_at,
        }
    }

    /// How many of the first `rows` there is room for. What is empty takes none of the writes: it fails before.
    pub fn fits<'a>(&self, rows: impl Iterator<Item = &'a Good>) -> usize {
        let (mut writes, mut received) = (self.writes, usize::try_from(self.received).unwrap_or(usize::MAX));
        let take = |row: &'a Good| {
            writes = writes.checked_sub(u64::from(!row.is_empty))?;
            received = received.checked_sub(counts_as(row.json.len()))?;
            Some(())
        };
        rows.map_while(take).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_the_month_goes_to_the_first_rows_that_can_land() {
        let room = |writes, received| Room { writes, received, resets_at: String::new() };
        let rows = [false, true, false, true, false].map(|is_empty| Good { line: 1, is_empty, json: "{}".into() });
        for (writes, received, fits) in [(9, 9, 5), (3, 9, 5), (2, 9, 4), (1, 9, 2), (0, 9, 0), (9, 3, 3), (0, 0, 0)] {
            assert_eq!(room(writes, received).fits(rows.iter()), fits, "{writes} {received}");
        }
        let large = Good { line: 1, is_empty: false, json: "n".repeat(20_000).into() };
        assert_eq!(room(9, 5).fits([&large; 3].into_iter()), 2, "each counts as two");
    }
}
