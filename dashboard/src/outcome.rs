//! How far a job is, in numbers, in words and as a bar.

use crate::{
    browser::number,
    dom::{El, el, icon, memo},
    text::width,
};
use contract::JobStatus;
use leptos::prelude::*;

pub use crate::progress::Progress;

/// The status with its picture.
pub fn chip(progress: Signal<Progress>) -> El {
    let word = move || {
        match progress.get().status {
            JobStatus::Pending => "Pending",
            JobStatus::Processing => "Processing",
            JobStatus::Completed => "Completed",
            JobStatus::Failed => "Failed",
        }
        .to_owned()
    };
    let name = memo(move || progress.get().name());
    el("span")
        .class("chip")
        .attr_of("data-status", move || Some(name.get().to_owned()))
        .part(move || Some(icon(name.get())))
        .text_of(word)
}

/// The bar in three parts: imported, failed, remaining.
pub fn bar(progress: Signal<Progress>) -> El {
    let says = move || {
        let now = progress.get();
        let [imported, failed, received] = [now.imported, now.failed, now.received].map(number);
        Some(format!("{imported} imported, {failed} failed, of {received}"))
    };
    let stretch = |name: &str, of: fn(Progress) -> u32| {
        el("span").class(name).style_of("width", move || width(of(progress.get()), progress.get().received))
    };
    el("div")
        .class("bar")
        .attr("role", "progressbar")
        .attr("aria-label", "Progress")
        .attr("aria-valuemin", "0")
        .attr("aria-valuemax", "100")
        .attr_of("aria-valuenow", move || Some(progress.get().percent().to_string()))
        .attr_of("aria-valuetext", says)
        .child(stretch("imported", |progress| progress.imported))
        .child(stretch("failed", |progress| progress.failed))
}
