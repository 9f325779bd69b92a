//! The section of the page that shows what did not land.

use super::{groups::groups, list::list, reading::Reading, toolbar::toolbar};
use crate::{
    browser::number,
    dom::{El, el, memo},
};
use contract::JobId;
use leptos::prelude::*;

/// The section.
pub fn errors(job: JobId, reading: Reading) -> El {
    let total = move || number(reading.shown.read().rows.len() as u32);
    let is_empty = memo(move || reading.shown.read().rows.is_empty());
    let title = el("h2").attr("id", "errors-title").text("What did not land ");
    let none = || el("p").class("soft none").text("No failures. Everything that was tried has landed.");
    let reader = move || el("div").class("reader").child(toolbar(job, reading)).child(list(reading));
    el("section")
        .attr("id", "errors")
        .class("card errors")
        .flag("data-empty", move || is_empty.get())
        .attr("aria-labelledby", "errors-title")
        .child(title.child(el("span").class("figure soft").text_of(total)))
        .when(move || is_empty.get(), none)
        .when(move || !is_empty.get(), move || groups(reading))
        .when(move || !is_empty.get(), reader)
}
