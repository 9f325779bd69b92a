//! What each column of a file is taken for, and what the reader may say about it.

use crate::{
    components::checkbox::Checkbox,
    files::{
        columns::Field,
        file::{File, Form},
        plan::Plan,
    },
    import::choosing::Choosing,
    text::{shortened, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Rows of a column that are shown beside its name.
const EXAMPLES: usize = 3;

/// The columns of a table, or the fields of JSON, each with what it is taken for.
#[component]
pub fn Columns(file: Arc<File>, choosing: Choosing) -> impl IntoView {
    let is_table = matches!(file.form, Form::Table { .. });
    let plan = choosing.plan;
    let has_header = Memo::new(move |_| plan.read().has_header);
    let (with_columns, with_rest) = (file.clone(), file.clone());
    let columns = move || {
        let names = with_columns.names(has_header.get()).into_iter().enumerate();
        names.map(|(at, name)| column(&with_columns, choosing, is_table, at, &name)).collect::<Vec<_>>()
    };
    let keeps_rest = RwSignal::new(false);
    Effect::new(move |_| {
        let wanted = keeps_rest.get();
        if wanted != plan.with_untracked(|plan| plan.keeps_rest) {
            plan.update(|plan| plan.keeps_rest = wanted);
        }
    });
    view! {
        <fieldset>
            <legend>{if is_table { "Columns" } else { "Fields" }}</legend>
            {is_table.then(|| view! { <Header file=file plan=plan /> })}
            <ul class="columns">{columns}</ul>
            <p class="soft" role="status">
                {move || rest(&with_rest, &plan.read())}
            </p>
            <Show when=move || plan.read().fields.contains(&None)>
                <Checkbox label="Put what has no field into the metadata" value=keeps_rest />
            </Show>
        </fieldset>
    }
}

/// Whether the first row names the columns.
#[component]
fn Header(file: Arc<File>, plan: RwSignal<Plan>) -> impl IntoView {
    let is_header = RwSignal::new(plan.with_untracked(|plan| plan.has_header));
    Effect::new(move |_| {
        let wanted = is_header.get();
        let (has_header, keeps_rest) = plan.with_untracked(|plan| (plan.has_header, plan.keeps_rest));
        if wanted != has_header {
            plan.set(Plan { keeps_rest, ..Plan::with_header(&file, wanted) });
        }
    });
    view! { <Checkbox label="The first row is a header" value=is_header /> }
}

/// The column called `name`.
fn column(file: &File, choosing: Choosing, is_table: bool, at: usize, name: &str) -> impl IntoView + use<> {
    let shown = visible(&shortened(name, 60)).into_owned();
    let label = format!("{} {shown} holds", if is_table { "Column" } else { "Field" });
    let cells = examples(file, choosing.plan.with_untracked(|plan| plan.has_header), at);
    let options = Field::ALL.map(|field| view! { <option value=field.name()>{field.name()}</option> });
    let field = move || choosing.plan.read().fields.get(at).copied().flatten().map_or("", Field::name);
    view! {
        <li>
            <label>
                <bdi class="name">{shown}</bdi>
                <select
                    aria-label=label
                    prop:value=field
                    on:focus=move |_| choosing.begin()
                    on:blur=move |_| choosing.end()
                    on:change=move |event| choosing.choose(Some(at), Field::named(&event_target_value(&event)))
                >
                    <option value="">"no field"</option>
                    {options}
                </select>
            </label>
            <bdi class="soft">{visible(&shortened(&cells, 80)).into_owned()}</bdi>
        </li>
    }
}

/// What stands in the first rows of a column.
pub fn examples(file: &File, has_header: bool, column: usize) -> String {
    let examples = file.examples(has_header, column, EXAMPLES);
    examples.iter().map(|example| shortened(example, 80)).collect::<Vec<_>>().join(" · ")
}

/// What becomes of the columns that hold no field.
fn rest(file: &File, plan: &Plan) -> String {
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
