//! The rows that cannot be sent, by reason.

use crate::{
    browser::number,
    files::check::{Checked, Problem},
    text::{plural, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Reasons that are listed at most, and lines of each.
const REASONS: usize = 100;
const LINES: usize = 5;

/// The reasons, each with its lines.
#[component]
pub fn Problems(found: RwSignal<Arc<Checked>>) -> impl IntoView {
    let list = move || {
        let found = found.read();
        let rows: Vec<_> = found.problems.iter().take(REASONS).map(row).collect();
        (!rows.is_empty()).then(|| {
            view! {
                <ul class="problems" aria-label="Problems" tabindex="0">
                    {rows}
                </ul>
            }
        })
    };
    view! {
        <div class="found">
            {list} <p class="soft">{move || notes(&found.read())}</p>
        </div>
    }
}

fn row(problem: &Problem) -> impl IntoView + use<> {
    let count = problem.lines.len() as u32;
    let rows = (count > 1).then(|| format!("{} {}. ", number(count), plural(count, "row", "rows")));
    view! {
        <li>
            <span class="figure">{lines(problem)}</span>
            <span>{rows} <bdi>{visible(&problem.says).into_owned()}</bdi></span>
        </li>
    }
}

fn lines(problem: &Problem) -> String {
    let count = problem.lines.len();
    let first: Vec<String> = problem.lines.iter().take(LINES).map(|line| number(*line)).collect();
    let word = plural(count as u32, "Line", "Lines");
    match count.saturating_sub(LINES) as u32 {
        0 => format!("{word} {}", first.join(", ")),
        more => format!("{word} {} and {} more", first.join(", "), number(more)),
    }
}

fn notes(found: &Checked) -> String {
    let (hidden, empty) = (found.problems.len().saturating_sub(REASONS) as u32, found.empty as u32);
    let mut notes = Vec::new();
    if hidden > 0 {
        notes.push(format!("and {} more {}.", number(hidden), plural(hidden, "reason", "reasons")));
    }
    if empty > 0 {
        let rows = plural(empty, "row has", "rows have");
        notes.push(format!("{} {rows} no content: taken, and then counted as failed.", number(empty)));
    }
    notes.join(" ")
}
