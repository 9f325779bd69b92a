//! How fast a job moves and when it will be through, without promising what is not known. Times are in milliseconds.

use std::collections::VecDeque;

/// How long a change of speed takes to be believed.
const SMOOTHING: f64 = 12_000.0;
/// Nothing is said about the end before the job was watched this long.
const WATCHED: f64 = 4_000.0;
/// A job that does not move for this long is stalled.
const STALLED: f64 = 15_000.0;
/// The most points that the chart keeps; when there are more, neighbours are joined.
const POINTS: usize = 120;
/// Beyond this, in seconds, an estimate says nothing.
const FARTHEST: f64 = 100.0 * 3_600.0;

/// When the job will be through.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TimeLeft {
    /// Not watched long enough to say.
    Unknown,
    /// Nothing moves.
    Stalled,
    /// In about so many seconds: a finite number, at least 0.
    Seconds(f64),
}

/// A stretch of time and how fast the job was in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// How long it lasted.
    pub span: f64,
    /// Items a second.
    pub rate: f64,
}

/// What was seen of a job's speed.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Rate {
    first: Option<(f64, u32)>,
    last: Option<(f64, u32)>,
    moved_at: f64,
    moves: u32,
    smooth: f64,
    points: VecDeque<Point>,
}

impl Rate {
    /// Notes that `done` items were through at `at`.
    pub fn observe(&mut self, at: f64, done: u32) {
        let Some((last_at, last_done)) = self.last else {
            (self.first, self.last, self.moved_at) = (Some((at, done)), Some((at, done)), at);
            return;
        };
        let span = at - last_at;
        if span <= 0.0 {
            return;
        }
        let moved = done.saturating_sub(last_done);
        let rate = f64::from(moved) / span * 1_000.0;
        if moved > 0 {
            self.moves = self.moves.saturating_add(1);
            self.moved_at = at;
        }
        let weight = 1.0 - (-span / SMOOTHING).exp();
        self.smooth = if self.points.is_empty() { rate } else { self.smooth + weight * (rate - self.smooth) };
        self.last = Some((at, done));
        self.points.push_back(Point { span, rate });
        if self.points.len() > POINTS {
            self.join_neighbours();
        }
    }

    /// Items a second, smoothed.
    pub fn per_second(&self) -> f64 {
        self.smooth
    }

    /// The speed over time, the oldest first.
    pub fn points(&self) -> impl ExactSizeIterator<Item = Point> + '_ {
        self.points.iter().copied()
    }

    /// How fast it was on average before it was watched, if it began at `began`.
    pub fn before(&self, began: f64) -> Option<Point> {
        let (first_at, done) = self.first?;
        let span = first_at - began;
        // The clocks of server and browser differ by a little.
        (span >= 1_000.0 && done > 0).then(|| Point { span, rate: f64::from(done) / span * 1_000.0 })
    }

    /// From when to when it was watched.
    pub fn watched(&self) -> Option<(f64, f64)> {
        Some((self.first?.0, self.last?.0))
    }

    /// When `remaining` items will be through, seen from `now`.
    pub fn time_left(&self, now: f64, remaining: u32) -> TimeLeft {
        let Some((first_at, _)) = self.first else { return TimeLeft::Unknown };
        if now - self.moved_at > STALLED {
            return TimeLeft::Stalled;
        }
        let seconds = f64::from(remaining) / self.smooth;
        if self.moves < 2 || now - first_at < WATCHED || !seconds.is_finite() || seconds > FARTHEST {
            return TimeLeft::Unknown;
        }
        // What was estimated at the last answer has run down since.
        let since = self.last.map_or(0.0, |(at, _)| (now - at) / 1_000.0);
        TimeLeft::Seconds((seconds - since).max(0.0))
    }

    fn join_neighbours(&mut self) {
        let all: Vec<Point> = self.points.drain(..).collect();
        self.points.extend(all.chunks(2).map(|pair| {
            let span: f64 = pair.iter().map(|point| point.span).sum();
            let items: f64 = pair.iter().map(|point| point.rate * point.span).sum();
            Point { span, rate: items / span }
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_job_ends_when_it_says() {
        let mut rate = Rate::default();
        for second in 0..=10 {
            rate.observe(f64::from(second) * 1_000.0, second * 50);
        }
        assert_eq!(rate.per_second().round(), 50.0);
        let TimeLeft::Seconds(seconds) = rate.time_left(10_000.0, 500) else { panic!("no estimate") };
        assert!((seconds - 10.0).abs() < 0.1, "{seconds}");
        let TimeLeft::Seconds(later) = rate.time_left(12_000.0, 500) else { panic!("no estimate") };
        assert!((later - 8.0).abs() < 0.1, "{later}");
    }

    #[test]
    fn nothing_is_said_before_it_means_something() {
        let mut rate = Rate::default();
        assert_eq!(rate.time_left(0.0, 5), TimeLeft::Unknown);
        rate.observe(0.0, 0);
        rate.observe(1_000.0, 400);
        assert_eq!(rate.time_left(1_000.0, 600), TimeLeft::Unknown);
    }

    #[test]
    fn a_job_that_stands_still_is_stalled_until_it_moves() {
        let mut rate = Rate::default();
        for second in 0..30 {
            rate.observe(f64::from(second) * 1_000.0, second.min(8) * 10);
        }
        assert_eq!(rate.time_left(29_000.0, 700), TimeLeft::Stalled);
        rate.observe(30_000.0, 100);
        assert!(matches!(rate.time_left(30_000.0, 680), TimeLeft::Seconds(_)));
    }

    #[test]
    fn whatever_is_observed_the_estimate_is_a_number_of_seconds() {
        let mut rate = Rate::default();
        for (at, done) in [(0.0, 5), (0.0, 9), (2_000.0, 3), (1_000.0, 7), (9e12, 7), (9e12 + 1.0, u32::MAX)] {
            rate.observe(at, done);
            for now in [at - 5e3, at, at + 1e3] {
                if let TimeLeft::Seconds(seconds) = rate.time_left(now, u32::MAX) {
                    assert!(seconds.is_finite() && seconds >= 0.0);
                }
            }
        }
    }

    #[test]
    fn what_was_before_the_watch_is_known_on_average() {
        let mut rate = Rate::default();
        assert_eq!((rate.before(0.0), rate.watched()), (None, None));
        rate.observe(10_000.0, 500);
        rate.observe(12_000.0, 700);
        assert_eq!(rate.before(0.0), Some(Point { span: 10_000.0, rate: 50.0 }));
        assert_eq!(rate.watched(), Some((10_000.0, 12_000.0)));
        assert_eq!(rate.before(9_900.0), None, "too short to say");
        assert_eq!(rate.before(20_000.0), None, "the clocks differ");
    }

    #[test]
    fn a_long_watch_keeps_few_points_and_loses_no_items() {
        let mut rate = Rate::default();
        for second in 0..=1_000 {
            rate.observe(f64::from(second) * 1_000.0, second * 3);
        }
        let items: f64 = rate.points().map(|point| point.rate * point.span / 1_000.0).sum();
        assert!(rate.points().len() <= POINTS && (items - 3_000.0).abs() < 0.01, "{items}");
    }
}
