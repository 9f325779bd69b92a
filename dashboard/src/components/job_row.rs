//! A job in the list.

use crate::{
    browser::{self, number},
    components::status::{Bar, Chip},
    progress::Progress,
    text,
};
use contract::{JobId, JobList, JobSummary};
use leptos::prelude::*;

/// The row of the job `id`, which follows `data` for as long as the job is in there.
#[component]
pub fn JobRow(id: JobId, data: RwSignal<Option<JobList>>, now: RwSignal<f64>) -> impl IntoView {
    let of_job = move |data: &Option<JobList>| data.as_ref()?.jobs.iter().find(|job| job.id == id).cloned();
    let created_at = data.with_untracked(of_job).map_or(String::new(), |job: JobSummary| job.created_at.to_string());
    let progress: Memo<Progress> = Memo::new(move |_| data.with(of_job).as_ref().map_or(Progress::NONE, progress));
    let progress: Signal<Progress> = progress.into();
    let created = browser::parse_time(&created_at);
    let age = move || created.map(|at| text::ago((now.get() - at) / 1_000.0)).unwrap_or_default();
    let counts = move || {
        let now = progress.get();
        format!("{} of {} imported", number(now.imported), number(now.received))
    };
    let failed = move || match progress.get().failed {
        0 => "no failures".to_owned(),
        failed => format!("{} failed", number(failed)),
    };
    view! {
        <li>
            <a class="job" href=format!("/jobs/{id}")>
                <Chip progress=progress />
                <code>{id.to_string()}</code>
                <Bar progress=progress />
                <span class="counts">{counts}</span>
                <span class="failures" data-some=move || (progress.get().failed > 0).then_some("")>
                    {failed}
                </span>
                <time datetime=created_at title=created.map(browser::date_time).unwrap_or_default()>
                    {age}
                </time>
            </a>
        </li>
    }
}

fn progress(job: &JobSummary) -> Progress {
    Progress { status: job.status, received: job.received, imported: job.imported, failed: job.failed }
}
