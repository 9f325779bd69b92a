//! Short words about what was just done. They fade by a style's animation, whose end clears them.

use crate::browser;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

/// What is being said, if anything.
#[derive(Clone, Copy)]
pub struct Toast(pub RwSignal<Option<String>>);

impl Toast {
    /// Says `words`.
    pub fn say(self, words: String) {
        self.0.set(Some(words));
    }

    /// Says `done` of a file that the browser has taken, or that it has not.
    pub fn saved(self, saved: Result<(), JsValue>, done: String) {
        self.say(saved.map_or_else(|_| "The browser did not take the file".to_owned(), |()| done));
    }

    /// Copies `text`, and says `done` once it is on the clipboard.
    pub fn copy(self, text: String, done: String) {
        spawn_local(async move {
            let copied = browser::copy(&text).await;
            self.say(if copied { done } else { "The browser did not allow the copy".to_owned() });
        });
    }
}

/// Where it is said.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let Toast(said) = expect_context::<Toast>();
    let words = move || {
        let words = said.get()?;
        Some(view! {
            <p class="toast" on:animationend=move |_| said.set(None)>
                {words}
            </p>
        })
    };
    view! { <div role="status">{words}</div> }
}
