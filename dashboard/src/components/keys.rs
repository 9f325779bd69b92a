//! Keys that do something wherever the reader is on the page, and the list of them.

use leptos::{ev, html::Dialog, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// What each key does.
const KEYS: [(&str, &str); 11] = [
    ("/", "Filter the errors, or open a job by its id"),
    ("j", "Next error"),
    ("k", "Previous error"),
    ("Enter", "Expand the error, or fold it"),
    ("g", "First error"),
    ("G", "Last error"),
    ("e", "Export"),
    ("r", "Refresh now"),
    ("p", "Pause or resume"),
    ("Esc", "Leave a box, a menu or this help"),
    ("?", "This help"),
];

/// Hands `act` every key that is not meant for a box or a dialog, for as long as the component lives.
pub fn on_keys(act: impl Fn(&str) + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if is_for_the_page(&event) {
            let key = event.key();
            act(&key);
            if key == "/" {
                // Else it would be typed into the box that it opens.
                event.prevent_default();
            }
        }
    });
    on_cleanup(move || listener.remove());
}

fn is_for_the_page(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let takes_keys = "input:not([type=checkbox],[type=radio]), textarea, select, dialog[open], [popover]:popover-open";
    let is_taken = target.is_some_and(|target| target.closest(takes_keys).is_ok_and(|found| found.is_some()));
    !(is_taken || event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing())
}

/// The list of keys, opened by `?` or by its button.
#[component]
pub fn Help(open: RwSignal<bool>) -> impl IntoView {
    on_keys(move |key| {
        if key == "?" {
            open.set(true);
        }
    });
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let wanted = open.get();
        if let Some(dialog) = dialog.get().filter(|dialog| wanted && !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let entry = |(key, does)| {
        view! {
            <div>
                <dt>
                    <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
            </div>
        }
    };
    view! {
        <dialog id="help" node_ref=dialog aria-labelledby="help-title" on:close=move |_| open.set(false)>
            <h2 id="help-title">"Keys"</h2>
            <dl class="keys">{KEYS.into_iter().map(entry).collect_view()}</dl>
            <button type="button" on:click=close>
                "Close"
            </button>
        </dialog>
    }
}
