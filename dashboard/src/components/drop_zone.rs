//! Where a file is dropped, or chosen.

use crate::components::icon::Icon;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Event, FileList, HtmlInputElement};

const HINT: &str = "JSON, JSON Lines or CSV, up to 50 MB. It is checked here; nothing is sent before you say so.";

/// Hands the files to `take`.
#[component]
pub fn DropZone(take: Callback<FileList>) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        if let Some(files) = event.data_transfer().and_then(|transfer| transfer.files()) {
            take.run(files);
        }
    };
    let dragged_over = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    let chosen = move |event: Event| {
        let Some(target) = event.target() else { return };
        let input: HtmlInputElement = target.unchecked_into();
        if let Some(files) = input.files() {
            take.run(files);
        }
        // So that choosing the same file again, corrected, is a change.
        input.set_value("");
    };
    keep_the_page();
    view! {
        <label
            class="card drop"
            data-over=move || is_over.get().then_some("")
            on:dragover=dragged_over
            on:dragleave=move |_| is_over.set(false)
            on:drop=dropped
        >
            <Icon name="file" />
            <strong id="file-label">"Drop a file here, or choose one"</strong>
            <span class="soft" id="file-hint">
                {HINT}
            </span>
            <input
                type="file"
                aria-labelledby="file-label"
                aria-describedby="file-hint"
                accept=".json,.jsonl,.ndjson,.csv,.tsv,.txt"
                on:change=chosen
            />
        </label>
    }
}

/// Beside the zone a dropped file would take the place of the page.
fn keep_the_page() {
    for refused in [
        window_event_listener(ev::dragover, |event| event.prevent_default()),
        window_event_listener(ev::drop, |event| event.prevent_default()),
    ] {
        on_cleanup(move || refused.remove());
    }
}
