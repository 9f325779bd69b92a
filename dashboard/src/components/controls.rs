//! The reader's hold on the poll: pause, resume, refresh, and when what happens.

use crate::{
    components::{icon::Icon, trouble::may_ask},
    poll::Poll,
    text,
};
use leptos::prelude::*;

/// The buttons and the words beside them. A poll that is over has none to press.
#[component]
pub fn Controls(poll: Poll) -> impl IntoView {
    let seconds = move |at: f64| (at - poll.now.get()) / 1_000.0;
    let updated = move || match poll.updated.get() {
        Some(_) if poll.over.get() => "Final".to_owned(),
        Some(at) => format!("Updated {}", text::ago(-seconds(at))),
        None => String::new(),
    };
    let next = move || match poll.due.get() {
        _ if poll.over.get() => "no more requests".to_owned(),
        _ if poll.busy.get() => "asking…".to_owned(),
        _ if poll.paused.get() => "paused".to_owned(),
        _ if poll.live.get() => "live".to_owned(),
        Some(due) => format!("next in {}", text::duration(seconds(due).ceil())),
        None => String::new(),
    };
    let picture = Signal::derive(move || if poll.paused.get() { "play" } else { "pause" }.to_owned());
    view! {
        <div class="controls">
            <p class="soft">
                <span data-updated="">{updated}</span>
                " "
                <span data-next="">{next}</span>
            </p>
            <Show when=move || !poll.over.get()>
                <button type="button" aria-keyshortcuts="p" on:click=move |_| poll.toggle_pause()>
                    <Icon name=picture />
                    {move || if poll.paused.get() { "Resume" } else { "Pause" }}
                </button>
                <button
                    type="button"
                    aria-keyshortcuts="r"
                    disabled=move || !may_ask(poll)
                    on:click=move |_| poll.refresh()
                >
                    <Icon name="refresh" />
                    "Refresh"
                </button>
            </Show>
        </div>
    }
}
