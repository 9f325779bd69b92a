//! Takes the errors away: as a file, or on the clipboard.

use super::{
    export::{self, Format},
    reading::Reading,
    set::{ErrorSet, Row},
};
use crate::{
    browser::{self, download, measured, number},
    dom::{El, button, el, icon},
    import::sent::Sent,
    text::plural,
    toast::Toast,
};
use contract::JobId;
use leptos::prelude::*;
use std::sync::Arc;

/// The button and the menu that it opens.
pub fn export_menu(job: JobId, reading: Reading) -> El {
    let (toast, sent) = (expect_context::<Toast>(), expect_context::<Sent>());
    let all = RwSignal::new(false);
    let copy = move || {
        let (_, rows) = chosen(reading, all);
        let count = rows.len() as u32;
        toast.copy(export::indexes(&rows), format!("{} {} copied", number(count), plural(count, "index", "indexes")));
        close();
    };
    let save = move |name: String, format: Format, write: &dyn Fn(&ErrorSet, &[Row]) -> String| {
        let (set, rows) = chosen(reading, all);
        let text = measured("export", || write(&set, &rows));
        let count = rows.len() as u32;
        toast.say(match download(&name, format.media_type(), &text) {
            Ok(()) => format!("{} {} exported", number(count), plural(count, "failure", "failures")),
            Err(_) => "The browser did not take the file".to_owned(),
        });
        close();
    };
    let formats = Format::ALL.map(|(format, name, ending)| {
        let write = move |set: &ErrorSet, rows: &[Row]| export::write(set, rows, format);
        button(move || save(format!("{job}-errors.{ending}"), format, &write)).child(icon("download")).text(name)
    });
    // Where the keyboard is when the menu opens.
    let formats =
        formats.into_iter().zip(0..).map(|(button, at)| if at == 0 { button.attr("autofocus", "") } else { button });
    let correct = move || {
        let write = move |set: &ErrorSet, rows: &[Row]| sent.corrections(job, set, rows);
        save(format!("{job}-to-correct.csv"), Format::Csv, &write);
    };
    let corrections = match sent.has(job) {
        true => button(correct).child(icon("fix")).text("Rows to correct and drop again"),
        false => el("p").class("soft").text("The rows themselves are only in the tab that sent them."),
    };
    let choice = |is_all: bool, label: &str, count: Box<dyn Fn() -> String>| {
        let mark = el("input").attr("type", "radio").attr("name", "export-rows").on("change", move |_| all.set(is_all));
        let mark = if is_all { mark } else { mark.attr("checked", "") };
        let words = el("span").text(label).text(" ").child(el("small").text_of(count));
        el("label").class("check").child(mark).child(words)
    };
    let matching = move || number(reading.rows.read().len() as u32);
    let total = move || number(reading.live.read().rows.len() as u32);
    let which = el("fieldset")
        .child(el("legend").text("Which failures"))
        .child(choice(false, "Those that match", Box::new(matching)))
        .child(choice(true, "All", Box::new(total)));
    let menu = el("div")
        .attr("id", "export")
        .attr("popover", "")
        .class("menu")
        .attr("role", "dialog")
        .attr("aria-label", "Export")
        .child(which)
        .child(el("div").class("formats").children(formats))
        .child(button(copy).child(icon("copy")).text("Copy the failed indexes"))
        .child(corrections);
    let open = el("button")
        .attr("type", "button")
        .attr("popovertarget", "export")
        .attr("aria-keyshortcuts", "e")
        .child(icon("download"))
        .text("Export");
    el("div").class("export").child(open).child(menu)
}

/// The rows to take: those that match, or all of the newest answer, shown or not.
fn chosen(reading: Reading, all: RwSignal<bool>) -> (Arc<ErrorSet>, Arc<Vec<Row>>) {
    if all.get_untracked() {
        let set = reading.live.get_untracked();
        let rows = Arc::new(set.rows.clone());
        return (set, rows);
    }
    (reading.shown.get_untracked(), reading.rows.get_untracked())
}

fn close() {
    if let Some(menu) = browser::find("#export") {
        let _ = menu.hide_popover();
    }
}
