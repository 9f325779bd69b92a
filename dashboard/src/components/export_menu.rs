//! Takes the errors away: as a file, or on the clipboard.

use crate::{
    browser::{self, measured, number},
    components::{
        download::{Download, DownloadButtons},
        icon::Icon,
        toast::Toast,
    },
    errors::{
        export::{self, Format},
        reading::Reading,
        set::{ErrorSet, Row},
    },
    group::{asker::failed_rows, table},
    session::Session,
    text::plural,
};
use contract::JobId;
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// The button and the menu that it opens.
#[component]
pub fn ExportMenu(job: JobId, reading: Reading, download: Download) -> impl IntoView {
    let (toast, session) = (expect_context::<Toast>(), expect_context::<Session>());
    let all = RwSignal::new(false);
    let copy = move |_| {
        let (_, rows) = chosen(reading, all);
        let count = rows.len() as u32;
        toast.copy(export::indexes(&rows), format!("{} {} copied", number(count), plural(count, "index", "indexes")));
        close();
    };
    let save = move |name: String, format: Format| {
        let (set, rows) = chosen(reading, all);
        let text = measured("export", || export::write(&set, &rows, format));
        let count = rows.len() as u32;
        let saved = browser::download(&name, format.media_type(), &text);
        toast.saved(saved, format!("{} {} exported", number(count), plural(count, "failure", "failures")));
        close();
    };
    let format = |(format, name, ending): (Format, &'static str, &'static str)| {
        // The first is where the keyboard is when the menu opens.
        view! {
            <button
                type="button"
                autofocus=format == Format::Csv
                on:click=move |_| save(format!("{job}-errors.{ending}"), format)
            >
                <Icon name="download" />
                {name}
            </button>
        }
    };
    // What was sent is asked for only now.
    let correct = move |_| {
        let (_, rows) = chosen(reading, all);
        close();
        spawn_local(async move {
            // They may be in another order on the page.
            let mut wanted: Vec<u32> = rows.iter().map(|row| row.index).collect();
            wanted.sort_unstable();
            let found = failed_rows(&session.key(), job).await.map(|mut rows| {
                rows.retain(|row| wanted.binary_search(&row.index).is_ok());
                rows
            });
            match found {
                Err(error) => toast.say(error.sentence().to_owned()),
                Ok(rows) => table::hand_out(rows, &format!("{job}-to-correct.csv"), toast),
            }
        });
    };
    view! {
        <div class="export">
            <button type="button" popovertarget="export" aria-keyshortcuts="e">
                <Icon name="download" />
                "Export"
            </button>
            <div id="export" popover="" class="menu" role="dialog" aria-label="Export">
                <Which reading=reading all=all />
                <div class="formats">{Format::ALL.into_iter().map(format).collect_view()}</div>
                <button type="button" on:click=copy>
                    <Icon name="copy" />
                    "Copy the failed indexes"
                </button>
                <button type="button" on:click=correct>
                    <Icon name="fix" />
                    "Rows to correct and drop again"
                </button>
                <DownloadButtons download=download then=close />
            </div>
        </div>
    }
}

/// The choice between the failures that match and all of them.
#[component]
fn Which(reading: Reading, all: RwSignal<bool>) -> impl IntoView {
    let choice = |is_all: bool, label: &'static str, count: Signal<String>| {
        view! {
            <label class="check">
                <input type="radio" name="export-rows" checked=!is_all on:change=move |_| all.set(is_all) />
                <span>{label} " " <small>{count}</small></span>
            </label>
        }
    };
    let matching = Signal::derive(move || number(reading.rows.read().len() as u32));
    let total = Signal::derive(move || number(reading.live.read().rows.len() as u32));
    view! {
        <fieldset>
            <legend>"Which failures"</legend>
            {choice(false, "Those that match", matching)}
            {choice(true, "All", total)}
        </fieldset>
    }
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
