//! A job that has ended, in a line.

use crate::{
    components::{
        numbers::{Counts, Facts},
        status::{Bar, Chip},
    },
    job::timing::Timing,
};
use leptos::prelude::*;

/// The line, over the bar.
#[component]
pub fn Summary(timing: Timing) -> impl IntoView {
    let progress = timing.progress;
    view! {
        <section class="card summary" aria-label="Summary">
            <div class="line">
                <Chip progress=progress />
                <Counts progress=progress />
                <Facts timing=timing />
            </div>
            <Bar progress=progress />
        </section>
    }
}
