//! The batches on their way.

use crate::{
    browser::number,
    import::{
        land::land,
        send::{Outbox, State},
        sent::Sent,
    },
    recent,
    session::Session,
    text::{plural, visible},
};
use leptos::prelude::*;

/// How far the sending is, and the reader's hold on it.
#[component]
pub fn Sending(said: RwSignal<String>) -> impl IntoView {
    let outbox = expect_context::<Outbox>();
    let count = move || outbox.batches.read().len() as u32;
    let taken = move || outbox.batches.read().iter().filter(|batch| batch.job.is_some()).count() as u32;
    let summary = Memo::new(move |_| {
        let batches = plural(count(), "batch", "batches");
        format!("{} of {} {batches} handed in", number(taken()), number(count()))
    });
    Effect::new(move |_| said.set(summary.get()));
    let name = outbox.batches.with_untracked(|batches| {
        batches.first().map(|batch| visible(&batch.import.label).into_owned()).unwrap_or_default()
    });
    view! {
        <div class="page" data-screen="sending">
            <div class="head">
                <h1>"Importing"</h1>
            </div>
            <section class="card review">
                <h2>{name}</h2>
                <p>{move || summary.get()}</p>
                <progress
                    aria-label="Batches handed in"
                    max=move || count().to_string()
                    value=move || taken().to_string()
                ></progress>
                <p class="soft note" role="status">
                    {move || outbox.waits.get().unwrap_or_default()}
                </p>
                <p class="problem" role="alert">
                    {move || outbox.problem.get().unwrap_or_default()}
                </p>
                <JobsSent outbox=outbox />
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
            </section>
        </div>
    }
}

/// The jobs that the batches became.
#[component]
fn JobsSent(outbox: Outbox) -> impl IntoView {
    let ids = move || outbox.batches.with(|batches| batches.iter().filter_map(|batch| batch.job).collect::<Vec<_>>());
    view! {
        <ul class="jobs-sent" aria-label="Jobs">
            <For each=ids key=|id| *id let:id>
                <li>
                    <a href=format!("/jobs/{id}")>
                        <code>{recent::short(id)}</code>
                    </a>
                </li>
            </For>
        </ul>
    }
}

/// What becomes of the rest.
#[component]
fn Stopped(outbox: Outbox) -> impl IntoView {
    let (session, sent, land) = (expect_context::<Session>(), expect_context::<Sent>(), land(outbox));
    view! {
        <div class="actions">
            <button type="button" class="primary" on:click=move |_| outbox.send(session.key(), sent, land.clone())>
                "Send the rest"
            </button>
            <button type="button" on:click=move |_| outbox.clear()>
                "Give up the rest"
            </button>
        </div>
    }
}
