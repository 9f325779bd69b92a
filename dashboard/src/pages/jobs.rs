//! The account's jobs, the newest first, live.

use crate::{
    api, browser,
    components::{
        controls::Controls, job_filters::JobFilters, job_table::JobTable, job_tabs::JobTabs, keys::on_keys,
        no_match::NoMatch, open_job::OpenJob, screen::Screen, stale::Stale, trouble::Trouble,
    },
    jobs::filter::{self, Count, Counts, Filter, Tab},
    poll::{self, Polled},
    session::Session,
};
use contract::{JobList, Scope};
use js_sys::Date;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

impl Polled for JobList {
    fn is_final(&self) -> bool {
        false
    }
}

/// What is shown. It stays until what is asked for next is there, so that the page does not jump.
#[derive(Clone, Copy)]
struct Shown {
    /// The jobs, and what was asked to get them.
    list: RwSignal<Option<(Filter, JobList)>>,
    /// Jobs of the account that run, on whichever page.
    running: RwSignal<Option<usize>>,
    /// Milliseconds since 1970; moves about once a second.
    now: RwSignal<f64>,
}

/// The page of `/`. Its query says which jobs it lists.
#[component]
pub fn Jobs() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| Filter::read(|name| query.get(name))));
    let shown = Shown { list: RwSignal::new(None), running: RwSignal::new(None), now: RwSignal::new(Date::now()) };
    document().set_title("Jobs · Batch status");
    view! {
        <div class="page" data-screen="jobs">
            <h1>"Jobs"</h1>
            {move || view! { <Asked filter=filter.get() shown=shown /> }}
            <OpenJob />
            <JobTabs filter=filter counts=Signal::derive(move || counts(shown)) />
            <JobFilters filter=filter />
            <div
                id="job-list"
                role="tabpanel"
                aria-label="Jobs"
                aria-busy=move || {
                    let is_shown = shown.list.with(|list| list.as_ref().is_none_or(|(of, _)| *of == filter.get()));
                    (!is_shown).then_some("true")
                }
            >
                <List shown=shown />
            </div>
            <Pages shown=shown />
        </div>
    }
}

/// Asks for what `filter` says, again and again, and shows what goes wrong with it.
#[component]
fn Asked(filter: Filter, shown: Shown) -> impl IntoView {
    let session = expect_context::<Session>();
    let (asked, is_told) = (filter.clone(), StoredValue::new(false));
    let ask = move |_, abort| {
        let (key, filter) = (session.key(), asked.clone());
        async move {
            let answer = api::filtered_jobs(&key, &filter, &abort).await?;
            let told = answer.body.as_ref().and_then(|list| filter::counts(&filter, list).of(Tab::Running));
            _ = is_told.try_update_value(|is_told| *is_told = matches!(told, Some(Count::All(_))));
            Ok(answer)
        }
    };
    let count_running = move |abort| async move {
        // Gone with the page, or told by the list itself.
        if is_told.try_get_value() == Some(false) {
            // Where it cannot be told there is no count.
            let usage = api::usage(&session.key(), Some(&abort)).await.ok();
            _ = shown.running.try_set(usage.and_then(|usage| usize::try_from(usage.batches.running).ok()));
        }
    };
    let (data, poll) = poll::start(ask, count_running);
    session.leave_when_refused(poll);
    on_keys(move |key| match key {
        "p" => poll.toggle_pause(),
        "r" => poll.refresh(),
        "/" => browser::focus("#job-id"),
        _ => {}
    });
    Effect::new(move |_| shown.now.set(poll.now.get()));
    let problem = Memo::new(move |_| poll.problem.get().filter(|_| data.with(Option::is_none)));
    Effect::new(move |_| match data.get() {
        Some(list) => shown.list.set(Some((filter.clone(), list))),
        // What was asked for before is no answer to this.
        None if problem.read().is_some() => shown.list.set(None),
        None => {}
    });
    let is_first = move || shown.list.with(Option::is_none) && problem.read().is_none();
    view! {
        <Controls poll=poll />
        <Show when=is_first>
            <p class="soft" role="status">
                "Asking for the jobs…"
            </p>
        </Show>
        {move || problem.get().map(|error| view! { <Trouble poll=poll error=error /> })}
        <Stale poll=poll />
    }
}

/// The jobs, or what there is to say where there are none.
#[component]
fn List(shown: Shown) -> impl IntoView {
    // Drawn anew with each page, but not with each poll: a row that were kept would jump.
    let state = Memo::new(move |_| {
        shown.list.with(|list| {
            let (filter, list) = list.as_ref()?;
            let is_empty = list.jobs.is_empty();
            Some((filter.clone(), is_empty, list.next.clone().filter(|_| is_empty)))
        })
    });
    let jobs = move || shown.list.with(|list| list.iter().flat_map(|(_, list)| list.jobs.clone()).collect::<Vec<_>>());
    let is_whole = move || {
        shown.list.with(|list| {
            list.as_ref().is_some_and(|(filter, list)| *filter == Filter::default() && list.next.is_none())
        })
    };
    move || {
        let (filter, is_empty, next) = state.get()?;
        Some(match is_empty {
            true if filter == Filter::default() => view! { <NothingYet /> }.into_any(),
            true => view! { <NoMatch filter=filter next=next /> }.into_any(),
            false => view! { <JobTable jobs=Signal::derive(jobs) is_whole=Signal::derive(is_whole) now=shown.now /> }
                .into_any(),
        })
    }
}

/// The ways to the other pages of the list.
#[component]
fn Pages(shown: Shown) -> impl IntoView {
    let page = move |of: fn(&Filter, &JobList) -> Option<Filter>| {
        Memo::new(move |_| shown.list.with(|list| list.as_ref().and_then(|(filter, list)| of(filter, list))))
    };
    let newest = page(|filter, _| filter.after.is_some().then(|| filter.page(None)));
    let older = page(|filter, list| list.next.clone().map(|next| filter.page(Some(next))));
    let link = |to: Memo<Option<Filter>>, label: &'static str| {
        let address = move || to.read().as_ref().map(Filter::address);
        // It stays from page to page, and the keyboard on it.
        view! {
            <Show when=move || to.read().is_some()>
                <a class="button" href=address>
                    {label}
                </a>
            </Show>
        }
    };
    view! {
        <nav class="pages" aria-label="Pages of the list">
            {link(newest, "Newest jobs")} {link(older, "Older jobs")}
        </nav>
    }
}

/// How many jobs each tab has, as far as what is shown tells.
fn counts(shown: Shown) -> Counts {
    let told = |list: &Option<(Filter, JobList)>| list.as_ref().map(|(filter, list)| filter::counts(filter, list));
    shown.list.with(told).unwrap_or_default().or_running(shown.running.get())
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
            <a class="button primary" href="/import">
                "New import"
            </a>
        </Screen>
    }
}
