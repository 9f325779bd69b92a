//! The jobs by how they stand.

use crate::jobs::filter::{Counts, Filter, Tab};
use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A tab for each. The arrow keys go from one to the next, Enter and the space bar open it.
#[component]
pub fn JobTabs(filter: Memo<Filter>, #[prop(into)] counts: Signal<Counts>) -> impl IntoView {
    let tab = move |(at, tab): (usize, Tab)| {
        let is_chosen = move || filter.read().tab() == Some(tab);
        let reached = move || is_chosen() || (at == 0 && filter.read().tab().is_none());
        let count = move || counts.read().of(tab).map(|count| count.to_string());
        view! {
            <a
                role="tab"
                data-noscroll=""
                aria-controls="job-list"
                href=move || filter.read().with_tab(tab).address()
                aria-selected=move || if is_chosen() { "true" } else { "false" }
                tabindex=move || if reached() { "0" } else { "-1" }
            >
                {tab.name()}
                " "
                <span class="count">{count}</span>
            </a>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Jobs by status" on:keydown=on_key>
            {Tab::ALL.into_iter().enumerate().map(tab).collect_view()}
        </div>
    }
}

fn on_key(event: KeyboardEvent) {
    let Some(tab) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return };
    let Some(tabs) = tab.parent_element().map(|list| list.children()) else { return };
    let count = tabs.length();
    let at = (0..count).find(|at| tabs.item(*at).is_some_and(|known| known == *tab.as_ref())).unwrap_or_default();
    if event.key() == " " {
        event.prevent_default();
        return tab.click();
    }
    let Some(next) = next(&event.key(), at, count) else { return };
    event.prevent_default();
    if let Some(next) = tabs.item(next).and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        let _ = next.focus();
    }
}

/// The tab that `key` leads to from the one at `at`, where it leads to one.
fn next(key: &str, at: u32, count: u32) -> Option<u32> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowRight" => Some(if at >= last { 0 } else { at + 1 }),
        "ArrowLeft" => Some(at.checked_sub(1).unwrap_or(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round() {
        assert_eq!(
            ["ArrowRight", "ArrowLeft", "Home", "End", "j"].map(|key| next(key, 4, 5)),
            [Some(0), Some(3), Some(0), Some(4), None]
        );
        assert_eq!((next("ArrowLeft", 0, 5), next("ArrowRight", 1, 5), next("Home", 0, 0)), (Some(4), Some(2), None));
    }
}
