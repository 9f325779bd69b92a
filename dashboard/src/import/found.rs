//! What the check found: the rows that cannot be sent, by reason, and the first of those that can.

use crate::{
    browser::number,
    dom::{El, el},
    files::check::{Checked, Problem},
    text::{plural, shortened, visible},
};
use contract::{Kind, MemoryInput};

/// Reasons that are listed at most, and lines of each.
const REASONS: usize = 100;
const LINES: usize = 5;
/// Memories that are shown.
const PREVIEW: usize = 5;

/// The reasons, each with its lines.
pub fn problems(checked: &Checked) -> El {
    let rows = checked.problems.iter().take(REASONS).map(|problem| {
        let count = problem.lines.len() as u32;
        let rows = format!("{} {}. ", number(count), plural(count, "row", "rows"));
        let reason = el("span").text(if count > 1 { &rows } else { "" }).child(el("bdi").text(&visible(&problem.says)));
        el("li").child(el("span").class("figure").text(&lines(problem))).child(reason)
    });
    let list = (!checked.problems.is_empty())
        .then(|| el("ul").class("problems").attr("aria-label", "Problems").attr("tabindex", "0").children(rows));
    let (hidden, empty) = (checked.problems.len().saturating_sub(REASONS) as u32, checked.empty as u32);
    let mut notes = Vec::new();
    if hidden > 0 {
        notes.push(format!("and {} more {}.", number(hidden), plural(hidden, "reason", "reasons")));
    }
    if empty > 0 {
        let rows = plural(empty, "row has", "rows have");
        notes.push(format!("{} {rows} no content: taken, and then counted as failed.", number(empty)));
    }
    el("div").class("found").children(list).child(el("p").class("soft").text(&notes.join(" ")))
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

/// The first memories as they will land.
pub fn preview(checked: &Checked) -> Option<El> {
    let memories: Vec<(u32, MemoryInput<'_>)> = checked
        .good
        .iter()
        .take(PREVIEW)
        .filter_map(|good| Some((good.line, MemoryInput::read(&good.json).ok()?)))
        .collect();
    let shown: Vec<(&str, Vec<&str>)> = [
        ("content", values(&memories, |memory| Some(&memory.content))),
        ("user_id", values(&memories, |memory| memory.user_id.as_deref())),
        ("agent_id", values(&memories, |memory| memory.agent_id.as_deref())),
        ("run_id", values(&memories, |memory| memory.run_id.as_deref())),
        ("timestamp", values(&memories, |memory| memory.timestamp.as_deref())),
        ("kind", values(&memories, |memory| (memory.kind == Kind::Session).then_some("session"))),
        ("metadata", values(&memories, |memory| memory.metadata.as_deref().map(|metadata| metadata.get()))),
    ]
    .into_iter()
    .filter(|(_, values)| values.iter().any(|value| !value.is_empty()))
    .collect();
    if shown.is_empty() {
        return None;
    }
    let head = |name: &str| el("th").attr("scope", "col").text(name);
    let row = |(at, (line, _)): (usize, &(u32, MemoryInput<'_>))| {
        let cells = shown.iter().map(|(_, values)| {
            let value = values.get(at).copied().unwrap_or_default();
            el("td").child(el("bdi").text(&visible(&shortened(value, 120))))
        });
        el("tr").child(el("th").attr("scope", "row").text(&number(*line))).children(cells)
    };
    let heads = el("tr").child(head("line")).children(shown.iter().map(|(name, _)| head(name)));
    let table = el("table")
        .child(el("caption").text("The first rows as they will land"))
        .child(el("thead").child(heads))
        .child(el("tbody").children(memories.iter().enumerate().map(row)));
    let about = ["role", "aria-label", "tabindex"].into_iter().zip(["region", "Preview", "0"]);
    Some(about.fold(el("div").class("preview"), |area, (name, value)| area.attr(name, value)).child(table))
}

fn values<'a>(
    memories: &'a [(u32, MemoryInput<'_>)],
    value: impl Fn(&'a MemoryInput<'_>) -> Option<&'a str>,
) -> Vec<&'a str> {
    memories.iter().map(|(_, memory)| value(memory).unwrap_or_default()).collect()
}
