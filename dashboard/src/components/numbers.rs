//! The numbers under the bar of a job.

use crate::{browser::number, job::timing::Timing, progress::Progress, text};
use leptos::prelude::*;

/// The counts, each with its share.
#[component]
pub fn Counts(progress: Signal<Progress>) -> impl IntoView {
    let shares = Memo::new(move |_| {
        let now = progress.get();
        text::shares([now.imported, now.failed, now.remaining()])
    });
    let count = move |name: &'static str, label: &'static str, of: fn(Progress) -> u32, share: Option<usize>| {
        let share = move || share.and_then(|at| shares.get().get(at).map(|share| format!("{share}%")));
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
    let is_final = move || progress.get().status.is_final();
    view! {
        <dl class="counts">
            {count("imported", "Imported", |progress| progress.imported, Some(0))}
            {count("failed", "Failed", |progress| progress.failed, Some(1))}
            <Show when=move || !is_final() || (progress.get().remaining() > 0)>
                {count("remaining", "Remaining", Progress::remaining, Some(2))}
            </Show>
            {count("received", "Received", |progress| progress.received, None)}
        </dl>
    }
}

/// When the job began, how long it has run, and when it will be through or how fast it was.
#[component]
pub fn Facts(timing: Timing) -> impl IntoView {
    let fact = move |name: &'static str, label: &'static str, value: Signal<String>| {
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
            <Show when=move || timing.is_final() && timing.per_second().is_some()>
                {fact("speed", "Average speed", Signal::derive(move || timing.speed()))}
            </Show>
            {fact("elapsed", "Elapsed", Signal::derive(move || timing.elapsed()))}
            {fact("started", "Started", Signal::derive(move || timing.started()))}
        </dl>
    }
}
