//! One job, live: how far it is, how fast it moves, and what did not land.

use crate::{
    api::Error,
    browser::number,
    components::{
        cancel::{CancelButton, CancelDialog},
        controls::Controls,
        error_panel::ErrorPanel,
        icon::Icon,
        notify_button::{NotifyButton, notify_of_the_end},
        numbers::{Counts, Facts},
        retry::{RetryButton, RetryNotes},
        screen::Screen,
        speed::Speed,
        stale::Stale,
        status::{Bar, Chip},
        summary::Summary,
        toast::Toast,
        trouble::Trouble,
    },
    errors::{items::Items, reading::Reading},
    job::{
        cancelling::Cancelling,
        data::{self, Asker, Times},
        rate::Rate,
        retrying::Retrying,
        timing::Timing,
    },
    poll::{self, Poll},
    progress::Progress,
    recent,
    session::Session,
};
use contract::{Code, JobId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::{rc::Rc, sync::Arc};

/// The page of `/jobs/:id`.
#[component]
pub fn Job() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<JobId>().ok())));
    let page = move || match id.get() {
        Some(id) => view! { <Page id=id /> }.into_any(),
        None => view! { <NoJobId /> }.into_any(),
    };
    view! { <div>{page}</div> }
}

#[component]
fn NoJobId() -> impl IntoView {
    view! {
        <Screen
            name="no-such-job"
            title="No such job"
            says="The address does not hold a job id. One is job_ and 32 hex digits, or a bare UUID."
        >
            <a class="button" href="/">
                "All jobs"
            </a>
        </Screen>
    }
}

#[component]
fn Page(id: JobId) -> impl IntoView {
    let session = expect_context::<Session>();
    let asker = Rc::new(Asker::new(id));
    let times = asker.times;
    let (first, second) = (asker.clone(), asker);
    let (data, poll) = poll::watch(
        move |ask, abort| {
            let (asker, key) = (first.clone(), session.key());
            async move { asker.ask(&key, ask, &abort).await }
        },
        move |abort| {
            let (asker, key) = (second.clone(), session.key());
            async move { asker.ask_times(&key, &abort).await }
        },
    );
    session.leave_when_refused(poll);
    let progress = Memo::new(move |_| data.with(|data| data.as_ref().map(|job: &data::Job| job.progress)));
    note_recent(id, progress, poll);
    Effect::new(move |_| {
        let state = match progress.get() {
            Some(now) if now.status.is_final() => format!("{} · ", now.in_words(number)),
            Some(now) => format!("{}% · ", now.percent()),
            None => String::new(),
        };
        document().set_title(&format!("{state}{}", recent::short(id)));
    });
    // Drawn anew only when one of these changes, not with every poll.
    let state: Memo<(bool, Option<Error>)> = Memo::new(move |_| {
        let is_known = progress.with(Option::is_some);
        (is_known, if is_known { None } else { poll.problem.get() })
    });
    let page = move || match state.get() {
        (true, _) => view! { <Known id=id data=data progress=progress times=times poll=poll /> }.into_any(),
        (false, Some(error)) => view! { <Trouble poll=poll error=error /> }.into_any(),
        (false, None) => view! {
            <p class="soft waiting" role="status">
                "Asking for the job…"
            </p>
        }
        .into_any(),
    };
    view! { <div>{page}</div> }
}

/// Jobs that exist are among the recent ones, and one that does not goes.
fn note_recent(id: JobId, progress: Memo<Option<Progress>>, poll: Poll) {
    let is_known = Memo::new(move |_| progress.with(Option::is_some));
    Effect::new(move |_| {
        if is_known.get() {
            recent::note(id, true);
        } else if poll.problem.with(|problem| problem.as_ref().and_then(Error::code)) == Some(Code::NotFound) {
            recent::note(id, false);
        }
    });
}

/// The page once there is something to show.
#[component]
fn Known(
    id: JobId,
    data: RwSignal<Option<data::Job>>,
    progress: Memo<Option<Progress>>,
    times: RwSignal<Option<Times>>,
    poll: Poll,
) -> impl IntoView {
    let progress = Signal::derive(move || progress.get().unwrap_or(Progress::NONE));
    let found = Memo::new_with_compare(
        move |_| data.with(|data| data.as_ref().map(|job| job.errors.clone())).unwrap_or_default(),
        |old, new| !old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)),
    );
    let rate = RwSignal::new(Rate::default());
    Effect::new(move |_| {
        if let Some(at) = poll.updated.get() {
            rate.update(|rate| rate.observe(at, progress.get_untracked().done()));
        }
    });
    let session = expect_context::<Session>();
    let reading = Reading::new(found, Items::new(id, session));
    reading.listen(poll);
    let timing = Timing { progress, times, rate, now: poll.now };
    notify_of_the_end(progress, poll);
    let cancelling = Cancelling::new(id, session, progress, poll);
    let retrying = Retrying::new(id, session, progress, found);
    let is_final = Memo::new(move |_| timing.is_final());
    view! {
        <article class="page" data-screen="job" data-not-fresh=move || poll.problem.with(Option::is_some)>
            <div class="job-head">
                <Title progress=progress />
                <div class="actions">
                    <RetryButton retrying=retrying />
                    <Controls poll=poll />
                </div>
                <Crumb id=id />
                <div class="notes">
                    <RetryNotes retrying=retrying />
                    <CancelDialog cancelling=cancelling />
                </div>
            </div>
            <Show
                when=move || is_final.get()
                fallback=move || view! { <Running timing=timing cancelling=cancelling poll=poll /> }
            >
                <Summary timing=timing />
            </Show>
            <ErrorPanel job=id reading=reading progress=progress />
            <Stale poll=poll />
        </article>
    }
}

/// How far a running job is, and what its reader can do about it.
#[component]
fn Running(timing: Timing, cancelling: Cancelling, poll: Poll) -> impl IntoView {
    let progress = timing.progress;
    view! {
        <section class="card overview" aria-label="Progress">
            <div class="line">
                <Chip progress=progress />
                <div class="actions">
                    <NotifyButton poll=poll />
                    <CancelButton cancelling=cancelling />
                </div>
            </div>
            <Bar progress=progress />
            <div class="numbers">
                <Counts progress=progress />
                <Facts timing=timing />
            </div>
            <Speed timing=timing />
        </section>
    }
}

/// How the job stands.
#[component]
fn Title(progress: Signal<Progress>) -> impl IntoView {
    view! {
        <div>
            <h1>{move || progress.get().in_words(number)}</h1>
            <p class="seen-by-readers-only" role="status">
                {move || progress.get().announced(number)}
            </p>
        </div>
    }
}

/// Which job it is. Under the title: the first button of the page is one that is pressed more often than that which copies.
#[component]
fn Crumb(id: JobId) -> impl IntoView {
    let toast = expect_context::<Toast>();
    view! {
        <p class="crumb">
            <a href="/">"Jobs"</a>
            <code>{id.to_string()}</code>
            <button
                type="button"
                class="plain"
                aria-label="Copy the job's id"
                on:click=move |_| toast.copy(id.to_string(), "Job id copied".to_owned())
            >
                <Icon name="copy" />
            </button>
        </p>
    }
}
