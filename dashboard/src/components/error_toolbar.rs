//! What narrows, orders and exports the list of errors.

use crate::{
    browser::number,
    components::{
        download::{Download, DownloadState},
        export_menu::ExportMenu,
        icon::Icon,
        toast::Toast,
    },
    errors::{filter::Sort, reading::Reading},
    text::plural,
};
use contract::JobId;
use leptos::{ev::SubmitEvent, prelude::*};

/// The boxes above the list, and how many match.
#[component]
pub fn ErrorToolbar(job: JobId, reading: Reading) -> impl IntoView {
    let download = Download::new(job);
    view! {
        <div class="tools-of-list">
            <div class="toolbar" role="search" aria-label="Errors">
                <FilterBox reading=reading />
                <Order reading=reading />
                <GoToIndex reading=reading />
                <ExportMenu job=job reading=reading download=download />
            </div>
            <Matches reading=reading />
            <DownloadState download=download />
        </div>
    }
}

#[component]
fn FilterBox(reading: Reading) -> impl IntoView {
    view! {
        <div class="field filter">
            <Icon name="filter" />
            <input
                id="filter"
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label="Filter errors"
                aria-keyshortcuts="/"
                placeholder="Text, 120-180, or both"
                bind:value=reading.text
                on:keydown:target=move |event| {
                    if event.key() == "Escape" {
                        let _ = event.target().blur();
                    }
                }
            />
            <kbd aria-hidden="true">"/"</kbd>
        </div>
    }
}

#[component]
fn Order(reading: Reading) -> impl IntoView {
    let option = |(sort, name, label): (Sort, &'static str, &'static str)| {
        view! {
            <option value=name prop:selected=move || reading.sort.get() == sort>
                {label}
            </option>
        }
    };
    view! {
        <select
            aria-label="Order"
            on:change:target=move |event| reading.sort.set(Sort::named(&event.target().value()))
        >
            {Sort::ALL.into_iter().map(option).collect_view()}
        </select>
    }
}

#[component]
fn GoToIndex(reading: Reading) -> impl IntoView {
    let toast = expect_context::<Toast>();
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
    view! {
        <form class="field go" on:submit=go>
            <input inputmode="numeric" aria-label="Go to index" placeholder="Index" bind:value=index />
            <button type="submit">"Go"</button>
        </form>
    }
}

#[component]
fn Matches(reading: Reading) -> impl IntoView {
    let says = move || {
        let (rows, all) = (reading.rows.read().len() as u32, reading.shown.read().rows.len() as u32);
        let of = if rows == all { String::new() } else { format!("{} of ", number(rows)) };
        format!("{of}{} {}", number(all), plural(all, "failure", "failures"))
    };
    let is_narrowed = move || !reading.text.read().is_empty() || reading.group.read().is_some();
    let has_new = move || reading.waiting() > 0;
    let new = move || {
        let waiting = reading.waiting();
        format!("{} new {}", number(waiting), plural(waiting, "failure", "failures"))
    };
    view! {
        <div class="matches">
            <p role="status" data-matches="">
                {says}
            </p>
            <Show when=is_narrowed>
                <button type="button" class="plain" on:click=move |_| reading.clear()>
                    "Show all"
                </button>
            </Show>
            <div class="end" role="status">
                <Show when=has_new>
                    <button type="button" class="pill" data-new="" on:click=move |_| reading.show_new()>
                        <Icon name="new" />
                        {new}
                    </button>
                </Show>
            </div>
        </div>
    }
}
