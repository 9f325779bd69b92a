//! Asks for a key and checks it. Shown in place of whatever page was asked for, so that the address stays and the page
//! follows once the key is good.

use crate::{
    api::{self, Error},
    dom::{El, button, el, spawn},
    session::{Session, SignedIn},
};
use contract::{ApiKey, Code};
use leptos::prelude::*;

/// The page.
pub fn sign_in(session: Session) -> El {
    let (key, keep) = (RwSignal::new(String::new()), RwSignal::new(false));
    let (shown, busy) = (RwSignal::new(false), RwSignal::new(false));
    let problem = session.notice;
    document().set_title("Sign in · Batch status");
    let submit = move || {
        let text = key.get_untracked().trim().to_owned();
        if ApiKey::parse(&text).is_err() {
            let form = "This is not an API key: one begins with kor_live_ or kor_self_, and letters and digits follow.";
            return problem.set(Some(form.to_owned()));
        }
        busy.set(true);
        problem.set(None);
        spawn(async move {
            match api::ping(&text).await {
                Ok(ping) => session.sign_in(SignedIn { key: text.into(), ping }, keep.get_untracked()),
                Err(error) => problem.set(Some(in_words(&error))),
            }
            busy.set(false);
        });
    };
    let key_box = el("input")
        .attr("id", "key")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "off")
        .attr("spellcheck", "false")
        .attr("autofocus", "")
        .attr("required", "")
        .attr("placeholder", "kor_self_…")
        .attr("aria-describedby", "key-problem")
        .attr_of("type", move || Some(if shown.get() { "text" } else { "password" }.to_owned()))
        .aria("aria-invalid", move || problem.with(Option::is_some))
        .bind(key);
    let show = button(move || shown.update(|shown| *shown = !*shown))
        .class("plain")
        .aria("aria-pressed", move || shown.get())
        .text("Show");
    let keep_box = el("label").class("check").child(el("input").attr("type", "checkbox").bind_checked(keep)).child(
        el("span")
            .text("Keep in this tab ")
            .child(el("small").text("Forgotten when the tab is closed. Never stored elsewhere.")),
    );
    el("form")
        .class("card sign-in")
        .attr("data-screen", "sign-in")
        .on("submit", move |event| {
            event.prevent_default();
            submit();
        })
        .child(el("h1").text("Sign in"))
        .child(el("p").class("soft").text("Watch imports, see what did not land and why, and send it again."))
        .child(el("label").attr("for", "key").text("API key"))
        .child(el("div").class("field").child(key_box).child(show))
        .child(
            el("p")
                .class("problem")
                .attr("id", "key-problem")
                .attr("role", "alert")
                .text_of(move || problem.get().unwrap_or_default()),
        )
        .child(keep_box)
        .child(
            el("button")
                .attr("type", "submit")
                .class("primary")
                .flag("disabled", move || busy.get())
                .text_of(move || if busy.get() { "Checking…" } else { "Sign in" }.to_owned()),
        )
}

fn in_words(error: &Error) -> String {
    match error.code() {
        Some(Code::InvalidKey) => "This key is not accepted: it is unknown, revoked or expired.".to_owned(),
        _ => error.sentence().to_owned(),
    }
}
