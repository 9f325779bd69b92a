//! What an account has used up.

use crate::{
    browser::{self, large},
    components::account::Asked,
    zone::Times,
};
use contract::{Code, Usage};
use leptos::prelude::*;

/// The figures, or why there are none; `again` asks once more.
#[component]
pub fn UsageNow(usage: Asked, again: impl Fn() + Copy + Send + 'static) -> impl IntoView {
    let content = move || match usage.get() {
        None => view! { <p class="soft">"Asking what is used up…"</p> }.into_any(),
        Some(Ok(usage)) => view! { <Figures usage=usage /> }.into_any(),
        Some(Err(error)) => {
            // Asking again gives no scope.
            let helps = error.code() != Some(Code::Forbidden);
            view! {
                <p class="failure">{error.sentence().to_owned()}</p>
                {helps
                    .then(|| {
                        view! {
                            <button type="button" on:click=move |_| again()>
                                "Try again"
                            </button>
                        }
                    })}
            }
            .into_any()
        }
    };
    view! {
        <div class="usage" role="status" aria-label="Usage">
            {content}
        </div>
    }
}

#[component]
fn Figures(usage: Usage) -> impl IntoView {
    let Usage { account, key, writes, received, agents, batches, .. } = usage;
    let figure = |name: &'static str, used: u64, limit: u64| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{format!("{} of {}", large(used), large(limit))}</dd>
            </div>
        }
    };
    let Times(zone) = expect_context::<Times>();
    let end = key.expires_at.as_deref().and_then(browser::parse_time);
    let expires = move || end.map_or_else(|| "never".to_owned(), |end| browser::moment(end, zone.get()));
    view! {
        <dl>
            <div>
                <dt>"Account"</dt>
                <dd>{account}</dd>
            </div>
            <div>
                <dt>"Key expires"</dt>
                <dd>{expires}</dd>
            </div>
            {figure("Written this month", writes.used, writes.limit)}
            {figure("Sent this month", received.used, received.limit)}
            <div>
                <dt>"Begins anew"</dt>
                <dd>
                    <time datetime=writes.resets_at.clone()>{writes.resets_at.clone()}</time>
                    " UTC"
                </dd>
            </div>
            {figure("Agents", agents.used, agents.limit)}
            {figure("Running batches", batches.running, batches.limit)}
        </dl>
    }
}
