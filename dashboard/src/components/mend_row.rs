//! A row to correct.

use crate::{
    browser::large,
    files::columns::Field,
    group::{draft::Draft, mend::FIELDS},
    text::visible,
};
use leptos::prelude::*;

/// The row: a box for each field, what is wrong, and whether to skip it.
#[component]
pub fn MendRow(draft: Draft) -> impl IntoView {
    let line = draft.row.line.map(large).unwrap_or_default();
    let (skip, memory, is_changed) = (draft.skip, draft.memory, draft.is_changed);
    let cells: Vec<_> = FIELDS
        .into_iter()
        .zip(draft.texts)
        .map(|(field, text)| {
            let label = format!("{} of line {line}", field.name());
            let is_long = matches!(field, Field::Content | Field::Metadata);
            match is_long {
                true => view! {
                    <td class="long">
                        <textarea
                            rows="2"
                            aria-label=label
                            disabled=move || skip.get()
                            prop:value=move || text.get()
                            on:input:target=move |event| text.set(event.target().value())
                        ></textarea>
                    </td>
                }
                .into_any(),
                false => view! {
                    <td>
                        <input aria-label=label disabled=move || skip.get() bind:value=text />
                    </td>
                }
                .into_any(),
            }
        })
        .collect();
    let reason = visible(&draft.row.error).into_owned();
    let state = move || match (skip.get(), memory.get(), is_changed.get()) {
        (true, ..) => ("skipped", "Stays as it is.".to_owned()),
        (_, Err(problem), _) => ("bad", visible(&problem).into_owned()),
        (_, _, true) => ("changed", "Changed.".to_owned()),
        _ => ("same", reason.clone()),
    };
    let state_name = {
        let state = state.clone();
        move || state().0
    };
    let state_words = Signal::derive(move || state().1);
    view! {
        <tr data-state=state_name>
            <th scope="row">{line.clone()}</th>
            {cells}
            <td class="state">
                <p>
                    <bdi>{state_words}</bdi>
                </p>
                <label class="check">
                    <input type="checkbox" aria-label=format!("Skip line {line}") bind:checked=skip />
                    <span>"Skip"</span>
                </label>
            </td>
        </tr>
    }
}
