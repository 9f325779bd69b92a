//! Sends again what failed for what passes, as a new job.

use crate::{
    browser::{large, number},
    components::{icon::Icon, toast::Toast},
    errors::retryable::Retryable,
    job::retrying::Retrying,
    text::plural,
};
use contract::Usage;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The button, where there is something to retry.
#[component]
pub fn RetryButton(retrying: Retrying) -> impl IntoView {
    let (toast, navigate) = (expect_context::<Toast>(), StoredValue::new_local(use_navigate()));
    let has_some = Memo::new(move |_| retrying.found.get() != Retryable::default());
    let label = move || match retrying.busy.get() {
        true => "Retrying…".to_owned(),
        false => format!("Retry {} {}", number(retrying.count()), plural(retrying.count(), "item", "items")),
    };
    let send = move |_| {
        retrying.send(move |job| {
            toast.say("Retrying in a new job".to_owned());
            navigate.with_value(|navigate| navigate(&format!("/jobs/{job}"), NavigateOptions::default()));
        });
    };
    view! {
        <Show when=move || has_some.get()>
            <button type="button" class="primary large" on:click=send>
                <Icon name="refresh" />
                {label}
            </button>
        </Show>
    }
}

/// What kept them from landing, how that stands now, and why a retry was refused.
#[component]
pub fn RetryNotes(retrying: Retrying) -> impl IntoView {
    let notes = move || notes(retrying.found.get(), retrying.usage.read().as_ref());
    let line = |text: String| view! { <p>{text}</p> };
    let refused = move || {
        let sentence = retrying.problem.get()?;
        Some(view! {
            <p class="refused">
                {sentence} " " <a href="/">"All jobs"</a>
            </p>
        })
    };
    view! {
        <div class="retry soft" data-retry="">
            {move || notes().into_iter().map(line).collect_view()}
            <div role="alert">{refused}</div>
        </div>
    }
}

fn notes(found: Retryable, usage: Option<&Usage>) -> Vec<String> {
    let mut notes = Vec::new();
    if found.by_quota > 0 {
        let now = usage.map(|usage| {
            let (used, limit) = (usage.writes.used, usage.writes.limit);
            let left = if used >= limit { "A retry fails until then." } else { "There is room again." };
            format!("{} of {} used, new on {}. {left}", large(used), large(limit), usage.writes.resets_at)
        });
        notes.push(note(found.by_quota, "failed by the month's quota", now));
    }
    if found.by_agents > 0 {
        let now = usage.map(|usage| {
            let (used, limit) = (usage.agents.used, usage.agents.limit);
            let left = if used >= limit { "New ones fail until the cap is raised." } else { "There is room again." };
            format!("{} of {} agents. {left}", large(used), large(limit))
        });
        notes.push(note(found.by_agents, "failed by the cap of agents", now));
    }
    if found.not_tried > 0 {
        notes.push(note(found.not_tried, "not tried before the job ended", None));
    }
    notes
}

fn note(items: u32, what: &str, now: Option<String>) -> String {
    match now {
        Some(now) => format!("{} {what}: {now}", number(items)),
        None => format!("{} {what}.", number(items)),
    }
}
