//! The page of one job.

use super::{
    data::{Asker, Job},
    facts,
    rate::Rate,
};
use crate::{
    api::Error,
    browser::{self, number},
    controls::Controls,
    errors::{panel::Errors, reading::Reading},
    icon::icon,
    outcome::{self, Progress},
    poll::{self, Poll},
    recent,
    screen::{Stale, screen, trouble},
    session::Session,
    toast::Toast,
};
use contract::{Code, JobId, JobStatus};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use std::rc::Rc;

/// The page of `/jobs/:id`.
#[component]
pub fn JobPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<JobId>().ok())));
    move || match id.get() {
        Some(id) => view! { <Page id=id /> }.into_any(),
        None => no_job_id(),
    }
}

fn no_job_id() -> AnyView {
    let says = || "The address does not hold a job id. One is job_ and 32 hex digits, or a bare UUID.".to_owned();
    let actions = view! { <a class="button primary" href="/">"All jobs"</a> };
    screen("no-such-job", "No such job", Signal::derive(says), actions.into_any())
}

#[component]
fn Page(id: JobId) -> impl IntoView {
    let session = expect_context::<Session>();
    let asker = Rc::new(Asker::new(id));
    let (data, poll) = poll::start(move |known, abort| {
        let (asker, key) = (asker.clone(), session.key());
        async move { asker.ask(&key, known, &abort).await }
    });
    session.leave_when_refused(poll);
    let progress = Memo::new(move |_| data.with(|data| data.as_ref().map(|job: &Job| job.progress)));
    note_recent(id, progress, poll);
    let title = recent::short(id);
    Effect::new(move |_| {
        let state = match progress.get() {
            Some(now) if now.status.is_final() => format!("{} · ", now.in_words(number)),
            Some(now) => format!("{}% · ", now.percent()),
            None => String::new(),
        };
        document().set_title(&format!("{state}{title}"));
    });
    // Drawn anew only when one of these changes, not with every poll.
    let state: Memo<(bool, Option<Error>)> = Memo::new(move |_| {
        let is_known = progress.with(Option::is_some);
        (is_known, if is_known { None } else { poll.problem.get() })
    });
    move || match state.get() {
        (true, _) => known(id, data, progress, poll),
        (false, Some(error)) => trouble(poll, &error),
        (false, None) => view! { <p class="soft waiting" role="status">"Asking for the job…"</p> }.into_any(),
    }
}

/// The page once there is something to show.
fn known(id: JobId, data: RwSignal<Option<Job>>, progress: Memo<Option<Progress>>, poll: Poll) -> AnyView {
    let toast = expect_context::<Toast>();
    let first = progress.get_untracked();
    let progress = Signal::derive(move || progress.get().or(first).unwrap_or(Progress::NONE));
    let times = Memo::new(move |_| data.with(|data| data.as_ref().and_then(|job| job.times)));
    let errors = Memo::new_with_compare(
        move |_| data.with(|data| data.as_ref().map(|job| job.errors.clone())).unwrap_or_default(),
        |old, new| match (old, new) {
            (Some(old), Some(new)) => !std::sync::Arc::ptr_eq(old, new),
            _ => true,
        },
    );
    let rate = RwSignal::new(Rate::default());
    Effect::new(move |_| {
        if let Some(at) = poll.updated.get() {
            rate.update(|rate| rate.observe(at, progress.get_untracked().done()));
        }
    });
    let in_words = Memo::new(move |_| progress.get().in_words(number));
    // Read out: every change of the status, but of a running job only each quarter.
    let announced = Memo::new(move |_| {
        let now = progress.get();
        match now.status {
            JobStatus::Processing => format!("Importing, {}% done", now.percent() / 25 * 25),
            _ => now.in_words(number),
        }
    });
    let reading = Reading::new(errors);
    reading.listen(poll);
    view! {
        <article class="page" data-screen="job" class:not-fresh=move || poll.problem.with(Option::is_some)>
            <div class="head">
                <div>
                    <p class="crumb">
                        <a href="/">"Jobs"</a>
                        <code>{id.to_string()}</code>
                        <button
                            type="button"
                            class="plain"
                            aria-label="Copy the job's id"
                            on:click=move |_| toast.copy(id.to_string(), "Job id copied".to_owned())
                        >
                            {icon("copy")}
                        </button>
                    </p>
                    <h1>{in_words}</h1>
                    <p class="seen-by-readers-only" role="status">{announced}</p>
                </div>
                <Controls poll=poll />
            </div>
            <section class="card overview" aria-label="Progress">
                <div class="line">{outcome::chip(progress)}<NotifyMe progress=progress poll=poll /></div>
                {outcome::bar(progress)}
                {facts::counts(progress)}
                {facts::times(progress, times.into(), rate, poll.now)}
            </section>
            <Errors job=id reading=reading />
            <Stale poll=poll />
        </article>
    }
    .into_any()
}

/// Jobs that exist are among the recent ones, and one that does not goes.
fn note_recent(id: JobId, progress: Memo<Option<Progress>>, poll: Poll) {
    Effect::new(move |_| {
        if progress.with(Option::is_some) {
            recent::note(id, true);
        } else if poll.problem.with(|problem| problem.as_ref().and_then(Error::code)) == Some(Code::NotFound) {
            recent::note(id, false);
        }
    });
}

/// Lets the reader be told of the end, once, even when the tab is hidden by then.
#[component]
fn NotifyMe(progress: Signal<Progress>, poll: Poll) -> impl IntoView {
    let toast = expect_context::<Toast>();
    let toggle = move |_| {
        if poll.insist.get_untracked() {
            poll.insist.set(false);
            return;
        }
        spawn_local(async move {
            if browser::may_notify().await {
                poll.insist.set(true);
            } else {
                toast.say("The browser does not let this page notify you".to_owned());
            }
        });
    };
    Effect::new(move |_| {
        let now = progress.get();
        if now.status.is_final() && poll.insist.get_untracked() {
            poll.insist.set(false);
            browser::notify(&now.in_words(number));
        }
    });
    view! {
        <Show when=move || !progress.get().status.is_final()>
            <button
                type="button"
                aria-pressed=move || poll.insist.get().to_string()
                title="Keeps asking, twice a minute, while this tab is hidden"
                on:click=toggle
            >
                {icon("bell")}
                "Notify me at the end"
            </button>
        </Show>
    }
}
