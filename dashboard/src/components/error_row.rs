//! A row of the list of errors.

use crate::{
    browser,
    components::{icon::Icon, sent_item::SentItem, toast::Toast},
    errors::{items::Sent, reading::Reading, window::Place},
    text::{pixels, shortened, visible},
};
use leptos::{html::Div, prelude::*};

/// Characters of a reason that a folded row shows at most.
const FOLDED: usize = 300;

/// The row of what is at `place` now.
#[component]
pub fn ErrorRow(reading: Reading, place: Place) -> impl IntoView {
    let Place { at, row } = place;
    let (index, window) = (row.index, reading.window);
    let reason = reading.shown.read_untracked().reason(row).map_or(String::new(), |reason| reason.text.clone());
    let short = visible(&shortened(&reason, FOLDED)).into_owned();
    let reason = StoredValue::new(reason);
    let is_expanded = move || reading.expanded.get() == Some(index);
    // Who selects a part of the text does not mean the row.
    let click = move |_| {
        if !browser::has_selection() {
            reading.toggle(index);
        }
    };
    view! {
        <div
            role="row"
            class="row"
            aria-rowindex=(at + 2).to_string()
            data-index=index.to_string()
            data-current=move || reading.current.get() == Some(index)
            style:top=move || pixels(window.get().top(at))
            style:height=move || pixels(window.get().row_height(at))
        >
            <span role="cell">
                <button
                    type="button"
                    aria-label=format!("Item {index}")
                    aria-expanded=move || is_expanded().to_string()
                    on:click=move |_| reading.toggle(index)
                    on:focus=move |_| reading.current.set(Some(index))
                >
                    <Icon name="fold" />
                    {index.to_string()}
                </button>
            </span>
            <span role="cell" class="reason" on:click=click>
                <bdi>{short}</bdi>
            </span>
            <Show when=is_expanded>
                <Detail reading=reading index=index reason=reason />
            </Show>
        </div>
    }
}

/// All of one error.
#[component]
fn Detail(reading: Reading, index: u32, reason: StoredValue<String>) -> impl IntoView {
    let toast = expect_context::<Toast>();
    let whole = visible(&reason.read_value()).into_owned();
    let copy_reason = move |_| toast.copy(reason.get_value(), "Reason copied".to_owned());
    let copy_index = move |_| toast.copy(index.to_string(), "Index copied".to_owned());
    let sent = RwSignal::new(Sent::Asking);
    reading.items.ask(index, sent);
    let (detail, is_followed) = (NodeRef::<Div>::new(), StoredValue::new(false));
    Effect::new(move |_| {
        let Some(detail) = detail.get() else { return };
        browser::watch_height(detail.into(), move |height| {
            reading.detail.set(height);
            // Until all of it has come: whoever has scrolled on by then is not fetched back.
            if !is_followed.get_value() {
                is_followed.set_value(sent.with_untracked(|sent| !matches!(sent, Sent::Asking)));
                reading.reveal(index);
            }
        });
    });
    view! {
        <div role="cell" class="detail" node_ref=detail>
            <p tabindex="0">
                <bdi>{whole}</bdi>
            </p>
            <SentItem items=reading.items index=index sent=sent />
            <div class="actions">
                <button type="button" on:click=copy_reason>
                    <Icon name="copy" />
                    "Copy reason"
                </button>
                <button type="button" on:click=copy_index>
                    <Icon name="copy" />
                    "Copy index"
                </button>
            </div>
        </div>
    }
}
