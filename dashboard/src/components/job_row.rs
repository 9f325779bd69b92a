//! A job in the list.

use crate::{
    browser::number,
    components::{
        moment::Moment,
        status::{Bar, Chip},
    },
    jobs::entries,
    progress::Progress,
    recent,
    text::{shortened, visible},
};
use contract::{JobId, JobSummary};
use leptos::prelude::*;

/// The most characters of a name that are shown.
const NAME: usize = 120;

/// The row of the job `id`, which follows `jobs` for as long as the job is in there. `is_part` is whether it is below the row of
/// its import.
#[component]
pub fn JobRow(id: JobId, jobs: Signal<Vec<JobSummary>>, now: RwSignal<f64>, is_part: bool) -> impl IntoView {
    let of_job = move |jobs: &Vec<JobSummary>| jobs.iter().find(|job| job.id == id).cloned();
    let known = jobs.with_untracked(of_job);
    let (label, created_at) = known.map(|job| (job.label, job.created_at)).unwrap_or_default();
    let progress: Memo<Progress> =
        Memo::new(move |_| jobs.with(of_job).as_ref().map_or(Progress::NONE, entries::progress));
    let name = match label {
        Some(label) => view! { <bdi>{shown_name(&label)}</bdi> }.into_any(),
        None => view! {
            <span class="soft">"Unnamed"</span>
            " "
            <span class="seen-by-readers-only">{recent::short(id)}</span>
        }
        .into_any(),
    };
    view! {
        <tr class="job" data-part=is_part.then_some("")>
            <td>
                <Chip progress=progress.into() />
            </td>
            <th scope="row" class="name">
                <a href=format!("/jobs/{id}")>{name}</a>
            </th>
            <td class="id">
                <code title=id.to_string()>{recent::short(id)}</code>
            </td>
            <Counts progress=progress.into() />
            <td class="figure">
                <Moment at=created_at now=now />
            </td>
        </tr>
    }
}

/// How much of it landed and how much did not: a bar and two figures.
#[component]
pub fn Counts(progress: Signal<Progress>) -> impl IntoView {
    let imported = move || {
        let now = progress.get();
        format!("{} of {}", number(now.imported), number(now.received))
    };
    view! {
        <td class="progress">
            <Bar progress=progress />
        </td>
        <td class="figure imported">{imported}</td>
        <td class="figure failures" data-some=move || (progress.get().failed > 0).then_some("")>
            {move || number(progress.get().failed)}
        </td>
    }
}

/// A name as the list shows it.
pub fn shown_name(label: &str) -> String {
    visible(&shortened(label, NAME)).into_owned()
}
