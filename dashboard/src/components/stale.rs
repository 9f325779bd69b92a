//! Over a page whose data is no longer fresh.

use crate::{
    components::{
        icon::Icon,
        trouble::{RequestId, may_ask, next_attempt},
    },
    poll::Poll,
    text,
};
use leptos::prelude::*;

/// What is wrong, since when, and what happens next. It covers the lower edge and moves nothing.
#[component]
pub fn Stale(poll: Poll) -> impl IntoView {
    let says = move || {
        let age = (poll.now.get() - poll.updated.get().unwrap_or_default()) / 1_000.0;
        format!(" Shown as of {}. {}", text::ago(age), next_attempt(poll))
    };
    let bar = move || {
        let error = poll.problem.get()?;
        poll.updated.with_untracked(Option::is_some).then_some(())?;
        Some(view! {
            <div class="stale" data-stale="">
                <Icon name="offline" />
                <p>
                    <strong>{error.sentence().to_owned()}</strong>
                    {says}
                </p>
                <RequestId error=error />
                <Show when=move || may_ask(poll)>
                    <button type="button" on:click=move |_| poll.refresh()>
                        "Try now"
                    </button>
                </Show>
            </div>
        })
    };
    view! { <div role="status">{bar}</div> }
}
