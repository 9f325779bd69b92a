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

/// How much of a file fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fit {
    /// The first so many rows.
    pub rows: u32,
    /// Whether the rest may not even be sent; else it may not land.
    pub is_sent_out: bool,
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

    /// For how many of the first `rows` there is room. What is empty takes none of the writes: it fails before.
    pub fn fit<'a>(&self, rows: impl Iterator<Item = &'a Good>) -> Fit {
        let (mut writes, mut received) = (self.writes, usize::try_from(self.received).unwrap_or(usize::MAX));
        let mut fit = Fit { rows: 0, is_sent_out: false };
        for row in rows {
            let Some(left) = writes.checked_sub(u64::from(!row.is_empty)) else { return fit };
            writes = left;
            let Some(left) = received.checked_sub(counts_as(row.json.len())) else {
                return Fit { is_sent_out: true, ..fit };
            };
            received = left;
            fit.rows += 1;
        }
        fit
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
            assert_eq!(room(writes, received).fit(rows.iter()).rows, fits, "{writes} {received}");
        }
        let large = Good { line: 1, is_empty: false, json: "n".repeat(20_000).into() };
        let fit = |writes, received| room(writes, received).fit([&large; 3].into_iter());
        assert_eq!(fit(9, 5), Fit { rows: 2, is_sent_out: true }, "each counts as two");
        assert_eq!(fit(2, 9), Fit { rows: 2, is_sent_out: false });
    }
}
