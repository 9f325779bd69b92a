//! One import, live: what became of a file, whatever number of jobs it took.

use crate::{
    api::Error,
    browser::number,
    components::{
        controls::Controls,
        group_jobs::GroupJobs,
        keys::on_keys,
        left::Left,
        numbers::Counts,
        screen::Screen,
        sending::OnTheWay,
        stale::Stale,
        status::{Bar, Chip},
        trouble::Trouble,
    },
    group::known::Known,
    import::send::{Outbox, State},
    progress::Progress,
    session::Session,
    text::{shortened, visible},
};
use contract::BATCH_ITEMS;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

const GONE: &str = concat!(
    "This account has no jobs of that import. Finished jobs are kept for ",
    env!("JOBS_ARE_KEPT"),
    "; what they imported stays. It may also belong to another account."
);

/// The page of `/imports/:group`.
#[component]
pub fn Group() -> impl IntoView {
    let params = use_params_map();
    let group = Memo::new(move |_| {
        params.with(|params| params.get("group").and_then(|group| Some(Uuid::parse_str(&group).ok()?.to_string())))
    });
    let page = move || match group.get() {
        Some(group) => view! { <Page group=group /> }.into_any(),
        None => view! { <Nothing says="The address does not hold the id of an import, which is a UUID." /> }.into_any(),
    };
    view! { <div>{page}</div> }
}

#[component]
fn Nothing(says: &'static str) -> impl IntoView {
    document().set_title("No such import · Batch status");
    view! {
        <Screen name="no-such-job" title="Nothing is left of this import" says=says>
            <a class="button" href="/">
                "All jobs"
            </a>
        </Screen>
    }
}

#[component]
fn Page(group: String) -> impl IntoView {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    let known = Known::follow(&group, session, outbox);
    let poll = known.poll;
    session.leave_when_refused(poll);
    on_keys(move |key| match key {
        "p" => poll.toggle_pause(),
        "r" => poll.refresh(),
        _ => {}
    });
    // Drawn anew only when one of these changes, not with every poll.
    let state: Memo<(Option<bool>, Option<Error>)> = Memo::new(move |_| {
        let has_jobs = known.data.with(|data| data.as_ref().map(|group| !group.jobs.is_empty()));
        (has_jobs, if has_jobs.is_none() { poll.problem.get() } else { None })
    });
    let page = move || match state.get() {
        (Some(true), _) => view! { <Import known=known /> }.into_any(),
        (Some(false), _) if known.is_sending.get() => waiting("Nothing of it is handed in yet…").into_any(),
        (Some(false), _) => view! { <Nothing says=GONE /> }.into_any(),
        (None, Some(error)) => view! { <Trouble poll=poll error=error /> }.into_any(),
        (None, None) => waiting("Asking for the import…").into_any(),
    };
    view! { <div>{page}</div> }
}

fn waiting(says: &'static str) -> impl IntoView {
    view! {
        <p class="soft waiting" role="status">
            {says}
        </p>
    }
}

/// The page once there is something to show.
#[component]
fn Import(known: Known) -> impl IntoView {
    let progress: Memo<Progress> = Memo::new(move |_| known.progress());
    let progress: Signal<Progress> = progress.into();
    let label = Memo::new(move |_| {
        let data = known.data.read();
        let label = data.as_ref().and_then(|group| group.label()).unwrap_or("An import without a name");
        visible(&shortened(label, 120)).into_owned()
    });
    Effect::new(move |_| {
        document().set_title(&format!("{} · {}", progress.get().in_words(number), label.get()));
    });
    view! {
        <article class="page" data-screen="group" data-not-fresh=move || known.poll.problem.with(Option::is_some)>
            <div class="head">
                <Title label=label progress=progress />
                <Controls poll=known.poll />
            </div>
            <section class="card overview of-group" aria-label="Progress">
                <div class="line">
                    <Chip progress=progress />
                </div>
                <Bar progress=progress />
                <Counts progress=progress />
                <Notes known=known />
            </section>
            <Outgoing known=known />
            <Left known=known />
            <GroupJobs known=known />
            <Stale poll=known.poll />
        </article>
    }
}

#[component]
fn Title(label: Memo<String>, progress: Signal<Progress>) -> impl IntoView {
    let announced = Signal::derive(move || progress.get().announced(number));
    let says = Signal::derive(move || progress.get().in_words(number));
    view! {
        <div>
            <p class="crumb">
                <a href="/">"Jobs"</a>
                <bdi class="label">{label}</bdi>
            </p>
            <h1>{says}</h1>
            <p class="seen-by-readers-only" role="status">
                {announced}
            </p>
        </div>
    }
}

/// What the numbers do not say by themselves.
#[component]
fn Notes(known: Known) -> impl IntoView {
    let says = Signal::derive(move || {
        let (data, found) = (known.data.read(), known.found.read());
        let Some(group) = data.as_ref() else { return String::new() };
        let again: u32 = {
            let ids = found.again(&group.jobs);
            group.jobs.iter().filter(|job| ids.contains(&job.id)).map(|job| job.received).sum()
        };
        let mut words = Vec::new();
        match again {
            0 => {}
            1 => words.push("1 row was sent again and counts once.".to_owned()),
            more => words.push(format!("{} rows were sent again and count once.", number(more))),
        }
        let first = found.first_line(&group.jobs).and_then(|line| u32::try_from(line).ok());
        if let Some(first) = first.filter(|first| *first as usize > BATCH_ITEMS && !group.is_cut) {
            let first = number(first);
            words.push(format!(
                "What is here begins in line {first}: what stood before is not kept any more, or was left out."
            ));
        }
        if found.has_lost() {
            words.push("Some of its jobs are not kept any more.".to_owned());
        }
        if group.is_cut {
            words.push("It has more jobs than are looked at here: the rows of the oldest are not shown.".to_owned());
        }
        words.join(" ")
    });
    view! {
        <p class="soft note" role="status">
            {says}
        </p>
    }
}

/// What this tab is sending of it.
#[component]
fn Outgoing(known: Known) -> impl IntoView {
    let outbox = expect_context::<Outbox>();
    let said = RwSignal::new(String::new());
    let is_here = Memo::new(move |_| known.is_in_outbox.get() && outbox.state.get() != State::Idle);
    view! {
        <Show when=move || is_here.get()>
            <section class="card review" aria-label="Sending">
                <p class="seen-by-readers-only" role="status">
                    {said}
                </p>
                <OnTheWay said=said />
            </section>
        </Show>
    }
}
