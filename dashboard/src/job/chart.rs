//! The job's speed over time, as a small drawing.

use super::rate::Rate;
use leptos::prelude::*;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 64.0;

/// The outline of the speed from the left edge to the right, as a path of an SVG. Empty where there is nothing to draw.
fn outline(rate: &Rate) -> String {
    let span: f64 = rate.points().map(|point| point.span).sum();
    let peak = rate.points().map(|point| point.rate).fold(0.0, f64::max);
    if peak <= 0.0 || span <= 0.0 {
        return String::new();
    }
    let (mut path, mut x) = (format!("M0 {HEIGHT}"), 0.0);
    for point in rate.points() {
        let y = HEIGHT - point.rate / peak * (HEIGHT - 4.0);
        path.push_str(&format!("L{x:.1} {y:.1}"));
        x += point.span / span * WIDTH;
        path.push_str(&format!("L{x:.1} {y:.1}"));
    }
    path.push_str(&format!("L{WIDTH} {HEIGHT}"));
    path
}

/// The drawing; what it says is also said in `label`.
pub fn chart(rate: RwSignal<Rate>, label: Signal<String>) -> AnyView {
    let path = Signal::derive(move || rate.with(outline));
    view! {
        <svg
            class="chart"
            role="img"
            aria-label=label
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
        >
            <path d=path />
        </svg>
    }
    .into_any()
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
        assert_eq!(outline(&rate), "M0 64L0.0 64.0L75.0 64.0L75.0 4.0L150.0 4.0L150.0 34.0L300.0 34.0L300 64");
    }
}
