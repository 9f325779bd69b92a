//! Where the reader is among the errors. New ones wait while somebody reads, so that nothing moves under their eyes.

use super::{
    filter::{Filter, Sort, select},
    items::Items,
    set::{ErrorSet, Row},
    window::Window,
};
use crate::{
    browser::{self, measured},
    components::keys::on_keys,
    poll::Poll,
};
use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use std::{sync::Arc, time::Duration};
use web_sys::UrlSearchParams;

/// The reader's place. What one would bookmark of it is in the address: `q`, `group` and `sort`.
#[derive(Clone, Copy)]
pub struct Reading {
    /// The errors of the newest answer.
    pub live: Memo<Arc<ErrorSet>>,
    /// The errors that are shown.
    pub shown: RwSignal<Arc<ErrorSet>>,
    /// What is in the filter box.
    pub text: RwSignal<String>,
    /// The name of the chosen group.
    pub group: RwSignal<Option<Arc<str>>>,
    /// The chosen order.
    pub sort: RwSignal<Sort>,
    /// What of `shown` passes filter and group, in order.
    pub rows: Memo<Arc<Vec<Row>>>,
    /// The index of the row that the keys are on.
    pub current: RwSignal<Option<u32>>,
    /// The index of the row that is expanded.
    pub expanded: RwSignal<Option<u32>>,
    /// The height of what is expanded, in CSS pixels.
    pub detail: RwSignal<f64>,
    /// What was sent of the failed items.
    pub items: Items,
    /// How much of the list is scrolled out of the window, in CSS pixels.
    pub scroll: RwSignal<f64>,
    /// How high the window is, in CSS pixels.
    pub viewport: RwSignal<f64>,
    /// The rows' measures.
    pub window: Memo<Window>,
}

/// For how long nothing is typed before the address follows.
const SETTLED: Duration = Duration::from_millis(300);

/// What an expanded row is taken for until it is drawn, in CSS pixels.
const DETAIL: f64 = 160.0;

impl Reading {
    /// A reader at the place that the address names.
    pub fn new(live: Memo<Arc<ErrorSet>>, items: Items) -> Self {
        // Not the route's own, which stays as it is when another job comes to the same route.
        let (location, navigate) = (use_location(), use_navigate());
        let asked = location.query.get_untracked();
        let shown = RwSignal::new(live.get_untracked());
        let text = RwSignal::new(asked.get("q").unwrap_or_default());
        let group = RwSignal::new(asked.get("group").map(Arc::from));
        let sort = RwSignal::new(Sort::named(&asked.get("sort").unwrap_or_default()));
        let rows = Memo::new(move |_| {
            let (set, filter) = (shown.get(), Filter::parse(&text.read()));
            let group = group.read().as_deref().map(|name| set.group(name).unwrap_or(u32::MAX));
            Arc::new(measured("filter", || select(&set, &filter, group, sort.get())))
        });
        let (expanded, detail) = (RwSignal::new(None), RwSignal::new(DETAIL));
        let expanded_at = Memo::new(move |_| {
            let index = expanded.get()?;
            rows.read().iter().position(|row| row.index == index)
        });
        let window = Memo::new(move |_| {
            let expanded = expanded_at.get().map(|at| (at, detail.get()));
            Window { rows: rows.read().len(), expanded }
        });
        let (current, scroll, viewport) = (RwSignal::new(None), RwSignal::new(0.0), RwSignal::new(0.0));
        let reading =
            Self { live, shown, text, group, sort, rows, current, expanded, detail, items, scroll, viewport, window };
        Effect::new(move |_| {
            live.track();
            // Of what is empty nobody reads, though a link brought a filter along.
            if reading.shown.read_untracked().rows.is_empty() || !reading.is_engaged() {
                reading.show_new();
            }
        });
        let path = location.pathname.get_untracked();
        // The address is at what is shown, without an entry in the history for every letter. Some browsers take no more than a
        // hundred changes within half a minute.
        let mut write_address = debounce(SETTLED, move |query: String| {
            // Somebody may be on the way to another page.
            if location.pathname.get_untracked() == path && location.search.get_untracked() != query {
                let mark = if query.is_empty() { "" } else { "?" };
                let instead = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                navigate(&format!("{path}{mark}{query}"), instead);
            }
        });
        Effect::new(move |_| write_address(reading.query()));
        reading
    }

