//! The errors one below the other. Only what is seen, and a little around it, is in the document.

use crate::{
    browser,
    components::{error_row::ErrorRow, rows::keep_rows},
    errors::{
        reading::{Reading, SCROLLER},
        window::Place,
    },
    text::pixels,
};
use leptos::{ev, html::Div, prelude::*};

/// The list.
#[component]
pub fn ErrorList(reading: Reading) -> impl IntoView {
    let measure = move || {
        let height = window().inner_height().ok().and_then(|height| height.as_f64());
        reading.viewport.set(height.unwrap_or_default());
    };
    measure();
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    // A filter or another order shows the beginning of what it found.
    Effect::new(move |_| {
        reading.text.track();
        reading.group.track();
        reading.sort.track();
        if let Some(list) = browser::find(SCROLLER) {
            list.set_scroll_top(0);
            reading.scroll.set(0.0);
        }
    });
    let range = Memo::new(move |_| reading.window.get().drawn(reading.scroll.get(), reading.viewport.get()));
    let places = move || {
        let (rows, range, current) = (reading.rows.read(), range.get(), reading.current.get());
        // The row that has the keyboard stays, however far away: else the keyboard would be nowhere.
        let current = rows.iter().position(|row| Some(row.index) == current);
        let before = current.filter(|at| *at < range.start);
        let after = current.filter(|at| *at >= range.end);
        let positions = before.into_iter().chain(range).chain(after);
        positions.filter_map(|at| Some(Place { at, row: *rows.get(at)? })).collect()
    };
    let canvas = NodeRef::<Div>::new();
    keep_rows(canvas, places, move |place| view! { <ErrorRow reading=reading place=place /> }.into_any());
    let none = move || reading.rows.read().is_empty();
    view! {
        <div
            class="list"
            role="table"
            aria-label="Errors"
            aria-rowcount=move || (reading.rows.read().len() + 1).to_string()
        >
            <div role="rowgroup" class="columns">
                <div role="row">
                    <span role="columnheader">"Index"</span>
                    <span role="columnheader">"Reason"</span>
                </div>
            </div>
            <div
                id="error-rows"
                role="rowgroup"
                class="rows"
                on:scroll:target=move |event| reading.scroll.set(f64::from(event.target().scroll_top()))
            >
                <div
                    role="presentation"
                    class="canvas"
                    node_ref=canvas
                    style:height=move || pixels(reading.window.get().height())
                ></div>
            </div>
            <Show when=none>
                <p class="soft none">"Nothing matches. Try less, or show all."</p>
            </Show>
        </div>
    }
}
