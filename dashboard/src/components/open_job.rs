//! The way to a job whose id is known.

use crate::{components::icon::Icon, recent};
use contract::JobId;
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_navigate;

/// Takes a job id and goes to its page.
#[component]
pub fn OpenJob() -> impl IntoView {
    let navigate = use_navigate();
    let (id, problem) = (RwSignal::new(String::new()), RwSignal::new(""));
    let open = move |event: SubmitEvent| {
        event.prevent_default();
        match id.get_untracked().trim().parse::<JobId>() {
            Ok(id) => navigate(&format!("/jobs/{id}"), Default::default()),
            Err(_) => problem.set("A job id is job_ and 32 hex digits, or a bare UUID."),
        }
    };
    let recent = recent::list();
    let recent = (!recent.is_empty()).then(|| {
        let links: Vec<_> = recent
            .into_iter()
            .map(|id| {
                view! {
                    <a href=format!("/jobs/{id}")>
                        <code>{recent::short(id)}</code>
                    </a>
                }
            })
            .collect();
        view! { <p class="recent">"Recently opened " {links}</p> }
    });
    view! {
        <form class="open" on:submit=open>
            <label for="job-id">"Open a job by its id"</label>
            <div class="field">
                <input
                    id="job-id"
                    autocomplete="off"
                    spellcheck="false"
                    required=true
                    placeholder="job_… or a UUID"
                    aria-describedby="job-id-problem"
                    bind:value=id
                />
                <button type="submit">
                    <Icon name="go" />
                    "Open"
                </button>
            </div>
            <p class="problem" id="job-id-problem" role="alert">
                {move || problem.get()}
            </p>
            {recent}
        </form>
    }
}
