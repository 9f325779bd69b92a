//! The reader's hold on the poll: pause, resume, refresh, and when what happens.

use crate::{icon::icon, poll::Poll, text};
use leptos::prelude::*;

/// The buttons and the words beside them.
#[component]
pub fn Controls(poll: Poll) -> impl IntoView {
    let seconds = move |at: f64| (at - poll.now.get()) / 1_000.0;
    let updated = Signal::derive(move || {
        poll.updated.get().map_or_else(String::new, |at| {
            if poll.over.get() { "Final".to_owned() } else { format!("Updated {}", text::ago(-seconds(at))) }
        })
    });
    let next = Signal::derive(move || match poll.due.get() {
        _ if poll.over.get() => "no more requests".to_owned(),
        _ if poll.busy.get() => "asking…".to_owned(),
        _ if poll.paused.get() => "paused".to_owned(),
        Some(due) => format!("next in {}", text::duration(seconds(due).ceil())),
        None => String::new(),
    });
    let pause = move || if poll.paused.get() { "Resume" } else { "Pause" };
    view! {
        <div class="controls" data-poll="">
            <p class="soft"><span data-updated="">{updated}</span>" "<span data-next="">{next}</span></p>
            <button
                type="button"
                aria-keyshortcuts="p"
                disabled=poll.over
                on:click=move |_| poll.toggle_pause()
            >
                {move || icon(if poll.paused.get() { "play" } else { "pause" })}
                {pause}
            </button>
            <button type="button" aria-keyshortcuts="r" disabled=poll.over on:click=move |_| poll.refresh()>
                {icon("refresh")}
                "Refresh"
            </button>
        </div>
    }
}
