//! The page of one job.

use super::{
    data::{Asker, Job, Times},
    facts::{self, Pace},
    rate::Rate,
};
use crate::{
    api::Error,
    browser::{self, number},
    controls::controls,
    dom::{El, button, effect, el, icon, memo, spawn},
    errors::{panel::errors, reading::Reading},
    outcome::{self, Progress},
    poll::{self, Poll},
    recent,
    screen::{link, screen, stale, trouble},
    session::Session,
    toast::Toast,
};
use contract::{Code, JobId, JobStatus};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::{rc::Rc, sync::Arc};

/// The page of `/jobs/:id`.
pub fn job() -> El {
    let params = use_params_map();
    let id = memo(move || params.with(|params| params.get("id").and_then(|id| id.parse::<JobId>().ok())));
    el("div").part(move || Some(id.get().map_or_else(no_job_id, page)))
}

fn no_job_id() -> El {
    let says = || "The address does not hold a job id. One is job_ and 32 hex digits, or a bare UUID.".to_owned();
    screen("no-such-job", "No such job", says, [link("/", "All jobs")])
}

fn page(id: JobId) -> El {
    let session = expect_context::<Session>();
    let asker = Rc::new(Asker::new(id));
    let times = asker.times;
    let (first, second) = (asker.clone(), asker);
    let (data, poll) = poll::start(
        move |known, abort| {
            let (asker, key) = (first.clone(), session.key());
            async move { asker.ask(&key, known, &abort).await }
        },
        move |abort| {
            let (asker, key) = (second.clone(), session.key());
            async move { asker.ask_times(&key, &abort).await }
        },
    );
    session.leave_when_refused(poll);
    let progress = memo(move || data.with(|data| data.as_ref().map(|job: &Job| job.progress)));
    note_recent(id, progress, poll);
    effect(move || {
        let state = match progress.get() {
            Some(now) if now.status.is_final() => format!("{} · ", now.in_words(number)),
            Some(now) => format!("{}% · ", now.percent()),
            None => String::new(),
        };
        document().set_title(&format!("{state}{}", recent::short(id)));
    });
    // Drawn anew only when one of these changes, not with every poll.
    let state: Memo<(bool, Option<Error>)> = memo(move || {
        let is_known = progress.with(Option::is_some);
        (is_known, if is_known { None } else { poll.problem.get() })
    });
    el("div").part(move || {
        Some(match state.get() {
            (true, _) => untrack(|| known(id, data, progress, times, poll)),
            (false, Some(error)) => trouble(session, poll, &error),
            (false, None) => el("p").class("soft waiting").attr("role", "status").text("Asking for the job…"),
        })
    })
}

/// The page once there is something to show.
fn known(
    id: JobId,
    data: RwSignal<Option<Job>>,
    progress: Memo<Option<Progress>>,
    times: RwSignal<Option<Times>>,
    poll: Poll,
) -> El {
    let toast = expect_context::<Toast>();
    let progress = Signal::derive(move || progress.get().unwrap_or(Progress::NONE));
    let found = Memo::new_with_compare(
        move |_| data.with(|data| data.as_ref().map(|job| job.errors.clone())).unwrap_or_default(),
        |old, new| !old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)),
    );
    let rate = RwSignal::new(Rate::default());
    effect(move || {
        if let Some(at) = poll.updated.get() {
            rate.update(|rate| rate.observe(at, progress.get_untracked().done()));
        }
    });
    // Read out: every change of the status, but of a running job only each quarter.
    let announced = move || {
        let now = progress.get();
        match now.status {
            JobStatus::Processing => format!("Importing, {}% done", now.percent() / 25 * 25),
            _ => now.in_words(number),
        }
    };
    let reading = Reading::new(found);
    reading.listen(poll);
    let copy_id = button(move || toast.copy(id.to_string(), "Job id copied".to_owned()))
        .class("plain")
        .attr("aria-label", "Copy the job's id")
        .child(icon("copy"));
    let crumb = el("p")
        .class("crumb")
        .child(el("a").attr("href", "/").text("Jobs"))
        .child(el("code").text(&id.to_string()))
        .child(copy_id);
    let title = el("div")
        .child(crumb)
        .child(el("h1").text_of(move || progress.get().in_words(number)))
        .child(el("p").class("seen-by-readers-only").attr("role", "status").text_of(announced));
    let pace = Pace { progress, times, rate, now: poll.now };
    let line = el("div").class("line").child(outcome::chip(progress));
    let overview = el("section")
        .class("card overview")
        .attr("aria-label", "Progress")
        .child(notify_me(line, progress, poll))
        .child(outcome::bar(progress))
        .child(el("div").class("numbers").child(facts::counts(progress)).child(pace.facts()))
        .child(pace.speed_over_time());
    el("article")
        .class("page")
        .attr("data-screen", "job")
        .flag("data-not-fresh", move || poll.problem.with(Option::is_some))
        .child(el("div").class("head").child(title).child(controls(poll)))
        .child(overview)
        .child(errors(id, reading))
        .child(stale(poll))
}

/// Jobs that exist are among the recent ones, and one that does not goes.
fn note_recent(id: JobId, progress: Memo<Option<Progress>>, poll: Poll) {
    let is_known = memo(move || progress.with(Option::is_some));
    effect(move || {
        if is_known.get() {
            recent::note(id, true);
        } else if poll.problem.with(|problem| problem.as_ref().and_then(Error::code)) == Some(Code::NotFound) {
            recent::note(id, false);
        }
    });
}

/// `line` with a button that lets the reader be told of the end, once, even when the tab is hidden by then.
fn notify_me(line: El, progress: Signal<Progress>, poll: Poll) -> El {
    let toast = expect_context::<Toast>();
    let toggle = move || {
        if poll.insist.get_untracked() {
            return poll.insist.set(false);
        }
        spawn(async move {
            if browser::may_notify().await {
                poll.insist.set(true);
            } else {
                toast.say("The browser does not let this page notify you".to_owned());
            }
        });
    };
    effect(move || {
        let now = progress.get();
        if now.status.is_final() && poll.insist.get_untracked() {
            poll.insist.set(false);
            browser::notify(&now.in_words(number));
        }
    });
    line.when(
        move || !progress.get().status.is_final(),
        move || {
            button(toggle)
                .aria("aria-pressed", move || poll.insist.get())
                .attr("title", "At the end of the job. Keeps asking, twice a minute, while this tab is hidden")
                .child(icon("bell"))
                .text("Notify me")
        },
    )
}
