//! What a file holds, row by row, and the button that sends it.

use crate::{
    browser::{self, number},
    components::{
        checkbox::Checkbox,
        columns::Columns,
        foresight::{Chosen, Rehearsal, WillFit, room},
        preview::Preview,
        problems::Problems,
        question::Question,
        unsent::Consent,
    },
    files::{
        check::Checked,
        decode::Encoding,
        file::{File, Form},
        plan::Plan,
    },
    import::{
        batch::{Import, in_lines, parts},
        checking::Checking,
        choosing::Choosing,
        land::land,
        send::Outbox,
    },
    session::Session,
    text::{plural, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// The card below the drop zone.
#[component]
pub fn Review(name: String, file: Arc<File>, said: RwSignal<String>) -> impl IntoView {
    let choosing = Choosing::new(Plan::of(&file));
    let checking = Checking::follow(file.clone(), choosing.plan);
    let Checking { found, is_done, progress } = checking;
    let (leaves_bad, leaves_empty) = (RwSignal::new(false), RwSignal::new(false));
    let lacks_content = Memo::new(move |_| choosing.plan.read().lacks_content());
    let summary = Memo::new(move |_| match (lacks_content.get(), is_done.get()) {
        (true, _) => "Nothing can be told of the rows before that.".to_owned(),
        (false, false) => "Checking the rows…".to_owned(),
        (false, true) => summary(&found.read()),
    });
    Effect::new(move |_| said.set(summary.get()));
    view! {
        <section class="card review" aria-label="What the file holds">
            <h2>{visible(&name).into_owned()}</h2>
            <p class="soft">{read_as(&file)}</p>
            <Question file=file.clone() choosing=choosing />
            <p>{move || summary.get()}</p>
            <Show when=move || progress.read().is_some()>
                <progress
                    aria-label="Rows checked"
                    max="100"
                    value=move || progress.get().unwrap_or_default().to_string()
                ></progress>
            </Show>
            <Columns file=file choosing=choosing />
            <Problems found=found />
            <Preview found=found />
            <Show when=move || found.read().bad() != 0>
                <Checkbox label="Leave out the rows with problems" value=leaves_bad />
            </Show>
            <Show when=move || found.read().empty != 0>
                <Checkbox label="Leave out the rows without content" value=leaves_empty />
            </Show>
            <Send name=name checking=checking leaves_bad=leaves_bad leaves_empty=leaves_empty />
        </section>
    }
}

/// The buttons that send what the reader does not leave out.
#[component]
fn Send(name: String, checking: Checking, leaves_bad: RwSignal<bool>, leaves_empty: RwSignal<bool>) -> impl IntoView {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    let (land, room) = (land(outbox), room(session));
    let Checking { found, is_done, .. } = checking;
    let rows = Chosen { found, leaves_empty };
    let fit = Memo::new(move |_| room.with(|room| room.as_ref().map(|room| rows.fit(room))));
    // What is not known keeps nobody from sending all.
    let fits = Memo::new(move |_| fit.get().map_or(u32::MAX, |fit| fit.rows));
    let is_ready = move || is_done.get() && rows.count() != 0 && (leaves_bad.get() || found.read().bad() == 0);
    let send = StoredValue::new_local(move |most: u32| {
        outbox.lay(Import::new(&name, browser::random_id()), parts(in_lines(rows.memories(most as usize))));
        outbox.send(session.key(), land.clone());
    });
    let label = Signal::derive(move || {
        let count = rows.count();
        format!("Import {} {}", number(count), plural(count, "memory", "memories"))
    });
    let of_those_that_fit = Signal::derive(move || format!("Import only the first {}, which fit", number(fits.get())));
    view! {
        <WillFit rows=rows room=room fit=fit />
        <Rehearsal rows=rows />
        <Consent />
        <div class="actions">
            <button
                type="button"
                class="primary"
                disabled=move || !is_ready()
                on:click=move |_| send.with_value(|send| send(rows.count()))
            >
                {label}
            </button>
            <Show when=move || fits.get() != 0 && fits.get() < rows.count()>
                <button
                    type="button"
                    disabled=move || !is_ready()
                    on:click=move |_| send.with_value(|send| send(fits.get_untracked()))
                >
                    {of_those_that_fit}
                </button>
            </Show>
        </div>
    }
}

fn summary(found: &Checked) -> String {
    let good = found.good.len().saturating_sub(found.empty) as u32;
    let mut words = vec![format!("{} {} can be imported", number(good), plural(good, "row", "rows"))];
    for (count, what) in [(found.empty, "without content will fail"), (found.bad(), "with problems")] {
        if count > 0 {
            words.push(format!("{} {what}", number(count as u32)));
        }
    }
    if words.len() == 1 {
        words.push("no problems".to_owned());
    }
    words.join(", ")
}

/// How the file was read, where that is not the usual way.
fn read_as(file: &File) -> String {
    let mut words = Vec::new();
    match file.encoding {
        Encoding::Utf8 => {}
        Encoding::Utf16 => words.push("Read as UTF-16.".to_owned()),
        Encoding::Windows1252 => words.push("Read as Windows-1252.".to_owned()),
        Encoding::Mixed(at) => {
            let line = number(file.line(at));
            words.push(format!("Read as UTF-8, and where it is none, first in line {line}, as Windows-1252."));
        }
    }
    if let Form::Table { delimiter, .. } = file.form {
        words.extend(match delimiter {
            Some(',') => None,
            None => Some("Each line is a memory.".to_owned()),
            Some(';') => Some("Semicolons separate the cells.".to_owned()),
            Some('\t') => Some("Tabs separate the cells.".to_owned()),
            Some(other) => Some(format!("{other} separates the cells.")),
        });
    }
    if file.blank > 0 {
        let rows = plural(file.blank, "row without any value was", "rows without any value were");
        words.push(format!("{} {rows} skipped.", number(file.blank)));
    }
    words.join(" ")
}
