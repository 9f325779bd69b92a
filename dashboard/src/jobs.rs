//! The account's jobs, the newest first, live.

use crate::{
    api::{self, Error},
    browser::{self, number},
    controls::Controls,
    icon::icon,
    keys,
    outcome::{self, Progress},
    poll::{self, Polled},
    recent,
    screen::{Stale, screen, trouble},
    session::Session,
    text,
};
use contract::{JobId, JobList, JobSummary, Scope};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use web_sys::SubmitEvent;

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
    move || view! { <Page after=after.get() /> }
}

#[component]
fn Page(after: Option<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let is_first = after.is_none();
    let (data, poll) = poll::start(move |_, abort| {
        let (key, after) = (session.key(), after.clone());
        async move { api::jobs(&key, after.as_deref(), Some(&abort)).await }
    });
    session.leave_when_refused(poll);
    keys::on_keys(move |key| match key {
        "p" => poll.toggle_pause(),
        "r" => poll.refresh(),
        "/" => browser::focus("#job-id"),
        _ => {}
    });
    let jobs = move |read: fn(&JobList) -> Vec<JobId>| data.with(|data| data.as_ref().map(read));
    let ids = Memo::new(move |_| jobs(|list| list.jobs.iter().map(|job| job.id).collect()));
    let next = Memo::new(move |_| data.with(|data| data.as_ref().and_then(|list: &JobList| list.next.clone())));
    let row = move |id: JobId| {
        let job = Memo::new(move |known: Option<&Option<JobSummary>>| {
            let found = data.with(|data| data.as_ref()?.jobs.iter().find(|job| job.id == id).cloned());
            // A job that the next page took over stays as it was until its row goes.
            found.or_else(|| known.cloned().flatten())
        });
        job_row(id, job, poll.now)
    };
    // Drawn anew only when one of these changes, not with every poll.
    let state: Memo<(Option<bool>, Option<Error>)> = Memo::new(move |_| {
        let is_empty = ids.with(|ids| ids.as_ref().map(Vec::is_empty));
        (is_empty, if is_empty.is_none() { poll.problem.get() } else { None })
    });
    let list = move || match state.get() {
        (None, None) => view! { <p class="soft" role="status">"Asking for the jobs…"</p> }.into_any(),
        (None, Some(error)) => trouble(poll, &error),
        (Some(true), _) if is_first => nothing_yet(session),
        _ => view! {
            <ul class="jobs" aria-label="Jobs">
                <For each=move || ids.get().unwrap_or_default() key=|id| *id children=row />
            </ul>
        }
        .into_any(),
    };
    view! {
        <div class="page" data-screen="jobs">
            <div class="head">
                <h1>"Jobs"</h1>
                <Controls poll=poll />
            </div>
            <OpenJob />
            {list}
            <nav class="pages" aria-label="Pages of the list">
                {(!is_first).then(|| view! { <a class="button" href="/">"Newest jobs"</a> })}
                {move || next.get().map(|next| view! { <a class="button" href=format!("/?after={next}")>"Older jobs"</a> })}
            </nav>
            <Stale poll=poll />
        </div>
    }
}

fn job_row(id: JobId, job: Memo<Option<JobSummary>>, now: RwSignal<f64>) -> AnyView {
    let progress = Signal::derive(move || {
        job.with(|job| {
            job.as_ref().map_or(Progress::NONE, |job| Progress {
                status: job.status,
                received: job.received,
                imported: job.imported,
                failed: job.failed,
            })
        })
    });
    let created = job.with_untracked(|job| job.as_ref().map(|job| job.created_at.clone())).unwrap_or_default();
    let created_at = browser::parse_time(&created);
    let age = Signal::derive(move || created_at.map(|at| text::ago((now.get() - at) / 1_000.0)).unwrap_or_default());
    let counts = Signal::derive(move || {
        let now = progress.get();
        format!("{} of {} imported", number(now.imported), number(now.received))
    });
    let failed = Signal::derive(move || match progress.get().failed {
        0 => "no failures".to_owned(),
        failed => format!("{} failed", number(failed)),
    });
    let any_failed = Signal::derive(move || progress.get().failed > 0);
    view! {
        <li>
            <a class="job" href=format!("/jobs/{id}")>
                {outcome::chip(progress)}
                <code>{id.to_string()}</code>
                {outcome::bar(progress)}
                <span class="counts">{counts}</span>
                <span class="failures" class:some=any_failed>{failed}</span>
                <time datetime=created title=created_at.map(browser::date_time)>{age}</time>
            </a>
        </li>
    }
    .into_any()
}

fn nothing_yet(session: Session) -> AnyView {
    let says = Signal::derive(move || {
        let start = if session.may(Scope::MemoriesWrite) {
            "Start one here, or post a batch to the API with this key's account."
        } else {
            "Post a batch to the API with a key that may write memories."
        };
        format!("This account has not imported anything yet. {start}")
    });
    let actions = view! { <a class="button primary" href="/import">"New import"</a> };
    screen("nothing-yet", "No imports yet", says, actions.into_any())
}

/// Takes a job id and goes to its page.
#[component]
fn OpenJob() -> impl IntoView {
    let navigate = use_navigate();
    let (id, problem) = (RwSignal::new(String::new()), RwSignal::new(""));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match id.get_untracked().trim().parse::<JobId>() {
            Ok(id) => navigate(&format!("/jobs/{id}"), Default::default()),
            Err(_) => problem.set("A job id is job_ and 32 hex digits, or a bare UUID."),
        }
    };
    let recent = recent::list()
        .into_iter()
        .map(|id| view! { <a href=format!("/jobs/{id}")><code>{recent::short(id)}</code></a> }.into_any())
        .collect_view();
    let recent = (!recent.is_empty()).then(|| view! { <p class="recent">"Recently opened: "{recent}</p> });
    view! {
        <form class="open" on:submit=submit>
            <label for="job-id">"Open a job by its id"</label>
            <div class="field">
                <input
                    id="job-id"
                    autocomplete="off"
                    spellcheck="false"
                    required
                    placeholder="job_… or a UUID"
                    aria-describedby="job-id-problem"
                    bind:value=id
                />
                <button type="submit">{icon("go")}"Open"</button>
            </div>
            <p id="job-id-problem" class="problem" role="alert">{problem}</p>
            {recent}
        </form>
    }
}
