//! The errors one below the other. Only what is seen, and a little around it, is in the document.

use crate::{
    browser,
    components::{error_row::ErrorRow, rows::keep_rows},
    errors::{reading::Reading, window::Place},
    text::pixels,
};
use leptos::{ev, html::Div, prelude::*};

/// The list.
#[component]
pub fn ErrorList(reading: Reading) -> impl IntoView {
    let canvas = NodeRef::<Div>::new();
    let measure = move || {
        let height = window().inner_height().ok().and_then(|height| height.as_f64());
        reading.viewport.set(height.unwrap_or_default());
        if let Some(canvas) = canvas.get_untracked() {
            reading.scroll.set((-canvas.get_bounding_client_rect().top()).max(0.0));
        }
    };
    measure();
    let resized = window_event_listener(ev::resize, move |_| measure());
    let scrolled = window_event_listener(ev::scroll, move |_| measure());
    on_cleanup(move || {
        resized.remove();
        scrolled.remove();
        reading.scroll.try_set(0.0);
    });
    // A filter or another order shows the beginning of what it found.
    Effect::new(move |_| {
        reading.text.track();
        reading.group.track();
        reading.sort.track();
        if reading.scroll.get_untracked() > 0.0 {
            browser::bring_to_the_top("#errors .list");
            measure();
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
            <div id="error-rows" role="rowgroup">
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
