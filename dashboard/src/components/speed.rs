//! How fast a job is, and how fast it was over time as a small drawing.

use crate::job::{rate::Rate, timing::Timing};
use leptos::prelude::*;

/// The drawing's own units, fine enough for whole numbers: to write fractions takes 15 kB of code.
const WIDTH: u32 = 3_000;
const HEIGHT: u32 = 640;

/// The speed. A job that is through and was not watched has no drawing.
#[component]
pub fn Speed(timing: Timing) -> impl IntoView {
    let label = move || if timing.is_final() { "Average speed" } else { "Speed" };
    let says = move || format!("{} over time: {}", label(), timing.speed());
    let path = Memo::new(move |_| timing.rate.with(outline));
    let is_drawn = move || !timing.is_final() || !path.read().is_empty();
    view! {
        <div class="speed">
            <p data-fact="speed">
                <span class="soft">{label}</span>
                " "
                <strong>{move || timing.speed()}</strong>
            </p>
            <Show when=is_drawn>
                <svg
                    class="chart"
                    role="img"
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    aria-label=says
                >
                    <path d=move || path.get()></path>
                </svg>
            </Show>
        </div>
    }
}

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
