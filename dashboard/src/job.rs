//! One job: how far it is, and what did not land.

use crate::{
    api::{self, Error},
    poll::{Poll, Polled},
    session::Session,
};
use contract::{BatchStatus, JobId, JobStatus};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

impl Polled for BatchStatus {
    fn is_final(&self) -> bool {
        self.status.is_final()
    }
}

/// The page of `/jobs/:id`.
#[component]
pub fn JobPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<JobId>().ok())));
    move || match id.get() {
        Some(id) => view! { <Job id=id /> }.into_any(),
        None => view! { <h1>"There is no such job"</h1> }.into_any(),
    }
}

#[component]
fn Job(id: JobId) -> impl IntoView {
    let session = expect_context::<Session>();
    let poll = Poll::<BatchStatus>::start(move |known, abort| async move {
        let key = session.0.with_untracked(|who| who.as_ref().map(|who| who.key.clone())).unwrap_or_default();
        api::job(&key, id, known, &abort).await
    });
    let of =
        move |read: fn(&BatchStatus) -> u32| Memo::new(move |_| poll.data.with(|data| data.as_ref().map_or(0, read)));
    let (received, imported, failed) = (of(|job| job.received), of(|job| job.imported), of(|job| job.failed));
    let status = Memo::new(move |_| poll.data.with(|data| data.as_ref().map(|job| job.status)));
    let problem = move || {
        poll.problem.get().map(|problem| match problem {
            Error::Api(refusal) => refusal.body.message,
            Error::Fetch(reason) => reason,
        })
    };
    let errors = move || {
        let rows = poll.data.with(|data| data.as_ref().map(|job| job.errors.clone())).unwrap_or_default();
        rows.into_iter().map(|row| view! { <tr><td>{row.index}</td><td>{row.error}</td></tr> }).collect_view()
    };
    view! {
        <h1>{id.to_string()}</h1>
        <p role="alert">{problem}</p>
        <p>
            <button type="button" on:click=move |_| poll.refresh()>"Refresh now"</button>
            <button type="button" on:click=move |_| poll.toggle_pause()>
                {move || if poll.paused.get() { "Resume" } else { "Pause" }}
            </button>
        </p>
        <Show when=move || status.get().is_some() fallback=|| view! { <p>"Asking for the job…"</p> }>
            <p role="status">{move || status.get().map(|status| in_words(status, failed.get()))}</p>
            <progress
                aria-label="Progress"
                max=received
                value=move || imported.get().saturating_add(failed.get())
            ></progress>
            <dl>
                <dt>"Received"</dt><dd>{received}</dd>
                <dt>"Imported"</dt><dd>{imported}</dd>
                <dt>"Failed"</dt><dd>{failed}</dd>
            </dl>
            <table>
                <caption>"Errors"</caption>
                <thead><tr><th scope="col">"Index"</th><th scope="col">"Error"</th></tr></thead>
                <tbody>{errors}</tbody>
            </table>
        </Show>
    }
}

fn in_words(status: JobStatus, failed: u32) -> String {
    match (status, failed) {
        (JobStatus::Pending, _) => "Waiting to begin".to_owned(),
        (JobStatus::Processing, _) => "Importing".to_owned(),
        (JobStatus::Completed, 0) => "Completed".to_owned(),
        (JobStatus::Completed, 1) => "Completed with 1 failure".to_owned(),
        (JobStatus::Completed, failed) => format!("Completed with {failed} failures"),
        (JobStatus::Failed, _) => "The job itself failed".to_owned(),
    }
}
