//! The account's jobs, the newest first, live.

use crate::{
    api::{self, Error},
    browser::{self, number},
    controls::controls,
    dom::{El, el, icon, memo},
    keys,
    outcome::{self, Progress},
    poll::{self, Polled},
    recent,
    screen::{link, screen, stale, trouble},
    session::Session,
    text,
};
use contract::{JobId, JobList, JobSummary, Scope};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};

const KEPT: &str = concat!("Finished jobs are kept for ", env!("JOBS_ARE_KEPT"), ". What they imported stays.");

impl Polled for JobList {
    fn is_final(&self) -> bool {
        false
    }
}

/// The page of `/`. `?after=` names the page of the list.
pub fn jobs() -> El {
    let query = use_query_map();
    let after = memo(move || query.with(|query| query.get("after")));
    document().set_title("Jobs · Batch status");
    el("div").part(move || Some(page(after.get())))
}

fn page(after: Option<String>) -> El {
    let session = expect_context::<Session>();
    let is_first = after.is_none();
    let ask = move |_, abort| {
        let (key, after) = (session.key(), after.clone());
        async move { api::jobs(&key, after.as_deref(), Some(&abort)).await }
    };
    let (data, poll) = poll::start(ask, |_| async {});
    session.leave_when_refused(poll);
    keys::on_keys(move |key| match key {
        "p" => poll.toggle_pause(),
        "r" => poll.refresh(),
        "/" => browser::focus("#job-id"),
        _ => {}
    });
    // Drawn anew only when one of these changes, not with every poll.
    let state: Memo<(Option<bool>, Option<Error>)> = memo(move || {
        let is_empty = data.with(|data: &Option<JobList>| data.as_ref().map(|list| list.jobs.is_empty()));
        (is_empty, if is_empty.is_none() { poll.problem.get() } else { None })
    });
    let list = move || {
        Some(match state.get() {
            (None, None) => el("p").class("soft").attr("role", "status").text("Asking for the jobs…"),
            (None, Some(error)) => trouble(session, poll, &error),
            (Some(true), _) if is_first => nothing_yet(session),
            _ => list(data, poll.now),
        })
    };
    let older = move || {
        let next = data.with(|data| data.as_ref()?.next.clone())?;
        Some(link(&format!("/?after={next}"), "Older jobs"))
    };
    let newest = (!is_first).then(|| link("/", "Newest jobs"));
    el("div")
        .class("page")
        .attr("data-screen", "jobs")
        .child(el("div").class("head").child(el("h1").text("Jobs")).child(controls(poll)))
        .child(open_job())
        .part(list)
        .child(el("nav").class("pages").attr("aria-label", "Pages of the list").children(newest).part(older))
        .child(stale(poll))
}

fn list(data: RwSignal<Option<JobList>>, now: RwSignal<f64>) -> El {
    let find =
        move |key: u128| data.with(|data| data.as_ref()?.jobs.iter().find(|job| job.id.as_u128() == key).cloned());
    let keys = move || data.with(|data| data.iter().flat_map(|list| &list.jobs).map(|job| job.id.as_u128()).collect());
    let jobs = el("ul").class("jobs").attr("aria-label", "Jobs").rows(keys, move |key| match untrack(|| find(key)) {
        Some(job) => row(&job, Signal::derive(move || find(key).as_ref().map_or(Progress::NONE, progress)), now),
        None => el("li"),
    });
    el("div").child(jobs).child(el("p").class("kept").text(KEPT))
}

fn progress(job: &JobSummary) -> Progress {
    Progress { status: job.status, received: job.received, imported: job.imported, failed: job.failed }
}

fn row(job: &JobSummary, progress: Signal<Progress>, now: RwSignal<f64>) -> El {
    let created = browser::parse_time(&job.created_at);
    let age = move || created.map(|at| text::ago((now.get() - at) / 1_000.0)).unwrap_or_default();
    let counts = move || {
        let now = progress.get();
        format!("{} of {} imported", number(now.imported), number(now.received))
    };
    let failed = move || match progress.get().failed {
        0 => "no failures".to_owned(),
        failed => format!("{} failed", number(failed)),
    };
    let time = el("time")
        .attr("datetime", &job.created_at)
        .attr("title", &created.map(browser::date_time).unwrap_or_default())
        .text_of(age);
    let link = el("a")
        .class("job")
        .attr("href", &format!("/jobs/{}", job.id))
        .child(outcome::chip(progress))
        .child(el("code").text(&job.id.to_string()))
        .child(outcome::bar(progress))
        .child(el("span").class("counts").text_of(counts))
        .child(el("span").class("failures").flag("data-some", move || progress.get().failed > 0).text_of(failed))
        .child(time);
    el("li").child(link)
}

fn nothing_yet(session: Session) -> El {
    let says = move || {
        let start = if session.may(Scope::MemoriesWrite) {
            "Start one here, or post a batch to the API."
        } else {
            "Post a batch to the API with a key that may write memories."
        };
        format!("This account has not imported anything yet. {start}")
    };
    screen("nothing-yet", "No imports yet", says, [link("/import", "New import")])
}

/// Takes a job id and goes to its page.
fn open_job() -> El {
    let navigate = use_navigate();
    let (id, problem) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let open = move |event: web_sys::Event| {
        event.prevent_default();
        match id.get_untracked().trim().parse::<JobId>() {
            Ok(id) => navigate(&format!("/jobs/{id}"), Default::default()),
            Err(_) => problem.set("A job id is job_ and 32 hex digits, or a bare UUID.".to_owned()),
        }
    };
    let id_box = el("input")
        .attr("id", "job-id")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("required", "")
        .attr("placeholder", "job_… or a UUID")
        .attr("aria-describedby", "job-id-problem")
        .bind(id);
    let go = el("button").attr("type", "submit").child(icon("go")).text("Open");
    let recent = recent::list()
        .into_iter()
        .map(|id| el("a").attr("href", &format!("/jobs/{id}")).child(el("code").text(&recent::short(id))));
    let recent: Vec<El> = recent.collect();
    let recent = (!recent.is_empty()).then(|| el("p").class("recent").text("Recently opened ").children(recent));
    let problem =
        el("p").class("problem").attr("id", "job-id-problem").attr("role", "alert").text_of(move || problem.get());
    el("form")
        .class("open")
        .on("submit", open)
        .child(el("label").attr("for", "job-id").text("Open a job by its id"))
        .child(el("div").class("field").child(id_box).child(go))
        .child(problem)
        .children(recent)
}
