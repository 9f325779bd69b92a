//! The reasons as a list of bars: which reason, how many, what share, from which index to which. A click filters.

use super::{reading::Reading, set::Group};
use crate::{
    browser::number,
    text::{percent, shortened, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Groups shown before the reader asks for more, and at most.
const FEW: usize = 8;
const MOST: usize = 100;

/// The list.
#[component]
pub fn Groups(reading: Reading) -> impl IntoView {
    let (shown, chosen) = (reading.shown, reading.group);
    let all = RwSignal::new(false);
    let count = Memo::new(move |_| shown.read().groups.len());
    let names = Memo::new(move |_| {
        let most = if all.get() { MOST } else { FEW };
        shown.read().groups.iter().take(most).map(|group| group.name.clone()).collect::<Vec<_>>()
    });
    let row = move |name: Arc<str>| {
        let known = name.clone();
        let group = Memo::new(move |_| shown.read().groups.iter().find(|group| group.name == known).cloned());
        let total = Memo::new(move |_| shown.read().rows.len() as u32);
        group_row(name, group, total, chosen)
    };
    let more = move || {
        let hidden = count.get().min(MOST).saturating_sub(FEW);
        (hidden > 0 && !all.get()).then(|| {
            view! {
                <button type="button" class="plain" on:click=move |_| all.set(true)>
                    {format!("Show {hidden} more reasons")}
                </button>
            }
        })
    };
    view! {
        <div class="groups">
            <h3>"By reason"</h3>
            <ul aria-label="Errors by reason">
                <For each=move || names.get() key=Arc::clone children=row />
            </ul>
            {more}
        </div>
    }
}

fn group_row(
    name: Arc<str>,
    group: Memo<Option<Group>>,
    total: Memo<u32>,
    chosen: RwSignal<Option<Arc<str>>>,
) -> AnyView {
    let of = move |read: &dyn Fn(&Group) -> String| group.with(|group| group.as_ref().map(read)).unwrap_or_default();
    let label = Signal::derive(move || of(&|group| visible(&shortened(&group.label, 160)).into_owned()));
    let share = move || group.with(|group| group.as_ref().map_or(0, |group| percent(group.count, total.get())));
    let width = Signal::derive(move || format!("{}%", share()));
    let figures = Signal::derive(move || of(&|group| format!("{} · {}%", number(group.count), share())));
    let range = Signal::derive(move || {
        of(&|group| match group.first == group.last {
            true => format!("at {}", number(group.first)),
            false => format!("from {} to {}", number(group.first), number(group.last)),
        })
    });
    let (mine, click) = (name.clone(), name.clone());
    let pressed = Signal::derive(move || (chosen.read().as_ref() == Some(&mine)).to_string());
    let choose = move |_| {
        chosen.update(|chosen| *chosen = if chosen.as_ref() == Some(&click) { None } else { Some(click.clone()) });
    };
    view! {
        <li>
            <button type="button" class="group" aria-pressed=pressed data-group=name.to_string() on:click=choose>
                <span class="share" style:width=width></span>
                <bdi class="label">{label}</bdi>
                <span class="figures">{figures}</span>
                <span class="range">{range}</span>
            </button>
        </li>
    }
    .into_any()
}
