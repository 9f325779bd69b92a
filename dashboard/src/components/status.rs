//! How far a job is, as a word and as a bar.

use crate::{browser::number, components::icon::Icon, progress::Progress, text::width};
use leptos::prelude::*;

/// The status with its picture.
#[component]
pub fn Chip(progress: Signal<Progress>) -> impl IntoView {
    let name = Memo::new(move |_| progress.get().name());
    view! {
        <span class="chip" data-status=move || name.get()>
            <Icon name=Signal::derive(move || name.get().to_owned()) />
            {move || progress.get().word()}
        </span>
    }
}

/// The bar in three parts: imported, failed, remaining.
#[component]
pub fn Bar(progress: Signal<Progress>) -> impl IntoView {
    let says = move || {
        let now = progress.get();
        let [imported, failed, received] = [now.imported, now.failed, now.received].map(number);
        format!("{imported} imported, {failed} failed, of {received}")
    };
    view! {
        <div
            class="bar"
            role="progressbar"
            aria-label="Progress"
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || progress.get().percent().to_string()
            aria-valuetext=says
        >
            <span class="imported" style:width=move || width(progress.get().imported, progress.get().received)></span>
            <span class="failed" style:width=move || width(progress.get().failed, progress.get().received)></span>
        </div>
    }
}
