//! The job's speed over time, as a small drawing.

use super::rate::Rate;
use crate::dom::{El, svg};
use leptos::prelude::*;

/// The drawing's own units, fine enough for whole numbers: to write fractions takes 15 kB of code.
const WIDTH: u32 = 3_000;
const HEIGHT: u32 = 640;

/// The outline of the speed from the left edge to the right, as a path of an SVG. Empty where there is nothing to draw.
fn outline(rate: &Rate) -> String {
    let span: f64 = rate.points().map(|point| point.span).sum();
    let peak = rate.points().map(|point| point.rate).fold(0.0, f64::max);
    if peak <= 0.0 || span <= 0.0 {
        return String::new();
    }
    let (mut path, mut x) = (format!("M0 {HEIGHT}"), 0.0);
    for point in rate.points() {
        let y = HEIGHT - (point.rate / peak * f64::from(HEIGHT - 40)) as u32;
        path.push_str(&format!("L{} {y}", x as u32));
        x += point.span / span * f64::from(WIDTH);
        path.push_str(&format!("L{} {y}", x.round() as u32));
    }
    path.push_str(&format!("L{WIDTH} {HEIGHT}"));
    path
}

/// The drawing; what it says is also said by `says`.
pub fn chart(rate: RwSignal<Rate>, says: impl Fn() -> String + 'static) -> El {
    svg("svg")
        .attr("class", "chart")
        .attr("role", "img")
        .attr("viewBox", &format!("0 0 {WIDTH} {HEIGHT}"))
        .attr("preserveAspectRatio", "none")
        .attr_of("aria-label", move || Some(says()))
        .child(svg("path").attr_of("d", move || Some(rate.with(outline))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_spans_the_drawing_and_a_still_job_has_none() {
        let mut rate = Rate::default();
        assert_eq!(outline(&rate), "");
        for (at, done) in [(0.0, 0), (1_000.0, 0), (2_000.0, 50), (4_000.0, 100)] {
            rate.observe(at, done);
        }
        assert_eq!(outline(&rate), "M0 640L0 640L750 640L750 40L1500 40L1500 340L3000 340L3000 640");
    }
}
