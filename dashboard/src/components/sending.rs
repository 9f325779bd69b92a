//! The batches on their way.

use crate::{
    browser::number,
    import::{
        kept::Kept,
        land::land,
        send::{Outbox, State},
    },
    session::Session,
    text::{plural, visible},
};
use leptos::prelude::*;

/// The page of the import while it is sent.
#[component]
pub fn Sending(said: RwSignal<String>) -> impl IntoView {
    let outbox = expect_context::<Outbox>();
    let (name, group) = untrack(|| outbox.import()).map_or_else(Default::default, |import| {
        (visible(&import.label).into_owned(), format!("/imports/{}", import.group))
    });
    view! {
        <div class="page" data-screen="sending">
            <div class="head">
                <h1>"Importing"</h1>
            </div>
            <section class="card review">
                <h2>{name}</h2>
                <OnTheWay said=said />
                <Show when=move || outbox.taken() != 0>
                    <a href=group.clone()>"What became of it so far"</a>
                </Show>
            </section>
        </div>
    }
}

/// How far the sending is, and the reader's hold on it.
#[component]
pub fn OnTheWay(said: RwSignal<String>) -> impl IntoView {
    let outbox = expect_context::<Outbox>();
    let kept = expect_context::<Kept>();
    let keeping = Signal::derive(move || {
        let says = match kept.is_kept.get() {
            Some(true) => "What is not sent yet is kept in this browser: it can go on after a reload.",
            Some(false) => "The browser cannot keep what is not sent yet: leave this tab open until it is.",
            None => "",
        };
        says.to_owned()
    });
    let waits = Signal::derive(move || outbox.waits.get().unwrap_or_default());
    let problem = Signal::derive(move || outbox.problem.get().unwrap_or_default());
    let count = move || outbox.batches.read().len() as u32;
    let summary = Memo::new(move |_| {
        let batches = plural(count(), "batch", "batches");
        format!("{} of {} {batches} handed in", number(outbox.taken()), number(count()))
    });
    Effect::new(move |_| said.set(summary.get()));
    view! {
        <p>{summary}</p>
        <progress
            aria-label="Batches handed in"
            max=move || count().to_string()
            value=move || outbox.taken().to_string()
        ></progress>
        <p class="soft note" role="status">
            {waits}
        </p>
        <p class="problem" role="alert">
            {problem}
        </p>
        <p class="soft note">{keeping}</p>
        {move || match outbox.state.get() {
            State::Sending => {
                view! {
                    <button type="button" on:click=move |_| outbox.cancel()>
                        "Stop"
                    </button>
                }
                    .into_any()
            }
            State::Stopped => view! { <Stopped outbox=outbox /> }.into_any(),
            State::Idle | State::Done => ().into_any(),
        }}
    }
}

/// What becomes of the rest.
#[component]
fn Stopped(outbox: Outbox) -> impl IntoView {
    let (session, land) = (expect_context::<Session>(), land(outbox));
    view! {
        <div class="actions">
            <button type="button" class="primary" on:click=move |_| outbox.send(session.key(), land.clone())>
                "Send the rest"
            </button>
            <button type="button" on:click=move |_| outbox.clear()>
                "Give up the rest"
            </button>
        </div>
    }
}
