//! The reader's hold on the poll: pause, resume, refresh, and when what happens.

use crate::{
    dom::{El, button, el, icon},
    poll::Poll,
    text,
};
use leptos::prelude::*;

/// The buttons and the words beside them.
pub fn controls(poll: Poll) -> El {
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
        Some(due) => format!("next in {}", text::duration(seconds(due).ceil())),
        None => String::new(),
    };
    let words = el("p")
        .class("soft")
        .child(el("span").attr("data-updated", "").text_of(updated))
        .text(" ")
        .child(el("span").attr("data-next", "").text_of(next));
    let pause = button(move || poll.toggle_pause())
        .attr("aria-keyshortcuts", "p")
        .flag("disabled", move || poll.over.get())
        .part(move || Some(icon(if poll.paused.get() { "play" } else { "pause" })))
        .text_of(move || if poll.paused.get() { "Resume" } else { "Pause" }.to_owned());
    let refresh = button(move || poll.refresh())
        .attr("aria-keyshortcuts", "r")
        .flag("disabled", move || poll.over.get())
        .child(icon("refresh"))
        .text("Refresh");
    el("div").class("controls").child(words).child(pause).child(refresh)
}