    /// Takes the page's keys, for as long as the component lives.
    pub fn listen(self, poll: Poll) {
        on_keys(move |key| match key {
            "/" => browser::focus("#filter"),
            "j" => self.step(1),
            "k" => self.step(-1),
            "g" => self.go_to(0),
            "G" => self.go_to(usize::MAX),
            "e" => {
                if let Some(button) = browser::find("[popovertarget=export]") {
                    button.click();
                }
            }
            "r" if !poll.over.get_untracked() => poll.refresh(),
            "p" => poll.toggle_pause(),
            _ => {}
        });
    }

    /// How many errors wait to be shown.
    pub fn waiting(self) -> u32 {
        let waiting = self.live.read().rows.len().saturating_sub(self.shown.read().rows.len());
        u32::try_from(waiting).unwrap_or(u32::MAX)
    }

    /// Shows the errors that wait.
    pub fn show_new(self) {
        if self.waiting_untracked() {
            self.shown.set(self.live.get_untracked());
        }
    }

    fn waiting_untracked(self) -> bool {
        !Arc::ptr_eq(&*self.live.read_untracked(), &*self.shown.read_untracked())
    }

    /// Whether somebody reads: then the list must not change by itself.
    fn is_engaged(self) -> bool {
        self.scroll.get_untracked() > 0.0
            || self.current.get_untracked().is_some()
            || self.expanded.get_untracked().is_some()
            || self.group.read_untracked().is_some()
            || self.sort.get_untracked() != Sort::default()
            || !self.text.read_untracked().is_empty()
            || document()
                .active_element()
                .is_some_and(|element| element.closest("#errors").is_ok_and(|section| section.is_some()))
    }

    /// Expands the row of `index`, or folds it.
    pub fn toggle(self, index: u32) {
        self.current.set(Some(index));
        let expands = self.expanded.get_untracked() != Some(index);
        self.expanded.set(expands.then_some(index));
    }

    /// Brings all of the row of `index` into view.
    pub fn reveal(self, index: u32) {
        spawn_local(async move {
            // It has its height by then.
            tick().await;
            browser::bring_into_view(&selector(index));
        });
    }

    /// Takes everything off that narrows the list.
    pub fn clear(self) {
        self.text.set(String::new());
        self.group.set(None);
    }

    /// Goes to the first row whose index is at least `index`, or the last one; the index that was found.
    pub fn go_to_index(self, index: u32) -> Option<u32> {
        let rows = self.rows.get_untracked();
        let nearest = rows.iter().enumerate().filter(|(_, row)| row.index >= index).min_by_key(|(_, row)| row.index);
        let (position, row) = nearest.or_else(|| rows.iter().enumerate().max_by_key(|(_, row)| row.index))?;
        self.go_to(position);
        Some(row.index)
    }

    fn step(self, by: isize) {
        let rows = self.rows.get_untracked();
        let at = self.current.get_untracked().and_then(|index| rows.iter().position(|row| row.index == index));
        self.go_to(at.map_or(0, |at| at.saturating_add_signed(by)));
    }

    /// Makes the row at `position`, or the last one, the current one, shows it and puts the keyboard on it.
    fn go_to(self, position: usize) {
        let rows = self.rows.get_untracked();
        let position = position.min(rows.len().saturating_sub(1));
        let Some(row) = rows.get(position) else { return };
        let index = row.index;
        self.current.set(Some(index));
        // It is drawn by then.
        request_animation_frame(move || {
            browser::bring_into_view(&selector(index));
            browser::focus(&format!("{} button", selector(index)));
        });
    }

    /// What of the address says what is shown, as behind the `?`.
    fn query(self) -> String {
        let Ok(query) = UrlSearchParams::new() else { return String::new() };
        self.text.with(|text| {
            if !text.is_empty() {
                query.set("q", text)
            }
        });
        self.group.with(|group| {
            if let Some(group) = group {
                query.set("group", group)
            }
        });
        let sort = self.sort.get();
        if sort != Sort::default() {
            query.set("sort", sort.name());
        }
        query.to_string().into()
    }
}

/// Finds the row of `index` in the document.
fn selector(index: u32) -> String {
    format!("[data-index='{index}']")
}
