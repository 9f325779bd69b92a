//! The errors one below the other. Only what is seen, and a little around it, is in the document.

use super::{
    reading::{Reading, SCROLLER},
    set::Row,
};
use crate::{
    browser,
    dom::{El, button, effect, el, icon, memo},
    text::{shortened, visible},
    toast::Toast,
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

/// Characters of a reason that a folded row shows at most.
const FOLDED: usize = 300;

/// The list.
pub fn list(reading: Reading) -> El {
    let measure = move || {
        let height = window().inner_height().ok().and_then(|height| height.as_f64());
        reading.viewport.set(height.unwrap_or_default());
    };
    measure();
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    // A filter or another order shows the beginning of what it found.
    effect(move || {
        reading.text.track();
        reading.group.track();
        reading.sort.track();
        if let Some(list) = browser::find(SCROLLER) {
            list.set_scroll_top(0);
            reading.scroll.set(0.0);
        }
    });
    let scrolled = move |event: Event| {
        let top = event.target().map_or(0, |target| target.unchecked_ref::<Element>().scroll_top());
        reading.scroll.set(f64::from(top));
    };
    let range = memo(move || reading.window.get().drawn(reading.scroll.get(), reading.viewport.get()));
    let drawn = move || {
        let (rows, range, current) = (reading.rows.read(), range.get(), reading.current.get());
        // The row that has the keyboard stays, however far away: else the keyboard would be nowhere.
        let current = rows.iter().position(|row| Some(row.index) == current);
        let before = current.filter(|at| *at < range.start);
        let after = current.filter(|at| *at >= range.end);
        let positions = before.into_iter().chain(range).chain(after);
        positions.filter_map(|at| Some(key(at, rows.get(at)?))).collect()
    };
    let head = el("div")
        .attr("role", "row")
        .child(el("span").attr("role", "columnheader").text("Index"))
        .child(el("span").attr("role", "columnheader").text("Reason"));
    let canvas = el("div")
        .attr("role", "presentation")
        .class("canvas")
        .style_of("height", move || px(reading.window.get().height()))
        .rows(drawn, move |key| row(reading, (key >> 64) as usize));
    let rows =
        el("div").attr("id", "error-rows").attr("role", "rowgroup").class("rows").on("scroll", scrolled).child(canvas);
    el("div")
        .class("list")
        .attr("role", "table")
        .attr("aria-label", "Errors")
        .attr_of("aria-rowcount", move || Some((reading.rows.read().len() + 1).to_string()))
        .child(el("div").attr("role", "rowgroup").class("columns").child(head))
        .child(rows)
        .when(
            move || reading.rows.read().is_empty(),
            || el("p").class("soft none").text("Nothing matches. Try less, or show all."),
        )
}

/// Rows are the same as before when both their place and what they show are.
fn key(at: usize, row: &Row) -> u128 {
    (at as u128) << 64 | u128::from(row.index) << 32 | u128::from(row.reason)
}

fn row(reading: Reading, at: usize) -> El {
    let (set, rows, window) = (reading.shown.get_untracked(), reading.rows.get_untracked(), reading.window);
    let Some(row) = rows.get(at).copied() else { return el("div") };
    let reason = set.reason(row).map_or(String::new(), |reason| reason.text.clone());
    let index = row.index;
    let is_expanded = move || reading.expanded.get() == Some(index);
    let short = el("bdi").text(&visible(&shortened(&reason, FOLDED)));
    let toggle = button(move || reading.toggle(index))
        .attr("aria-label", &format!("Item {index}"))
        .aria("aria-expanded", is_expanded)
        .on("focus", move |_| reading.current.set(Some(index)))
        .child(icon("fold"))
        .text(&index.to_string());
    let cell = el("span").attr("role", "cell");
    // Who selects a part of the text does not mean the row.
    let click = move |_| {
        if !browser::has_selection() {
            reading.toggle(index);
        }
    };
    el("div")
        .attr("role", "row")
        .class("row")
        .attr("aria-rowindex", &(at + 2).to_string())
        .attr("data-index", &index.to_string())
        .flag("data-current", move || reading.current.get() == Some(index))
        .style_of("top", move || px(window.get().top(at)))
        .style_of("height", move || px(window.get().row_height(at)))
        .child(cell.child(toggle))
        .child(el("span").attr("role", "cell").class("reason").on("click", click).child(short))
        .when(is_expanded, move || detail(index, reason.clone()))
}

fn px(length: f64) -> String {
    format!("{}px", length as u32)
}

/// All of one error.
fn detail(index: u32, reason: String) -> El {
    let toast = expect_context::<Toast>();
    let whole = el("p").attr("tabindex", "0").child(el("bdi").text(&visible(&reason)));
    let copy_reason = button(move || toast.copy(reason.clone(), "Reason copied".to_owned()));
    let copy_index = button(move || toast.copy(index.to_string(), "Index copied".to_owned()));
    let actions = el("div")
        .class("actions")
        .child(copy_reason.child(icon("copy")).text("Copy reason"))
        .child(copy_index.child(icon("copy")).text("Copy index"));
    el("div").attr("role", "cell").class("detail").child(whole).child(actions)
}
