//! What is shown instead of a page, or over it, when there is nothing good to show.

use crate::{
    api::Error,
    browser,
    dom::{El, button, el, icon},
    poll::Poll,
    session::Session,
    text,
    toast::Toast,
};
use contract::Code;
use leptos::prelude::*;

/// A page that has only something to say. `name` is what tests and styles call it, and the name of its picture.
pub fn screen(
    name: &'static str,
    title: &str,
    says: impl Fn() -> String + 'static,
    actions: impl IntoIterator<Item = El>,
) -> El {
    el("section")
        .class("card screen")
        .attr("data-screen", name)
        .child(icon(name))
        .child(el("h1").text(title))
        .child(el("p").attr("role", "status").text_of(says))
        .child(el("div").class("actions").children(actions))
}

/// A link that looks like a button.
pub fn link(address: &str, label: &str) -> El {
    el("a").class("button").attr("href", address).text(label)
}

/// The page in place of one that has no data, because of `error`.
pub fn trouble(session: Session, poll: Poll, error: &Error) -> El {
    let sentence = error.sentence().to_owned();
    let (name, title) = match error.code() {
        Some(Code::NotFound) => ("no-such-job", "No such job"),
        Some(Code::Forbidden) => ("missing-scope", "This key may not read jobs"),
        Some(Code::RateLimitExceeded) => ("rate-limited", "Too many requests"),
        Some(_) => ("server-error", "The server could not answer"),
        None if !browser::is_online() => ("offline", "You are offline"),
        None => ("offline", "No answer from the server"),
    };
    let says = move || match name {
        "no-such-job" => "This account has no job of that id. It may belong to another account, or the id may be \
                          mistyped."
            .to_owned(),
        "missing-scope" => format!("{sentence} It has: {}.", session.scopes().join(", ")),
        _ => format!("{sentence} {}", next_attempt(poll)),
    };
    let actions = [
        Some(button(move || poll.refresh()).class("primary").text("Try again")),
        request_id(error),
        Some(button(move || session.sign_out(None)).text("Use another key")),
        Some(link("/", "All jobs")),
    ];
    screen(name, title, says, actions.into_iter().flatten())
}

/// Over a page whose data is no longer fresh: what is wrong, since when, and what happens next. It covers the lower edge
/// and moves nothing.
pub fn stale(poll: Poll) -> El {
    el("div").attr("role", "status").part(move || {
        let error = poll.problem.get()?;
        poll.updated.with_untracked(Option::is_some).then_some(())?;
        let says = move || {
            let age = (poll.now.get() - poll.updated.get().unwrap_or_default()) / 1_000.0;
            format!(" Shown as of {}. {}", text::ago(age), next_attempt(poll))
        };
        let words = el("p").child(el("strong").text(error.sentence())).text_of(says);
        let bar = el("div").class("stale").attr("data-stale", "").child(icon("offline")).child(words);
        Some(bar.children(request_id(&error)).child(button(move || poll.refresh()).text("Try now")))
    })
}

/// A button that copies the request's id, where the server gave one.
fn request_id(error: &Error) -> Option<El> {
    let Error::Api(refusal) = error else { return None };
    let (id, toast) = (refusal.request_id.clone()?, expect_context::<Toast>());
    let copied = id.clone();
    let copy = button(move || toast.copy(copied.clone(), "Request id copied".to_owned()));
    Some(copy.attr("title", &id).text("Copy request id"))
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
