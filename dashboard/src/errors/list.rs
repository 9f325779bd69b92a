//! The errors one below the other. Only what is seen, and a little around it, is in the document.

use super::{
    reading::{Reading, SCROLLER},
    set::{ErrorSet, Row},
};
use crate::{
    browser,
    icon::icon,
    text::{shortened, visible},
    toast::Toast,
};
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// Characters of a reason that a folded row shows at most.
const FOLDED: usize = 300;

/// The list.
#[component]
pub fn List(reading: Reading) -> impl IntoView {
    let measure = move || {
        let height = window().inner_height().ok().and_then(|height| height.as_f64());
        reading.viewport.set(height.unwrap_or_default());
    };
    measure();
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let scrolled = move |event: ev::Event| {
        reading.scroll.set(f64::from(event_target::<web_sys::Element>(&event).scroll_top()));
    };
    // A filter or another order shows the beginning of what it found.
    Effect::new(move |before: Option<()>| {
        reading.text.track();
        reading.group.track();
        reading.sort.track();
        if let (Some(()), Some(list)) = (before, browser::find(SCROLLER)) {
            list.set_scroll_top(0);
            reading.scroll.set(0.0);
        }
    });
    let range = Memo::new(move |_| reading.window.get().drawn(reading.scroll.get(), reading.viewport.get()));
    let drawn = Memo::new(move |_| {
        let (rows, range, current) = (reading.rows.read(), range.get(), reading.current.get());
        let mut drawn: Vec<(usize, Row)> =
            range.clone().zip(rows.get(range.clone()).unwrap_or_default().iter().copied()).collect();
        // The row that has the keyboard stays, however far away: else the keyboard would be nowhere.
        let current = rows.iter().position(|row| Some(row.index) == current).filter(|at| !range.contains(at));
        if let Some((at, row)) = current.and_then(|at| Some((at, *rows.get(at)?))) {
            let place = if at < range.start { 0 } else { drawn.len() };
            drawn.insert(place, (at, row));
        }
        drawn
    });
    let height = Signal::derive(move || format!("{}px", reading.window.get().height()));
    let count = Signal::derive(move || reading.rows.read().len().saturating_add(1).to_string());
    let is_empty = Memo::new(move |_| reading.rows.read().is_empty());
    view! {
        <div class="list" role="table" aria-label="Errors" aria-rowcount=count>
            <div role="rowgroup" class="columns">
                <div role="row">
                    <span role="columnheader">"Index"</span>
                    <span role="columnheader">"Reason"</span>
                </div>
            </div>
            <div id="error-rows" role="rowgroup" class="rows" on:scroll=scrolled>
                <div role="presentation" class="canvas" style:height=height>
                    <For
                        each=move || drawn.get()
                        key=|(at, row)| (*at, row.index)
                        children=move |(at, row)| error_row(reading, at, row)
                    />
                </div>
            </div>
            <Show when=move || is_empty.get()>
                <p class="soft none">"Nothing matches. Try less, or show all."</p>
            </Show>
        </div>
    }
}

fn error_row(reading: Reading, at: usize, row: Row) -> AnyView {
    let set = reading.shown.get_untracked();
    let text = reason(&set, row);
    let window = reading.window;
    let top = Signal::derive(move || format!("{}px", window.get().top(at)));
    let height = Signal::derive(move || format!("{}px", window.get().row_height(at)));
    let is_expanded = Memo::new(move |_| reading.expanded.get() == Some(row.index));
    let is_current = Memo::new(move |_| reading.current.get() == Some(row.index));
    let short = visible(&shortened(&text, FOLDED)).into_owned();
    let detail = move || is_expanded.get().then(|| detail(row, text.clone()));
    view! {
        <div
            role="row"
            class="row"
            class:current=is_current
            aria-rowindex=at.saturating_add(2).to_string()
            data-index=row.index.to_string()
            style:top=top
            style:height=height
        >
            <span role="cell">
                <button
                    type="button"
                    aria-expanded=move || is_expanded.get().to_string()
                    aria-label=format!("Item {}", row.index)
                    on:click=move |_| reading.toggle(row.index)
                    on:focus=move |_| reading.current.set(Some(row.index))
                >
                    {icon("fold")}
                    {row.index}
                </button>
            </span>
            <span role="cell" class="reason" on:click=move |_| reading.toggle(row.index)><bdi>{short}</bdi></span>
            {detail}
        </div>
    }
    .into_any()
}

/// All of one error.
fn detail(row: Row, text: Arc<str>) -> AnyView {
    let toast = expect_context::<Toast>();
    let shown = visible(&text).into_owned();
    view! {
        <div role="cell" class="detail">
            <p tabindex="0" aria-label="The whole reason"><bdi>{shown}</bdi></p>
            <div class="actions">
                <button
                    type="button"
                    on:click=move |_| toast.copy(text.to_string(), "Reason copied".to_owned())
                >
                    {icon("copy")}"Copy reason"
                </button>
                <button
                    type="button"
                    on:click=move |_| toast.copy(row.index.to_string(), "Index copied".to_owned())
                >
                    {icon("copy")}"Copy index"
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn reason(set: &ErrorSet, row: Row) -> Arc<str> {
    set.reason(row).map(|reason| reason.text.clone()).unwrap_or_default()
}
