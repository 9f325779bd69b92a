//! The API key of this tab, and the page that asks for it. The key lives in memory, or in the tab's session storage if
//! the reader says so; it never becomes part of a URL.

use crate::api::{self, Error};
use contract::{ApiKey, Ping};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;
use web_sys::{Storage, SubmitEvent};

const STORED: &str = "key";

/// Who is signed in, if anybody is.
#[derive(Clone, Copy)]
pub struct Session(pub RwSignal<Option<SignedIn>>);

/// A key that the API accepted.
#[derive(Clone, PartialEq)]
pub struct SignedIn {
    /// The key itself.
    pub key: Arc<str>,
    /// What the API says about it.
    pub ping: Ping,
}

impl Session {
    /// Forgets the key, in storage too.
    pub fn sign_out(self) {
        let _ = storage().map(|storage| storage.remove_item(STORED));
        self.0.set(None);
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Asks for a key and checks it. Shown in place of whatever page was asked for, so that the address stays.
#[component]
pub fn SignIn() -> impl IntoView {
    let session = expect_context::<Session>();
    let (key, set_key) = signal(String::new());
    let keep = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let try_key = move |text: String| {
        let text = text.trim().to_owned();
        if ApiKey::parse(&text).is_err() {
            problem.set(Some("An API key begins with kor_live_ or kor_self_.".to_owned()));
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            match api::ping(&text).await {
                Ok(ping) => {
                    if keep.get_untracked() {
                        let _ = storage().map(|storage| storage.set_item(STORED, &text));
                    }
                    session.0.set(Some(SignedIn { key: text.into(), ping }));
                }
                Err(Error::Api(refusal)) => problem.set(Some(refusal.body.message)),
                Err(Error::Fetch(reason)) => problem.set(Some(reason)),
            }
            busy.set(false);
        });
    };
    if let Some(stored) = storage().and_then(|storage| storage.get_item(STORED).ok().flatten()) {
        keep.set(true);
        try_key(stored);
    }
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        try_key(key.get_untracked());
    };
    view! {
        <form class="sign-in" on:submit=submit>
            <h1>"Sign in"</h1>
            <label for="key">"API key"</label>
            <input
                id="key"
                type="password"
                autocomplete="off"
                spellcheck="false"
                required
                placeholder="kor_self_…"
                aria-describedby="key-problem"
                on:input:target=move |event| set_key.set(event.target().value())
            />
            <label class="check">
                <input type="checkbox" bind:checked=keep />
                "Keep in this tab until it is closed"
            </label>
            <p id="key-problem" role="alert">{problem}</p>
            <button type="submit" disabled=busy>"Sign in"</button>
        </form>
    }
}
