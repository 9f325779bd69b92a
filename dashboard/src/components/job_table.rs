//! The jobs of a page, a row each; those of an import are one row.

use crate::{
    components::{group_row::GroupRow, job_row::JobRow},
    jobs::entries::{Entry, entries},
};
use contract::JobSummary;
use leptos::prelude::*;

const KEPT: &str = concat!("Finished jobs are kept for ", env!("JOBS_ARE_KEPT"), ". What they imported stays.");

/// The rows of `jobs`. `is_whole` is whether there are no others.
#[component]
pub fn JobTable(
    #[prop(into)] jobs: Signal<Vec<JobSummary>>,
    #[prop(into)] is_whole: Signal<bool>,
    now: RwSignal<f64>,
) -> impl IntoView {
    let rows = move || jobs.with(|jobs| entries(jobs));
    let row = move |entry: Entry| match entry {
        Entry::Job(id) => view! { <JobRow id=id jobs=jobs now=now is_part=false /> }.into_any(),
        Entry::Group(group) => view! { <GroupRow group=group jobs=jobs is_whole=is_whole now=now /> }.into_any(),
    };
    view! {
        <div>
            <table class="jobs" aria-label="Jobs">
                <thead>
                    <tr>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Name"</th>
                        <th scope="col" class="id">"Job"</th>
                        <th scope="col" class="progress">"Progress"</th>
                        <th scope="col" class="figure imported">"Imported"</th>
                        <th scope="col" class="figure failures">"Failed"</th>
                        <th scope="col" class="figure">"Created"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=rows key=Entry::clone children=row />
                </tbody>
            </table>
            <p class="kept">{KEPT}</p>
        </div>
    }
}
