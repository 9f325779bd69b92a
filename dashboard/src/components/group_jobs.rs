//! The jobs that an import took.

use crate::{browser::number, components::status::Chip, group::known::Known, progress::Progress, recent};
use contract::JobId;
use leptos::prelude::*;

/// Jobs that are listed at most.
const MOST: usize = 200;

/// The jobs, the newest first, each with the way to its page.
#[component]
pub fn GroupJobs(known: Known) -> impl IntoView {
    let ids = move || {
        let data = known.data.read();
        data.iter().flat_map(|group| group.jobs.iter().rev()).map(|job| job.id).take(MOST).collect::<Vec<_>>()
    };
    let count = move || known.data.with(|data| data.as_ref().map_or(0, |group| group.sum.jobs)) as u32;
    let rest = Signal::derive(move || match count().saturating_sub(MOST as u32) {
        0 => String::new(),
        rest => format!("and {} older ones.", number(rest)),
    });
    let total = Signal::derive(move || number(count()));
    view! {
        <section class="parts" aria-labelledby="parts-title">
            <h2 id="parts-title">
                "Jobs " <span class="figure soft">{total}</span>
            </h2>
            <ul class="jobs" aria-label="Jobs">
                <For each=ids key=|id| *id let:id>
                    <Part id=id known=known />
                </For>
            </ul>
            <p class="kept">
                {rest} " "
                {concat!("Finished jobs are kept for ", env!("JOBS_ARE_KEPT"), ". What they imported stays.")}
            </p>
        </section>
    }
}

#[component]
fn Part(id: JobId, known: Known) -> impl IntoView {
    let progress: Memo<Progress> = Memo::new(move |_| {
        let data = known.data.read();
        let job = data.iter().flat_map(|group| &group.jobs).find(|job| job.id == id);
        job.map_or(Progress::NONE, |job| {
            let (received, imported, failed) = (job.received, job.imported, job.failed);
            Progress { status: job.status, received, imported, failed }
        })
    });
    let progress: Signal<Progress> = progress.into();
    let is_again = Memo::new(move |_| {
        let (data, found) = (known.data.read(), known.found.read());
        data.as_ref().is_some_and(|group| found.again(&group.jobs).contains(&id))
    });
    let counts = Signal::derive(move || {
        let now = progress.get();
        format!("{} of {} imported", number(now.imported), number(now.received))
    });
    let failed = Signal::derive(move || match progress.get().failed {
        0 => "no failures".to_owned(),
        failed => format!("{} failed", number(failed)),
    });
    let again = Signal::derive(move || if is_again.get() { "sent again".to_owned() } else { String::new() });
    view! {
        <li>
            <a class="part" href=format!("/jobs/{id}")>
                <Chip progress=progress />
                <code>{recent::short(id)}</code>
                <span class="soft">{again}</span>
                <span class="counts">{counts}</span>
                <span class="failures" data-some=move || (progress.get().failed > 0).then_some("")>
                    {failed}
                </span>
            </a>
        </li>
    }
}
