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

/// The page in place of one that has no data, because of `error`.
#[component]
pub fn Trouble(poll: Poll, error: Error) -> impl IntoView {
    let session = expect_context::<Session>();
    let (name, title) = match error.code() {
        Some(Code::NotFound) => ("no-such-job", "No such job"),
        Some(Code::Forbidden) => ("missing-scope", "This key may not read jobs"),
        Some(Code::RateLimitExceeded) => ("rate-limited", "Too many requests"),
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
        _ => format!("{sentence} {}", next_attempt(poll)),
    });
    // Where asking again cannot help there is no button for it, and the first button is the one that does.
    let (again, other) = match name {
        "no-such-job" => (false, ""),
        "missing-scope" => (false, "primary"),
        _ => (true, ""),
    };
    view! {
        <Screen name=name title=title says=says>
            {again
                .then(|| {
                    view! {
                        <button type="button" class="primary" on:click=move |_| poll.refresh()>
                            "Try again"
                        </button>
                    }
                })}
            <RequestId error=error />
            {(name == "no-such-job").then(all_jobs)}
            <button type="button" class=other on:click=move |_| session.sign_out(None)>
                "Use another key"
            </button>
            {(name != "no-such-job").then(all_jobs)}
        </Screen>
    }
}

fn all_jobs() -> impl IntoView {
    view! {
        <a class="button" href="/">
            "All jobs"
        </a>
    }
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
