//! The numbers under the bar of a job.

use crate::{browser::number, job::timing::Timing, progress::Progress, text};
use leptos::prelude::*;

/// The counts, each with its share.
#[component]
pub fn Counts(progress: Signal<Progress>) -> impl IntoView {
    let count = |name: &'static str, label: &'static str, of: fn(Progress) -> u32| {
        let share = move || {
            let now = progress.get();
            if name == "received" { String::new() } else { format!("{}%", text::percent(of(now), now.received)) }
        };
        view! {
            <div data-count=name>
                <dt>{label}</dt>
                <dd>
                    <span class="figure">{move || number(of(progress.get()))}</span>
                    " "
                    <small>{share}</small>
                </dd>
            </div>
        }
    };
    view! {
        <dl class="counts">
            {count("imported", "Imported", |progress| progress.imported)}
            {count("failed", "Failed", |progress| progress.failed)}
            {count("remaining", "Remaining", Progress::remaining)}
            {count("received", "Received", |progress| progress.received)}
        </dl>
    }
}

/// When the job began, how long it has run, and when it will be through.
#[component]
pub fn Facts(timing: Timing) -> impl IntoView {
    let fact = |name: &'static str, label: &'static str, value: Signal<String>| {
        view! {
            <div data-fact=name>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    view! {
        <dl class="facts">
            <Show when=move || !timing.is_final()>
                {fact("left", "Time left", Signal::derive(move || timing.left()))}
            </Show>
            {fact("elapsed", "Elapsed", Signal::derive(move || timing.elapsed()))}
            {fact("started", "Started", Signal::derive(move || timing.started()))}
        </dl>
    }
}
