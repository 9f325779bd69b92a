//! The reasons as a list of bars: which reason, how many, what share, from which index to which. A click filters.

use crate::{
    browser::number,
    errors::{reading::Reading, set::Group},
    text::{percent, shortened, visible, width},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Groups shown before the reader asks for more, and at most.
const FEW: usize = 8;
const MOST: usize = 100;

/// The list.
#[component]
pub fn ErrorGroups(reading: Reading) -> impl IntoView {
    let shown = reading.shown;
    let all = RwSignal::new(false);
    let bars = move || {
        let (set, most) = (shown.read(), if all.get() { MOST } else { FEW });
        let total = set.rows.len() as u32;
        let bars = set.groups.iter().take(most).cloned();
        bars.map(|group| view! { <Bar group=group total=total chosen=reading.group /> }).collect_view()
    };
    let hidden = Memo::new(move |_| shown.read().groups.len().min(MOST).saturating_sub(FEW));
    let has_more = move || hidden.get() > 0 && !all.get();
    view! {
        <div class="groups">
            <h3>"By reason"</h3>
            <ul aria-label="Errors by reason">{bars}</ul>
            <Show when=has_more>
                <button type="button" class="plain" on:click=move |_| all.set(true)>
                    {move || format!("Show {} more reasons", hidden.get())}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Bar(group: Group, total: u32, chosen: RwSignal<Option<Arc<str>>>) -> impl IntoView {
    let Group { name, label, count, first, last } = group;
    let range = match first == last {
        true => format!("at {}", number(first)),
        false => format!("from {} to {}", number(first), number(last)),
    };
    let (address, mine) = (name.to_string(), name.clone());
    let is_chosen = move || chosen.read().as_ref() == Some(&mine);
    let choose = move |_| {
        chosen.update(|chosen| *chosen = if chosen.as_ref() == Some(&name) { None } else { Some(name.clone()) });
    };
    view! {
        <li>
            <button
                type="button"
                class="group"
                data-group=address
                aria-pressed=move || is_chosen().to_string()
                on:click=choose
            >
                <span class="share" style:width=width(count, total)></span>
                <bdi class="label">{visible(&shortened(&label, 160)).into_owned()}</bdi>
                <span class="figures">{format!("{} · {}%", number(count), percent(count, total))}</span>
                <span class="range">{range}</span>
            </button>
        </li>
    }
}
