//! Which rows of a long list are worth drawing. All lengths are in CSS pixels.

use super::set::Row;
use std::ops::Range;

/// The height of a row.
const ROW: f64 = 40.0;
/// What an expanded row has on top of that, for a long reason and for a short one.
const LONG_DETAIL: f64 = 208.0;
const SHORT_DETAIL: f64 = 116.0;
/// The longest short reason, in bytes.
const SHORT: usize = 120;
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

/// The height of the detail of a row with that `reason`.
pub fn detail_height(reason: &str) -> f64 {
    if reason.len() > SHORT { LONG_DETAIL } else { SHORT_DETAIL }
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
        let first = (((scroll - LONG_DETAIL).max(0.0) / ROW) as usize).saturating_sub(MARGIN) / STEP * STEP;
        let seen = ((viewport + LONG_DETAIL).max(0.0) / ROW) as usize;
        let last = (first + seen + 2 * MARGIN + STEP).min(first + MOST).min(self.rows);
        first.min(last)..last
    }

    /// How far to scroll so that the row at `position` is seen whole; `None` where it already is.
    pub fn reveal(self, position: usize, scroll: f64, viewport: f64) -> Option<f64> {
        let (top, height) = (self.top(position), self.row_height(position));
        if top < scroll {
            Some(top)
        } else if top + height > scroll + viewport {
            Some((top + height - viewport).min(top))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_drawn_and_not_much_more() {
        for expanded in [None, Some((0, LONG_DETAIL)), Some((70, SHORT_DETAIL)), Some((49_999, LONG_DETAIL))] {
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

    #[test]
    fn a_row_that_is_hidden_is_scrolled_to() {
        let window = Window { rows: 100, expanded: None };
        assert_eq!(window.reveal(2, 0.0, 400.0), None);
        assert_eq!(window.reveal(2, 200.0, 400.0), Some(80.0));
        assert_eq!(window.reveal(20, 0.0, 400.0), Some(440.0));
    }
}
