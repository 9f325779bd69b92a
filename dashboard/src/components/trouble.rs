//! In place of a page that has no data, because asking for it failed.

use crate::{
    api::Error,
    browser,
    components::{screen::Screen, toast::Toast},
    poll::Poll,
    session::Session,
    text,
};
use contract::Code;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The page in place of one that has no data, because of `error`.
#[component]
pub fn Trouble(poll: Poll, error: Error) -> impl IntoView {
    let session = expect_context::<Session>();
    let (name, title) = match error.code() {
        Some(Code::NotFound) => ("no-such-job", "No such job"),
        Some(Code::Forbidden) => ("missing-scope", "This key may not read jobs"),
        Some(Code::RateLimitExceeded) => ("rate-limited", "Too many requests"),
        Some(Code::InvalidRequest) => ("no-such-page", "This address cannot be read"),
        Some(_) => ("server-error", "The server could not answer"),
        None if !browser::is_online() => ("offline", "You are offline"),
        None => ("offline", "No answer from the server"),
    };
    let sentence = error.sentence().to_owned();
    let says = Signal::derive(move || match name {
        "no-such-job" => "This account has no job of that id. It may belong to another account, or the id may be \
                          mistyped."
            .to_owned(),
        "missing-scope" => format!("{sentence} It has: {}.", session.scopes().join(", ")),
        "no-such-page" => sentence.clone(),
        _ => format!("{sentence} {}", next_attempt(poll)),
    });
    // The first button is the one that helps: where asking again does not there is none for it, nor a way to where we are.
    let (again, all_jobs) = match name {
        "no-such-job" | "no-such-page" => (false, Some("button primary")),
        "missing-scope" => (false, None),
        _ => (true, Some("button")),
    };
    let is_elsewhere = use_location();
    let is_elsewhere = is_elsewhere.pathname.get_untracked() != "/" || !is_elsewhere.search.get_untracked().is_empty();
    let all_jobs = all_jobs.filter(|_| is_elsewhere);
    let other = if name == "missing-scope" { "primary" } else { "" };
    view! {
        <Screen name=name title=title says=says>
            <Show when=move || again && may_ask(poll)>
                <button type="button" class="primary" on:click=move |_| poll.refresh()>
                    "Try again"
                </button>
            </Show>
            {all_jobs
                .map(|class| {
                    view! {
                        <a class=class href="/">
                            "All jobs"
                        </a>
                    }
                })}
            <button type="button" class=other on:click=move |_| session.sign_out(None)>
                "Use another key"
            </button>
            <RequestId error=error />
        </Screen>
    }
}

/// Whether asking now would be heard: the server may have asked to be left alone for a while, which is counted down.
pub fn may_ask(poll: Poll) -> bool {
    poll.left_alone.get().is_none_or(|until| until <= poll.now.get())
}

/// A button that copies the request's id, where the server gave one.
#[component]
pub fn RequestId(error: Error) -> impl IntoView {
    let Error::Api(refusal) = error else { return None };
    let (id, toast) = (refusal.request_id?, expect_context::<Toast>());
    let title = id.clone();
    let copy = move |_| toast.copy(id.clone(), "Request id copied".to_owned());
    Some(view! {
        <button type="button" title=title on:click=copy>
            "Copy request id"
        </button>
    })
}

/// When the next attempt comes; empty where none will.
pub fn next_attempt(poll: Poll) -> String {
    if poll.busy.get() {
        return "Trying…".to_owned();
    }
    match poll.due.get() {
        Some(due) => format!("Next attempt in {}.", text::duration(((due - poll.now.get()) / 1_000.0).ceil())),
        None => String::new(),
    }
}
