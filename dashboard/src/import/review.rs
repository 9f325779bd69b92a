//! What a file holds, row by row, and the button that sends it.

use super::{
    check::{Checked, check},
    columns::Field,
    page::land,
    read::{File, Table},
    send::Outbox,
    sent::Sent,
};
use crate::{
    browser::number,
    dom::{El, button, el, memo, value_of},
    session::Session,
    text::{plural, shortened, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Problems that are listed at most.
const PROBLEMS: usize = 100;
/// Rows of a table that are shown beside its columns.
const PREVIEW: usize = 3;

/// The card below the drop zone.
pub fn review(name: &str, file: Arc<File>) -> El {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    let (sent, land) = (expect_context::<Sent>(), land(outbox));
    let fields = RwSignal::new(match &*file {
        File::Table(table) => table.fields.clone(),
        File::Json(_) => Vec::new(),
    });
    let leave_out = RwSignal::new(false);
    let columns = match &*file {
        File::Table(table) => Some(columns(table, fields)),
        File::Json(_) => None,
    };
    let checked = memo(move || Arc::new(check(&file, &fields.read())));
    let good = move || checked.read().good.len() as u32;
    let bad = move || checked.read().bad.len() as u32;
    let summary = move || {
        let (good, bad) = (good(), bad());
        let bad_words = if bad == 0 { "no problems".to_owned() } else { format!("{} with problems", number(bad)) };
        format!("{} {} can be imported, {bad_words}", number(good), plural(good, "row", "rows"))
    };
    let leave_out_box = move || {
        let mark = el("input").attr("type", "checkbox").bind_checked(leave_out);
        el("label").class("check").child(mark).child(el("span").text("Leave out the rows with problems"))
    };
    let send = button(move || outbox.send(session.key(), sent, &checked.get_untracked().good, land.clone()))
        .class("primary")
        .flag("disabled", move || good() == 0 || (bad() > 0 && !leave_out.get()))
        .text_of(move || format!("Import {} {}", number(good()), plural(good(), "memory", "memories")));
    el("section")
        .class("card review")
        .attr("aria-label", "What the file holds")
        .child(el("h2").text(&visible(name)))
        .child(el("p").attr("role", "status").text_of(summary))
        .children(columns)
        .part(move || Some(problems(&checked.read())))
        .when(move || bad() > 0 && good() > 0, leave_out_box)
        .child(send)
}

/// The columns of a table, and what each is taken for.
fn columns(table: &Table, fields: RwSignal<Vec<Option<Field>>>) -> El {
    let column = |(at, name): (usize, &String)| {
        let shown = visible(&shortened(name, 60)).into_owned();
        let field = move || fields.read().get(at).copied().flatten();
        let choose = move |value: String| {
            fields.update(|fields| {
                let chosen = Field::named(&value);
                // A field that moves here leaves the column that it was in.
                for field in fields.iter_mut().filter(|field| chosen.is_some() && **field == chosen) {
                    *field = None;
                }
                if let Some(field) = fields.get_mut(at) {
                    *field = chosen;
                }
            });
        };
        let options = Field::ALL.map(|field| el("option").attr("value", field.name()).text(field.name()));
        let choice = el("select")
            .attr("aria-label", &format!("Column {shown} holds"))
            .child(el("option").attr("value", "").text("leave out"))
            .children(options)
            .value_of(move || field().map_or("", Field::name).to_owned())
            .on("change", move |event| choose(value_of(&event)));
        let cells = table.rows.iter().take(PREVIEW).filter_map(|(_, cells)| Some(cells.get(at)?.as_str()));
        let cells = cells.collect::<Vec<_>>().join(" · ");
        let label = el("label").child(el("bdi").class("name").text(&shown)).child(choice);
        el("li").child(label).child(el("bdi").class("soft").text(&visible(&shortened(&cells, 80))))
    };
    let names = table.header.clone();
    let left_out = move || {
        let fields = fields.read();
        let left_out = names.iter().zip(fields.iter()).filter(|(_, field)| field.is_none());
        let left_out = left_out.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        match left_out.is_empty() {
            true => String::new(),
            false => format!("Left out, because no field is chosen: {}.", visible(&shortened(&left_out, 300))),
        }
    };
    el("fieldset")
        .child(el("legend").text("Columns"))
        .child(el("ul").class("columns").children(table.header.iter().enumerate().map(column)))
        .child(el("p").class("soft").attr("role", "status").text_of(left_out))
}

/// The first rows that cannot be sent, with the place of each.
fn problems(checked: &Checked) -> El {
    let rows = checked.bad.iter().take(PROBLEMS).map(|problem| {
        let line = el("span").class("figure").text(&format!("Line {}", number(problem.line as u32)));
        el("li").child(line).child(el("bdi").text(&visible(&problem.says)))
    });
    let list = (!checked.bad.is_empty())
        .then(|| el("ul").class("problems").attr("aria-label", "Problems").attr("tabindex", "0").children(rows));
    let (hidden, empty) = (checked.bad.len().saturating_sub(PROBLEMS) as u32, checked.empty as u32);
    let mut notes = Vec::new();
    if hidden > 0 {
        notes.push(format!("and {} more.", number(hidden)));
    }
    if empty > 0 {
        let rows = plural(empty, "row has", "rows have");
        notes.push(format!("{} {rows} no content: taken, and then counted as failed.", number(empty)));
    }
    el("div").class("found").children(list).child(el("p").class("soft").text(&notes.join(" ")))
}
