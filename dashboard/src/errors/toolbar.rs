//! What narrows, orders and exports the list.

use super::{filter::Sort, menu::ExportMenu, reading::Reading};
use crate::{browser::number, icon::icon, text::plural, toast::Toast};
use contract::JobId;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, SubmitEvent};

/// The boxes above the list, and how many match.
#[component]
pub fn Toolbar(job: JobId, reading: Reading) -> impl IntoView {
    let toast = expect_context::<Toast>();
    let matches = Signal::derive(move || {
        let (rows, all) = (reading.rows.read().len() as u32, reading.shown.read().rows.len() as u32);
        if rows == all {
            return format!("{} {}", number(all), plural(all, "failure", "failures"));
        }
        format!("{} of {} {}", number(rows), number(all), plural(all, "failure", "failures"))
    });
    let is_narrowed = move || !reading.text.read().is_empty() || reading.group.read().is_some();
    let waiting = move || {
        let waiting = reading.waiting();
        (waiting > 0).then(|| {
            let says = format!("{} new {}", number(waiting), plural(waiting, "failure", "failures"));
            view! {
                <button type="button" class="pill" data-new=waiting on:click=move |_| reading.show_new()>
                    {icon("new")}{says}
                </button>
            }
        })
    };
    let leave = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event_target::<web_sys::HtmlElement>(&event).blur().unwrap_or_default();
        }
    };
    let index = RwSignal::new(String::new());
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        let Ok(wanted) = index.get_untracked().trim().parse::<u32>() else {
            return toast.say("An index is a whole number".to_owned());
        };
        match reading.go_to_index(wanted) {
            Some(found) if found == wanted => {}
            Some(found) => toast.say(format!("Nothing shown at {}; the nearest is {}", number(wanted), number(found))),
            None => toast.say("Nothing is shown".to_owned()),
        }
    };
    let orders = Sort::ALL.map(|(sort, name, label)| {
        view! { <option value=name selected=move || reading.sort.get() == sort>{label}</option> }
    });
    view! {
        <div class="toolbar" role="search" aria-label="Errors">
            <div class="field filter">
                {icon("filter")}
                <input
                    id="filter"
                    type="search"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label="Filter errors"
                    aria-keyshortcuts="/"
                    placeholder="Text, 120-180, or both"
                    bind:value=reading.text
                    on:keydown=leave
                />
                <kbd aria-hidden="true">"/"</kbd>
            </div>
            <select
                aria-label="Order"
                on:change:target=move |event| reading.sort.set(Sort::named(&event.target().value()))
            >
                {Vec::from(orders)}
            </select>
            <form class="field go" on:submit=go>
                <input inputmode="numeric" aria-label="Go to index" placeholder="Index" bind:value=index />
                <button type="submit">"Go"</button>
            </form>
            <ExportMenu job=job reading=reading />
        </div>
        <div class="matches">
            <p role="status" data-matches="">{matches}</p>
            <Show when=is_narrowed>
                <button type="button" class="plain" on:click=move |_| reading.clear()>"Show all"</button>
            </Show>
            <div role="status">{waiting}</div>
        </div>
    }
}
