//! Asks for a key and checks it. Shown in place of whatever page was asked for, so that the address stays and the page
//! follows once the key is good.

use crate::{
    api::{self, Error},
    session::{Session, SignedIn},
};
use contract::{ApiKey, Code};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// The page.
#[component]
pub fn SignIn() -> impl IntoView {
    let session = expect_context::<Session>();
    let (key, keep) = (RwSignal::new(String::new()), RwSignal::new(false));
    let (shown, busy) = (RwSignal::new(false), RwSignal::new(false));
    let problem = session.notice;
    document().set_title("Sign in · Batch status");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = key.get_untracked().trim().to_owned();
        if ApiKey::parse(&text).is_err() {
            let form = "This is not an API key: one begins with kor_live_ or kor_self_, and letters and digits follow.";
            return problem.set(Some(form.to_owned()));
        }
        busy.set(true);
        problem.set(None);
        // Another tab may answer meanwhile, and this page be gone.
        let keep = keep.get_untracked();
        spawn_local(async move {
            match api::ping(&text).await {
                Ok(ping) => session.sign_in(SignedIn { key: text.into(), ping }, keep),
                Err(error) => problem.set(Some(in_words(&error))),
            }
            busy.set(false);
        });
    };
    view! {
        <form class="card sign-in" data-screen="sign-in" on:submit=submit>
            <h1>"Sign in"</h1>
            <p class="soft">"Watch imports, see what did not land and why, and send it again."</p>
            <label for="key">"API key"</label>
            <div class="field">
                <input
                    id="key"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    autofocus=true
                    required=true
                    placeholder="kor_self_…"
                    aria-describedby="key-problem"
                    type=move || if shown.get() { "text" } else { "password" }
                    aria-invalid=move || if problem.with(Option::is_some) { "true" } else { "false" }
                    bind:value=key
                />
                <button
                    type="button"
                    class="plain"
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    "Show"
                </button>
            </div>
            <p class="problem" id="key-problem" role="alert">
                {move || problem.get().unwrap_or_default()}
            </p>
            <label class="check">
                <input type="checkbox" bind:checked=keep />
                <span>
                    "Keep in this tab "
                    <small>"Forgotten when the tab is closed. Never stored elsewhere."</small>
                </span>
            </label>
            <button type="submit" class="primary" disabled=move || busy.get()>
                {move || if busy.get() { "Checking…" } else { "Sign in" }}
            </button>
        </form>
    }
}

fn in_words(error: &Error) -> String {
    match error.code() {
        Some(Code::InvalidKey) => "This key is not accepted: it is unknown, revoked or expired.".to_owned(),
        _ => error.sentence().to_owned(),
    }
}
