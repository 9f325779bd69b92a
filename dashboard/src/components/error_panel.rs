//! The section of the page of a job that shows what did not land.

use crate::{
    browser::number,
    components::{error_groups::ErrorGroups, error_list::ErrorList, error_toolbar::ErrorToolbar},
    errors::reading::Reading,
    progress::Progress,
};
use contract::JobId;
use leptos::prelude::*;

/// The section.
#[component]
pub fn ErrorPanel(job: JobId, reading: Reading, progress: Signal<Progress>) -> impl IntoView {
    let total = move || number(reading.shown.read().rows.len() as u32);
    let is_empty = Memo::new(move |_| reading.shown.read().rows.is_empty());
    let none = move || {
        let now = progress.get();
        match (now.status.is_final(), now.done()) {
            (false, 0) => "Nothing was tried yet.",
            (false, _) => "No errors so far.",
            (true, done) if done == now.received => "No errors. Everything has landed.",
            (true, _) => "No errors in what was tried.",
        }
    };
    view! {
        <section id="errors" class="card errors" data-empty=move || is_empty.get() aria-labelledby="errors-title">
            <h2 id="errors-title">"Errors " <span class="figure soft">{total}</span></h2>
            <Show when=move || is_empty.get()>
                <p class="soft none">{none}</p>
            </Show>
            <Show when=move || !is_empty.get()>
                <ErrorGroups reading=reading />
                <div class="reader">
                    <ErrorToolbar job=job reading=reading />
                    <ErrorList reading=reading />
                </div>
            </Show>
        </section>
    }
}
