//! What was not sent when the tab was last closed.

use crate::{
    browser::number,
    components::{checkbox::Checkbox, toast::Toast},
    import::{
        batch::Post,
        kept::{KEPT_HOURS, Kept},
        land::land,
        send::Outbox,
    },
    session::Session,
    text::{plural, visible},
};
use leptos::{prelude::*, task::spawn_local};

/// Offers to send it.
#[component]
pub fn Unsent() -> impl IntoView {
    let (session, outbox, kept) = (expect_context::<Session>(), expect_context::<Outbox>(), expect_context::<Kept>());
    let (land, toast) = (land(outbox), expect_context::<Toast>());
    let send = move |_| {
        let (key, land) = (session.key(), land.clone());
        spawn_local(async move {
            match kept.take().await {
                Ok(batches) if batches.is_empty() => {
                    toast.say(format!(
                        "Nothing is left of it: another tab has sent it, or it is older than {KEPT_HOURS} hours"
                    ));
                }
                Ok(batches) => {
                    outbox.lay_again(batches);
                    outbox.send(key, land);
                }
                Err(_) => toast.say("The browser does not hand out what it kept".to_owned()),
            }
        });
    };
    let rows = Signal::derive(move || {
        let rows = kept.offered.with(|batches| {
            batches
                .iter()
                .map(|batch| match &batch.post {
                    Post::Memories(memories) => memories.len(),
                    Post::Retry { indexes, .. } => indexes.len(),
                })
                .sum::<usize>()
        }) as u32;
        format!(
            "{} {} not sent when this page was last left, and kept in this browser.",
            number(rows),
            plural(rows, "row was", "rows were")
        )
    });
    let name = Signal::derive(move || {
        kept.offered
            .with(|batches| batches.first().map(|batch| visible(&batch.import.label).into_owned()).unwrap_or_default())
    });
    view! {
        <section class="card review" aria-label="Not sent yet">
            <h2>{name}</h2>
            <p>{rows}</p>
            <div class="actions">
                <button type="button" class="primary" on:click=send>
                    "Send the rest"
                </button>
                <button type="button" on:click=move |_| kept.decline()>
                    "Throw it away"
                </button>
            </div>
        </section>
    }
}

/// Asks whether to keep what is sent until it is.
#[component]
pub fn Consent() -> impl IntoView {
    let kept = expect_context::<Kept>();
    view! {
        <Show when=move || kept.can()>
            <Checkbox
                label="Keep what is not sent yet in this browser, to go on after a reload. Not on a computer that others use."
                value=kept.consent
            />
        </Show>
    }
}
