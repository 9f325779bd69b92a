//! What each column of a file is taken for, and what the reader may say about it.

use crate::{
    browser::number,
    dom::{El, effect, el, memo, value_of},
    files::{
        columns::Field,
        decode::Encoding,
        file::{File, Form},
        plan::Plan,
    },
    text::{plural, shortened, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Rows of a column that are shown beside its name.
const EXAMPLES: usize = 3;

/// How the file was read, where that is not the usual way.
pub fn read_as(file: &File) -> El {
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
            Some(',') | None => None,
            Some(';') => Some("Semicolons separate the cells.".to_owned()),
            Some('\t') => Some("Tabs separate the cells.".to_owned()),
            Some(other) => Some(format!("{other} separates the cells.")),
        });
    }
    if file.blank > 0 {
        let rows = plural(file.blank, "row without any value was", "rows without any value were");
        words.push(format!("{} {rows} skipped.", number(file.blank)));
    }
    el("p").class("soft").text(&words.join(" "))
}

/// Asks for what cannot be told: which column holds the content.
pub fn question(file: &File, plan: RwSignal<Plan>) -> El {
    let has_header = plan.with_untracked(|plan| plan.has_header);
    let options = file.names(has_header).into_iter().enumerate().map(|(at, name)| {
        let label = format!("{name}: {}", examples(file, has_header, at));
        el("option").attr("value", &at.to_string()).text(&visible(&shortened(&label, 80)))
    });
    let choose = move |value: String| {
        if let Ok(column) = value.parse() {
            plan.update(|plan| plan.set(column, Some(Field::Content)));
        }
    };
    let choice = el("select")
        .attr("id", "content-column")
        .child(el("option").attr("value", "").text("Choose one"))
        .children(options)
        .on("change", move |event| choose(value_of(&event)));
    let which = match file.form {
        Form::Json(_) => "Which field holds the content?",
        Form::Table { .. } => "Which column holds the content?",
    };
    el("div").class("question").child(el("label").attr("for", "content-column").text(which)).child(choice)
}

fn examples(file: &File, has_header: bool, column: usize) -> String {
    let examples = file.examples(has_header, column, EXAMPLES);
    examples.iter().map(|example| shortened(example, 80)).collect::<Vec<_>>().join(" · ")
}

/// The columns of a table, or the fields of JSON, each with what it is taken for.
pub fn columns(file: &Arc<File>, plan: RwSignal<Plan>) -> El {
    let (is_table, with_columns) = (matches!(file.form, Form::Table { .. }), file.clone());
    let (with_header, with_rest) = (file.clone(), file.clone());
    let has_header = memo(move || plan.read().has_header);
    let header = is_table.then(|| {
        let set = RwSignal::new(has_header.get_untracked());
        effect(move || {
            let wanted = set.get();
            if wanted != has_header.get_untracked() {
                let keeps_rest = plan.with_untracked(|plan| plan.keeps_rest);
                plan.set(Plan { keeps_rest, ..Plan::with_header(&with_header, wanted) });
            }
        });
        checkbox("The first row is a header", set)
    });
    let keeps_rest = RwSignal::new(false);
    effect(move || {
        let wanted = keeps_rest.get();
        if wanted != plan.with_untracked(|plan| plan.keeps_rest) {
            plan.update(|plan| plan.keeps_rest = wanted);
        }
    });
    let has_rest = move || plan.read().fields.contains(&None);
    el("fieldset")
        .child(el("legend").text(if is_table { "Columns" } else { "Fields" }))
        .children(header)
        .part(move || {
            let names = with_columns.names(has_header.get());
            let columns = names.iter().enumerate().map(|(at, name)| column(&with_columns, plan, is_table, at, name));
            Some(el("ul").class("columns").children(columns))
        })
        .child(el("p").class("soft").attr("role", "status").text_of(move || rest(&with_rest, plan)))
        .when(has_rest, move || checkbox("Put what has no field into the metadata", keeps_rest))
}

/// A box to tick.
pub fn checkbox(label: &str, value: RwSignal<bool>) -> El {
    let mark = el("input").attr("type", "checkbox").bind_checked(value);
    let mark = if value.get_untracked() { mark.attr("checked", "") } else { mark };
    el("label").class("check").child(mark).child(el("span").text(label))
}

fn column(file: &File, plan: RwSignal<Plan>, is_table: bool, at: usize, name: &str) -> El {
    let shown = visible(&shortened(name, 60)).into_owned();
    let field = move || plan.read().fields.get(at).copied().flatten();
    let options = Field::ALL.map(|field| el("option").attr("value", field.name()).text(field.name()));
    let choice = el("select")
        .attr("aria-label", &format!("{} {shown} holds", if is_table { "Column" } else { "Field" }))
        .child(el("option").attr("value", "").text("no field"))
        .children(options)
        .value_of(move || field().map_or("", Field::name).to_owned())
        .on("change", move |event| plan.update(|plan| plan.set(at, Field::named(&value_of(&event)))));
    let cells = examples(file, plan.with_untracked(|plan| plan.has_header), at);
    let label = el("label").child(el("bdi").class("name").text(&shown)).child(choice);
    el("li").child(label).child(el("bdi").class("soft").text(&visible(&shortened(&cells, 80))))
}

/// What becomes of the columns that hold no field.
fn rest(file: &File, plan: RwSignal<Plan>) -> String {
    let plan = plan.read();
    let names = file.names(plan.has_header);
    let rest = names.iter().zip(&plan.fields).filter(|(_, field)| field.is_none());
    let rest = rest.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let rest = visible(&shortened(&rest, 300)).into_owned();
    match (rest.is_empty(), plan.keeps_rest) {
        (true, _) => String::new(),
        (false, true) => format!("Put into the metadata: {rest}."),
        (false, false) => format!("Left out, because no field is chosen: {rest}."),
    }
}
