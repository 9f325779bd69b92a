//! How fast a running job is, and how fast it was over time as a small drawing.

use crate::{
    browser::time,
    job::{
        rate::{Point, Rate},
        timing::{Timing, per_second},
    },
};
use leptos::prelude::*;

/// The drawing's own units, fine enough for whole numbers: to write fractions takes 15 kB of code.
const WIDTH: u32 = 3_000;
const HEIGHT: u32 = 640;
/// What stays free above the peak, so that its line is seen whole.
const ROOM: u32 = 40;

/// The speed now, and the drawing once there is something to draw.
#[component]
pub fn Speed(timing: Timing) -> impl IntoView {
    let drawing = Memo::new(move |_| timing.rate.with(|rate| Drawing::of(rate, timing.began())));
    let chart = move || drawing.get().map(|drawing| chart(timing, drawing));
    view! {
        <div class="speed">
            <p data-fact="speed">
                <span class="soft">"Speed"</span>
                " "
                <strong>{move || timing.speed()}</strong>
            </p>
            {chart}
        </div>
    }
}

fn chart(timing: Timing, drawing: Drawing) -> impl IntoView {
    let Drawing { before, watched, peak, begin, end } = drawing;
    let (peak, begin, end) = (per_second(peak), time(begin), time(end));
    let says = format!("Speed from {begin} to {end}: at most {peak}, now {}", untrack(|| timing.speed()));
    view! {
        <div class="chart" role="img" aria-label=says>
            <span class="peak">{peak}</span>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                <path class="before" d=before></path>
                <path d=watched></path>
            </svg>
            <span class="zero">"0"</span>
            <span class="begin">{begin}</span>
            <span class="end">{end}</span>
        </div>
    }
}

/// The speed from the left edge to the right, as paths of an SVG.
#[derive(Clone, PartialEq, Debug)]
struct Drawing {
    /// The average before it was watched: a line. Empty where there is none.
    before: String,
    /// What was watched: an outline. Empty where nothing was yet.
    watched: String,
    /// The highest speed.
    peak: f64,
    /// The time at the left edge, and at the right one, in milliseconds since 1970.
    begin: f64,
    end: f64,
}

impl Drawing {
    /// Nothing where nothing has moved.
    fn of(rate: &Rate, began: Option<f64>) -> Option<Self> {
        let (first, end) = rate.watched()?;
        let before = began.and_then(|began| rate.before(began));
        let points = || before.into_iter().chain(rate.points());
        let span: f64 = points().map(|point| point.span).sum();
        let peak = points().map(|point| point.rate).fold(0.0, f64::max);
        if peak <= 0.0 || span <= 0.0 {
            return None;
        }
        let y = |point: Point| HEIGHT - (point.rate / peak * f64::from(HEIGHT - ROOM)) as u32;
        let mut x = before.map_or(0.0, |point| point.span / span * f64::from(WIDTH));
        let line = before.map_or(String::new(), |point| format!("M0 {}H{}", y(point), x.round() as u32));
        let mut path = String::new();
        for point in rate.points() {
            let from = x.round() as u32;
            if path.is_empty() {
                path = format!("M{from} {HEIGHT}");
            }
            x += point.span / span * f64::from(WIDTH);
            path.push_str(&format!("L{from} {0}L{1} {0}", y(point), x.round() as u32));
        }
        if !path.is_empty() {
            path.push_str(&format!("L{WIDTH} {HEIGHT}"));
        }
        let begin = first - before.map_or(0.0, |point| point.span);
        Some(Self { before: line, watched: path, peak, begin, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_spans_the_drawing_and_a_still_job_has_none() {
        let mut rate = Rate::default();
        assert_eq!(Drawing::of(&rate, Some(0.0)), None);
        for (at, done) in [(1_000.0, 0), (2_000.0, 0)] {
            rate.observe(at, done);
            assert_eq!(Drawing::of(&rate, Some(0.0)), None);
        }
        for (at, done) in [(3_000.0, 50), (5_000.0, 100)] {
            rate.observe(at, done);
        }
        let drawing = Drawing::of(&rate, Some(0.0)).unwrap();
        assert_eq!(drawing.before, "");
        assert_eq!(drawing.watched, "M0 640L0 640L750 640L750 40L1500 40L1500 340L3000 340L3000 640");
        assert_eq!((drawing.peak, drawing.begin, drawing.end), (50.0, 1_000.0, 5_000.0));
    }

    #[test]
    fn what_was_before_the_watch_is_a_line_as_long_as_it_took() {
        let mut rate = Rate::default();
        rate.observe(10_000.0, 100);
        let drawing = Drawing::of(&rate, Some(0.0)).unwrap();
        assert_eq!((&*drawing.before, &*drawing.watched), ("M0 40H3000", ""));
        assert_eq!((drawing.peak, drawing.begin, drawing.end), (10.0, 0.0, 10_000.0));
        rate.observe(20_000.0, 300);
        let drawing = Drawing::of(&rate, Some(0.0)).unwrap();
        assert_eq!((&*drawing.before, &*drawing.watched), ("M0 340H1500", "M1500 640L1500 40L3000 40L3000 640"));
    }
}
