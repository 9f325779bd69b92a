//! What a file holds, row by row, and the button that sends it.

use super::{
    found::{preview, problems},
    mapping::{checkbox, columns, question, read_as},
    page::land,
    send::Outbox,
    sent::Sent,
    take::{self, Turns},
};
use crate::{
    browser::number,
    dom::{El, button, effect, el, memo, spawn},
    files::{check::Checked, file::File, plan::Plan},
    session::Session,
    text::{plural, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// The check of a file, which follows the plan for it.
#[derive(Clone, Copy)]
struct Checking {
    /// What the last one found.
    found: RwSignal<Arc<Checked>>,
    /// Whether that is of the plan as it is.
    is_done: RwSignal<bool>,
    /// How far it is, where it takes its time.
    progress: RwSignal<Option<u32>>,
}

impl Checking {
    fn follow(file: Arc<File>, plan: RwSignal<Plan>) -> Self {
        let found = RwSignal::new(Arc::new(Checked::default()));
        let (is_done, progress) = (RwSignal::new(false), RwSignal::new(None));
        let turns = Turns::of_page();
        effect(move || {
            let (file, plan, turns) = (file.clone(), plan.get(), turns.clone());
            is_done.set(false);
            if plan.lacks_content() {
                turns.next();
                progress.set(None);
                return found.set(Arc::default());
            }
            spawn(async move {
                if let Some(checked) = take::check(file, plan, turns, progress).await {
                    found.set(Arc::new(checked));
                    is_done.set(true);
                    progress.set(None);
                }
            });
        });
        Self { found, is_done, progress }
    }
}

/// The card below the drop zone.
pub fn review(name: &str, file: Arc<File>) -> El {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    let (sent, land) = (expect_context::<Sent>(), land(outbox));
    let plan = RwSignal::new(Plan::of(&file));
    let lacks_content = memo(move || plan.read().lacks_content());
    let Checking { found, is_done, progress } = Checking::follow(file.clone(), plan);
    let (leaves_bad, leaves_empty) = (RwSignal::new(false), RwSignal::new(false));
    let bad = move || found.read().bad() as u32;
    let empty = move || found.read().empty as u32;
    let sendable = move || {
        let found = found.read();
        found.good.len().saturating_sub(if leaves_empty.get() { found.empty } else { 0 }) as u32
    };
    let summary = move || match (lacks_content.get(), is_done.get()) {
        (true, _) => "Nothing can be told of the rows before that.".to_owned(),
        (false, false) => "Checking the rows…".to_owned(),
        (false, true) => summary(&found.read()),
    };
    let bar = move || {
        el("progress")
            .attr("aria-label", "Rows checked")
            .attr("max", "100")
            .attr_of("value", move || Some(progress.get().unwrap_or_default().to_string()))
    };
    let send = button(move || {
        let rows = found.with_untracked(|found| {
            let wanted = found.good.iter().filter(|good| !(good.is_empty && leaves_empty.get_untracked()));
            wanted.map(|good| good.json.clone()).collect::<Vec<_>>()
        });
        outbox.send(session.key(), sent, &rows, land.clone());
    });
    let send = send
        .class("primary")
        .flag("disabled", move || !is_done.get() || sendable() == 0 || (bad() > 0 && !leaves_bad.get()))
        .text_of(move || format!("Import {} {}", number(sendable()), plural(sendable(), "memory", "memories")));
    let asked = file.clone();
    el("section")
        .class("card review")
        .attr("aria-label", "What the file holds")
        .child(el("h2").text(&visible(name)))
        .child(read_as(&file))
        .when(move || lacks_content.get(), move || question(&asked, plan))
        .child(el("p").attr("role", "status").text_of(summary))
        .when(move || progress.read().is_some(), bar)
        .child(columns(&file, plan))
        .part(move || Some(problems(&found.read())))
        .part(move || preview(&found.read()))
        .when(move || bad() > 0, move || checkbox("Leave out the rows with problems", leaves_bad))
        .when(move || empty() > 0, move || checkbox("Leave out the rows without content", leaves_empty))
        .child(send)
}

fn summary(found: &Checked) -> String {
    let (good, bad) = (found.good.len() as u32, found.bad() as u32);
    let bad_words = if bad == 0 { "no problems".to_owned() } else { format!("{} with problems", number(bad)) };
    format!("{} {} can be imported, {bad_words}", number(good), plural(good, "row", "rows"))
}
