//! Short words about what was just done. They fade by a style's animation, whose end clears them.

use crate::{
    browser,
    dom::{El, el, spawn},
};
use leptos::prelude::*;

/// What is being said, if anything.
#[derive(Clone, Copy)]
pub struct Toast(pub RwSignal<Option<String>>);

impl Toast {
    /// Says `words`.
    pub fn say(self, words: String) {
        self.0.set(Some(words));
    }

    /// Copies `text`, and says `done` once it is on the clipboard.
    pub fn copy(self, text: String, done: String) {
        spawn(async move {
            let copied = browser::copy(&text).await;
            self.say(if copied { done } else { "The browser did not allow the copy".to_owned() });
        });
    }

    /// Where it is said.
    pub fn region(self) -> El {
        el("div").attr("role", "status").part(move || {
            let words = self.0.get()?;
            Some(el("p").class("toast").text(&words).on("animationend", move |_| self.0.set(None)))
        })
    }
}
