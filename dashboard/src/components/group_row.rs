//! An import of several batches in the list.

use crate::{
    browser::number,
    components::{
        icon::Icon,
        job_row::{Counts, JobRow, shown_name},
        moment::Moment,
        status::Chip,
    },
    jobs::entries::{of_group, sum},
    progress::Progress,
};
use contract::JobSummary;
use leptos::prelude::*;

/// The row of the import `group`, and below it, once it is unfolded, those of its jobs. It adds up the ones on this page, and
/// says so where there may be others.
#[component]
pub fn GroupRow(
    group: String,
    jobs: Signal<Vec<JobSummary>>,
    is_whole: Signal<bool>,
    now: RwSignal<f64>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let href = format!("/imports/{group}");
    let group = StoredValue::new(group);
    let ids = Memo::new(move |_| {
        let jobs = jobs.read();
        group.with_value(|group| of_group(&jobs, group).map(|job| job.id).collect::<Vec<_>>())
    });
    let progress: Memo<Progress> = Memo::new(move |_| {
        let jobs = jobs.read();
        group.with_value(|group| sum(of_group(&jobs, group)))
    });
    let newest = move || jobs.with(|jobs| group.with_value(|group| of_group(jobs, group).next().cloned()));
    let created_at = Memo::new(move |_| newest().map(|job| job.created_at).unwrap_or_default());
    let label = untrack(newest).and_then(|job| job.label);
    let name = label.map_or("Unnamed".to_owned(), |label| shown_name(&label));
    let batches = move || {
        let here = if is_whole.get() { "" } else { " here" };
        format!("{} batches{here}", number(ids.read().len() as u32))
    };
    let unfold = format!("Batches of {name}");
    let part = move |id| view! { <JobRow id=id jobs=jobs now=now is_part=true /> };
    view! {
        <tr class="job" data-group="">
            <td>
                <Chip progress=progress.into() />
            </td>
            <th scope="row" class="name">
                <button
                    type="button"
                    class="plain"
                    aria-label=unfold
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                >
                    <Icon name="fold" />
                </button>
                <a href=href>
                    <bdi>{name}</bdi>
                </a>
            </th>
            <td class="id">{batches}</td>
            <Counts progress=progress.into() />
            <td class="figure">
                {move || view! { <Moment at=created_at.get() now=now /> }}
            </td>
        </tr>
        <Show when=move || is_open.get()>
            <For each=move || ids.get() key=|id| *id children=part />
        </Show>
    }
}
