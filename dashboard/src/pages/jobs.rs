//! The account's jobs, the newest first, live.

use crate::{
    api::{self, Error},
    browser,
    components::{
        controls::Controls, job_row::JobRow, keys::on_keys, open_job::OpenJob, screen::Screen, stale::Stale,
        trouble::Trouble,
    },
    poll::{self, Polled},
    session::Session,
};
use contract::{JobList, Scope};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const KEPT: &str = concat!("Finished jobs are kept for ", env!("JOBS_ARE_KEPT"), ". What they imported stays.");

impl Polled for JobList {
    fn is_final(&self) -> bool {
        false
    }
}

/// The page of `/`. `?after=` names the page of the list.
#[component]
pub fn Jobs() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    document().set_title("Jobs · Batch status");
    view! { <div>{move || view! { <Page after=after.get() /> }}</div> }
}

#[component]
fn Page(after: Option<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let is_first = after.is_none();
    let ask = move |_, abort| {
        let (key, after) = (session.key(), after.clone());
        async move { api::jobs(&key, after.as_deref(), Some(&abort)).await }
    };
    let (data, poll) = poll::start(ask, |_| async {});
    session.leave_when_refused(poll);
    on_keys(move |key| match key {
        "p" => poll.toggle_pause(),
        "r" => poll.refresh(),
        "/" => browser::focus("#job-id"),
        _ => {}
    });
    // Drawn anew only when one of these changes, not with every poll.
    let state: Memo<(Option<bool>, Option<Error>)> = Memo::new(move |_| {
        let is_empty = data.with(|data: &Option<JobList>| data.as_ref().map(|list| list.jobs.is_empty()));
        (is_empty, if is_empty.is_none() { poll.problem.get() } else { None })
    });
    let list = move || match state.get() {
        (None, None) => view! { <p class="soft" role="status">"Asking for the jobs…"</p> }.into_any(),
        (None, Some(error)) => view! { <Trouble poll=poll error=error /> }.into_any(),
        (Some(true), _) if is_first => view! { <NothingYet /> }.into_any(),
        _ => view! { <List data=data now=poll.now /> }.into_any(),
    };
    let next = Memo::new(move |_| data.with(|data| data.as_ref()?.next.clone()));
    view! {
        <div class="page" data-screen="jobs">
            <div class="head">
                <h1>"Jobs"</h1>
                <Controls poll=poll />
            </div>
            <OpenJob />
            {list}
            <nav class="pages" aria-label="Pages of the list">
                {(!is_first).then(|| button_link("/".to_owned(), "Newest jobs"))}
                {move || next.get().map(|next| button_link(format!("/?after={next}"), "Older jobs"))}
            </nav>
            <Stale poll=poll />
        </div>
    }
}

fn button_link(address: String, label: &'static str) -> impl IntoView {
    view! {
        <a class="button" href=address>
            {label}
        </a>
    }
}

#[component]
fn List(data: RwSignal<Option<JobList>>, now: RwSignal<f64>) -> impl IntoView {
    let ids = move || data.with(|data| data.iter().flat_map(|list| &list.jobs).map(|job| job.id).collect::<Vec<_>>());
    view! {
        <div>
            <ul class="jobs" aria-label="Jobs">
                <For each=ids key=|id| *id let:id>
                    <JobRow id=id data=data now=now />
                </For>
            </ul>
            <p class="kept">{KEPT}</p>
        </div>
    }
}

#[component]
fn NothingYet() -> impl IntoView {
    let session = expect_context::<Session>();
    let says = Signal::derive(move || {
        let start = if session.may(Scope::MemoriesWrite) {
            "Start one here, or post a batch to the API."
        } else {
            "Post a batch to the API with a key that may write memories."
        };
        format!("This account has not imported anything yet. {start}")
    });
    view! {
        <Screen name="nothing-yet" title="No imports yet" says=says>
            {button_link("/import".to_owned(), "New import")}
        </Screen>
    }
}
