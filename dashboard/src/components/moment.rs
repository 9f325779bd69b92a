//! When something was.

use crate::{browser, text, zone::Times};
use leptos::prelude::*;

/// How long ago `at` is, and on hover the time itself, by the reader's clock. `at` is RFC 3339.
#[component]
pub fn Moment(at: String, now: RwSignal<f64>) -> impl IntoView {
    let Times(zone) = expect_context::<Times>();
    let time = browser::parse_time(&at);
    let age = move || time.map(|time| text::ago((now.get() - time) / 1_000.0));
    let exactly = move || time.map(|time| browser::moment(time, zone.get()));
    view! {
        <time datetime=at title=exactly>
            {age}
        </time>
    }
}
