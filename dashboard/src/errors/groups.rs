//! The reasons as a list of bars: which reason, how many, what share, from which index to which. A click filters.

use super::{reading::Reading, set::Group};
use crate::{
    browser::number,
    dom::{El, button, el, memo},
    text::{percent, shortened, visible, width},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Groups shown before the reader asks for more, and at most.
const FEW: usize = 8;
const MOST: usize = 100;

/// The list.
pub fn groups(reading: Reading) -> El {
    let shown = reading.shown;
    let all = RwSignal::new(false);
    let rows = move || {
        let (set, most) = (shown.get(), if all.get() { MOST } else { FEW });
        let total = set.rows.len() as u32;
        let rows = set.groups.iter().take(most).map(|group| row(group, total, reading.group));
        Some(el("ul").attr("aria-label", "Errors by reason").children(rows))
    };
    let hidden = memo(move || shown.read().groups.len().min(MOST).saturating_sub(FEW));
    let more = move || {
        button(move || all.set(true)).class("plain").text_of(move || format!("Show {} more reasons", hidden.get()))
    };
    el("div")
        .class("groups")
        .child(el("h3").text("By reason"))
        .part(rows)
        .when(move || hidden.get() > 0 && !all.get(), more)
}

fn row(group: &Group, total: u32, chosen: RwSignal<Option<Arc<str>>>) -> El {
    let Group { name, label, count, first, last } = group.clone();
    let figures = format!("{} · {}%", number(count), percent(count, total));
    let range = match first == last {
        true => format!("at {}", number(first)),
        false => format!("from {} to {}", number(first), number(last)),
    };
    let mine = name.clone();
    let address = name.to_string();
    let choose = move || {
        chosen.update(|chosen| *chosen = if chosen.as_ref() == Some(&name) { None } else { Some(name.clone()) });
    };
    let choice = button(choose)
        .class("group")
        .attr("data-group", &address)
        .aria("aria-pressed", move || chosen.read().as_ref() == Some(&mine))
        .child(el("span").class("share").style_of("width", move || width(count, total)))
        .child(el("bdi").class("label").text(&visible(&shortened(&label, 160))))
        .child(el("span").class("figures").text(&figures))
        .child(el("span").class("range").text(&range));
    el("li").child(choice)
}
