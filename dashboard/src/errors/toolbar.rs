//! What narrows, orders and exports the list.

use super::{filter::Sort, menu::export_menu, reading::Reading};
use crate::{
    browser::number,
    dom::{El, button, el, icon, value_of},
    text::plural,
    toast::Toast,
};
use contract::JobId;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent};

/// The boxes above the list, and how many match.
pub fn toolbar(job: JobId, reading: Reading) -> El {
    let boxes = el("div")
        .class("toolbar")
        .attr("role", "search")
        .attr("aria-label", "Errors")
        .child(filter_box(reading))
        .child(order(reading))
        .child(go_to_index(reading))
        .child(export_menu(job, reading));
    el("div").class("tools-of-list").child(boxes).child(matches(reading))
}

fn filter_box(reading: Reading) -> El {
    let leave = |event: Event| {
        if event.unchecked_ref::<KeyboardEvent>().key() == "Escape"
            && let Some(target) = event.target()
        {
            let _ = target.unchecked_ref::<HtmlElement>().blur();
        }
    };
    let input = el("input")
        .attr("id", "filter")
        .attr("type", "search")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("aria-label", "Filter errors")
        .attr("aria-keyshortcuts", "/")
        .attr("placeholder", "Text, 120-180, or both")
        .bind(reading.text)
        .on("keydown", leave);
    let hint = el("kbd").attr("aria-hidden", "true").text("/");
    el("div").class("field filter").child(icon("filter")).child(input).child(hint)
}

fn order(reading: Reading) -> El {
    let orders = Sort::ALL.map(|(_, name, label)| el("option").attr("value", name).text(label));
    el("select")
        .attr("aria-label", "Order")
        .children(orders)
        .value_of(move || reading.sort.get().name().to_owned())
        .on("change", move |event| reading.sort.set(Sort::named(&value_of(&event))))
}

fn go_to_index(reading: Reading) -> El {
    let toast = expect_context::<Toast>();
    let index = RwSignal::new(String::new());
    let go = move |event: Event| {
        event.prevent_default();
        let Ok(wanted) = index.get_untracked().trim().parse::<u32>() else {
            return toast.say("An index is a whole number".to_owned());
        };
        match reading.go_to_index(wanted) {
            Some(found) if found == wanted => {}
            Some(found) => toast.say(format!("Nothing shown at {}; the nearest is {}", number(wanted), number(found))),
            None => toast.say("Nothing is shown".to_owned()),
        }
    };
    let input = el("input")
        .attr("inputmode", "numeric")
        .attr("aria-label", "Go to index")
        .attr("placeholder", "Index")
        .bind(index);
    el("form").class("field go").on("submit", go).child(input).child(el("button").attr("type", "submit").text("Go"))
}

fn matches(reading: Reading) -> El {
    let says = move || {
        let (rows, all) = (reading.rows.read().len() as u32, reading.shown.read().rows.len() as u32);
        let of = if rows == all { String::new() } else { format!("{} of ", number(rows)) };
        format!("{of}{} {}", number(all), plural(all, "failure", "failures"))
    };
    let is_narrowed = move || !reading.text.read().is_empty() || reading.group.read().is_some();
    let waiting = move || {
        let waiting = reading.waiting();
        format!("{} new {}", number(waiting), plural(waiting, "failure", "failures"))
    };
    let pill = move || {
        let pill = button(move || reading.show_new()).class("pill").attr("data-new", "");
        pill.child(icon("new")).text_of(waiting)
    };
    el("div")
        .class("matches")
        .child(el("p").attr("role", "status").attr("data-matches", "").text_of(says))
        .when(is_narrowed, move || button(move || reading.clear()).class("plain").text("Show all"))
        .child(el("div").class("end").attr("role", "status").when(move || reading.waiting() > 0, pill))
}
