//! Takes the errors away: as a file, or on the clipboard.

use super::{
    export::{self, Format},
    reading::Reading,
    set::Row,
};
use crate::{
    browser::{self, download, measured, number},
    icon::icon,
    import::sent::Sent,
    text::plural,
    toast::Toast,
};
use contract::JobId;
use leptos::prelude::*;

/// The button and the menu that it opens.
#[component]
pub fn ExportMenu(job: JobId, reading: Reading) -> impl IntoView {
    let (toast, sent) = (expect_context::<Toast>(), expect_context::<Sent>());
    let all = RwSignal::new(false);
    let rows = move || {
        // All of the newest answer, not only of what is shown.
        let set = if all.get_untracked() { reading.live.get_untracked() } else { reading.shown.get_untracked() };
        let rows: Vec<Row> = if all.get_untracked() { set.rows.clone() } else { reading.rows.get_untracked().to_vec() };
        (set, rows)
    };
    let close = || {
        if let Some(menu) = browser::find("#export") {
            let _ = menu.hide_popover();
        }
    };
    let save = move |format: Format, ending: &str| {
        let (set, rows) = rows();
        let text = measured("export", || export::write(&set, &rows, format));
        finish(download(&format!("{job}-errors.{ending}"), format.media_type(), &text), rows.len(), toast);
        close();
    };
    let formats = Format::ALL.map(|(format, name, ending)| {
        view! { <button type="button" on:click=move |_| save(format, ending)>{icon("download")}{name}</button> }
    });
    let copy = move |_| {
        let (_, rows) = rows();
        let count = rows.len() as u32;
        let done = format!("{} {} copied", number(count), plural(count, "index", "indexes"));
        toast.copy(export::indexes(&rows), done);
        close();
    };
    let corrections = move |_| {
        let (set, rows) = rows();
        let text = sent.corrections(job, &set, &rows);
        finish(download(&format!("{job}-to-correct.csv"), Format::Csv.media_type(), &text), rows.len(), toast);
        close();
    };
    let filtered_count = Signal::derive(move || number(reading.rows.read().len() as u32));
    let all_count = Signal::derive(move || number(reading.live.read().rows.len() as u32));
    let choice = move |is_all: bool, label: &'static str, count: Signal<String>| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="export-rows"
                    prop:checked=move || all.get() == is_all
                    on:change=move |_| all.set(is_all)
                />
                <span>{label}" "<small>{count}</small></span>
            </label>
        }
    };
    view! {
        <button type="button" popovertarget="export" aria-keyshortcuts="e">{icon("download")}"Export"</button>
        <div id="export" popover class="menu" role="dialog" aria-label="Export">
            <fieldset>
                <legend>"Which failures"</legend>
                {choice(false, "Those that match", filtered_count)}
                {choice(true, "All", all_count)}
            </fieldset>
            <div class="formats">{Vec::from(formats)}</div>
            <button type="button" on:click=copy>{icon("copy")}"Copy the failed indexes"</button>
            {if sent.has(job) {
                view! { <button type="button" on:click=corrections>{icon("fix")}"Rows to correct and drop again"</button> }
                    .into_any()
            } else {
                view! { <p class="soft">"The rows themselves are only in the tab that sent them."</p> }.into_any()
            }}
        </div>
    }
}

fn finish<E>(saved: Result<(), E>, rows: usize, toast: Toast) {
    let rows = rows as u32;
    toast.say(match saved {
        Ok(()) => format!("{} {} exported", number(rows), plural(rows, "failure", "failures")),
        Err(_) => "The browser did not take the file".to_owned(),
    });
}
