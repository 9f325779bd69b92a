//! Which rows of a long list are worth drawing. All lengths are in CSS pixels.

use super::set::Row;
use std::ops::Range;

/// The height of a row.
const ROW: f64 = 40.0;
/// Rows drawn above and below what is seen, so that scrolling does not show white.
const MARGIN: usize = 10;
/// Rows are drawn in steps, so that a small scroll changes nothing.
const STEP: usize = 5;
/// However high the screen is, no more rows than this are drawn at once.
const MOST: usize = 120;

/// A list of rows of one height, of which one may be expanded.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// How many rows there are.
    pub rows: usize,
    /// The position of the expanded one, and its detail's height.
    pub expanded: Option<(usize, f64)>,
}

/// A row and its position in the list.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// From 0.
    pub at: usize,
    /// What is there.
    pub row: Row,
}

impl Window {
    /// The height of all rows together.
    pub fn height(self) -> f64 {
        self.top(self.rows)
    }

    /// Where the row at `position` begins.
    pub fn top(self, position: usize) -> f64 {
        let above = self.expanded.filter(|(expanded, _)| *expanded < position);
        position as f64 * ROW + above.map_or(0.0, |(_, height)| height)
    }

    /// The height of the row at `position`.
    pub fn row_height(self, position: usize) -> f64 {
        let own = self.expanded.filter(|(expanded, _)| *expanded == position);
        ROW + own.map_or(0.0, |(_, height)| height)
    }

    /// The positions to draw when `viewport` is seen from `scroll` on.
    pub fn drawn(self, scroll: f64, viewport: f64) -> Range<usize> {
        // With one row expanded it begins at most one detail further up.
        let detail = self.expanded.map_or(0.0, |(_, height)| height);
        let first = (((scroll - detail).max(0.0) / ROW) as usize).saturating_sub(MARGIN) / STEP * STEP;
        let seen = ((viewport + detail).max(0.0) / ROW) as usize;
        let last = (first + seen + 2 * MARGIN + STEP).min(first + MOST).min(self.rows);
        first.min(last)..last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_drawn_and_not_much_more() {
        for expanded in [None, Some((0, 700.0)), Some((70, 90.0)), Some((49_999, 400.0))] {
            let window = Window { rows: 50_000, expanded };
            for scroll in [0.0, 1.0, 39.0, 2_900.0, 100_000.0, window.height() - 600.0] {
                let drawn = window.drawn(scroll, 600.0);
                assert!(drawn.len() <= MOST && drawn.end <= 50_000, "{drawn:?}");
                for position in 0..50_000 {
                    let seen = window.top(position) < scroll + 600.0
                        && window.top(position) + window.row_height(position) > scroll;
                    assert!(!seen || drawn.contains(&position), "{position} at {scroll}, {drawn:?}");
                }
            }
        }
    }

    #[test]
    fn a_short_list_and_a_scroll_past_its_end_draw_what_there_is() {
        assert_eq!(Window { rows: 3, expanded: None }.drawn(0.0, 600.0), 0..3);
        assert_eq!(Window { rows: 0, expanded: None }.drawn(0.0, 600.0), 0..0);
        assert!(Window { rows: 3, expanded: None }.drawn(90_000.0, 600.0).is_empty());
    }
}
