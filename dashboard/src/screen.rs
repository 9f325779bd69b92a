//! What is shown instead of a page, or over it, when there is nothing good to show.

use crate::{api::Error, browser, icon::icon, poll::Poll, session::Session, text, toast::Toast};
use contract::Code;
use leptos::prelude::*;

/// A page that has only something to say. `name` is what tests and styles call it.
pub fn screen(name: &'static str, title: &'static str, says: Signal<String>, actions: AnyView) -> AnyView {
    view! {
        <section class="card screen" data-screen=name>
            {icon(name)}
            <h1>{title}</h1>
            <p role="status">{says}</p>
            <div class="actions">{actions}</div>
        </section>
    }
    .into_any()
}

/// The page in place of one that has no data, because of `error`.
pub fn trouble(poll: Poll, error: &Error) -> AnyView {
    let session = expect_context::<Session>();
    let sentence = error.sentence().to_owned();
    let (name, title) = match error.code() {
        Some(Code::NotFound) => ("no-such-job", "No such job"),
        Some(Code::Forbidden) => ("missing-scope", "This key may not read jobs"),
        Some(Code::RateLimitExceeded) => ("rate-limited", "Too many requests"),
        Some(_) => ("server-error", "The server could not answer"),
        None if !browser::is_online() => ("offline", "You are offline"),
        None => ("offline", "The server cannot be reached"),
    };
    let says = Signal::derive(move || match name {
        "no-such-job" => "This account has no job of that id. It may belong to another account, or the id may be \
                          mistyped."
            .to_owned(),
        "missing-scope" => format!("{sentence} It has: {}.", scopes(session)),
        _ => format!("{sentence} {}", next_attempt(poll)),
    });
    let actions = view! {
        <button type="button" class="primary" on:click=move |_| poll.refresh()>"Try again"</button>
        {request_id(error)}
        <button type="button" on:click=move |_| session.sign_out(None)>"Use another key"</button>
        <a class="button" href="/">"All jobs"</a>
    };
    screen(name, title, says, actions.into_any())
}

/// Over a page whose data is no longer fresh: what is wrong, since when, and what happens next. It covers the lower edge
/// and moves nothing.
#[component]
pub fn Stale(poll: Poll) -> impl IntoView {
    let problem = move || {
        let error = poll.problem.get()?;
        poll.updated.with_untracked(Option::is_some).then_some(())?;
        let says = Signal::derive(move || {
            let age = (poll.now.get() - poll.updated.get().unwrap_or_default()) / 1_000.0;
            format!("Shown as of {}. {}", text::ago(age), next_attempt(poll))
        });
        let bar = view! {
            {icon("offline")}
            <p><strong>{error.sentence().to_owned()}</strong>" "{says}</p>
            {request_id(&error)}
            <button type="button" on:click=move |_| poll.refresh()>"Try now"</button>
        };
        Some(view! { <div class="stale" data-stale="">{bar}</div> })
    };
    view! { <div role="status" aria-live="polite">{problem}</div> }
}

/// A button that copies the request's id, where the server gave one.
fn request_id(error: &Error) -> Option<AnyView> {
    let Error::Api(refusal) = error else { return None };
    let (id, toast) = (refusal.request_id.clone()?, expect_context::<Toast>());
    let copied = id.clone();
    let button = view! {
        <button
            type="button"
            title=id
            on:click=move |_| toast.copy(copied.clone(), "Request id copied".to_owned())
        >
            "Copy request id"
        </button>
    };
    Some(button.into_any())
}

/// When the next attempt comes; empty where none will.
fn next_attempt(poll: Poll) -> String {
    if poll.busy.get() {
        return "Trying…".to_owned();
    }
    match poll.due.get() {
        Some(due) => format!("Next attempt in {}.", text::duration(((due - poll.now.get()) / 1_000.0).ceil())),
        None => String::new(),
    }
}

fn scopes(session: Session) -> String {
    let names = session.who.with(|who| {
        who.as_ref().map(|who| who.ping.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", "))
    });
    names.filter(|names| !names.is_empty()).unwrap_or_else(|| "no scopes".to_owned())
}
