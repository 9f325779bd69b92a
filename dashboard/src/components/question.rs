//! The question for what cannot be told.

use crate::{
    components::columns::examples,
    files::{
        columns::Field,
        file::{File, Form},
    },
    import::choosing::Choosing,
    text::{shortened, visible},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Asks which column of `file` holds the content. Once asked it stays: it must not go while the keyboard is in it, nor move the
/// page below the pointer that leaves it.
#[component]
pub fn Question(file: Arc<File>, choosing: Choosing) -> impl IntoView {
    let plan = choosing.plan;
    let asked = Memo::new(move |before: Option<&(bool, bool)>| {
        let plan = plan.read();
        let was_asked = before == Some(&(plan.has_header, true));
        (plan.has_header, was_asked || plan.lacks_content())
    });
    move || {
        let (has_header, is_asked) = asked.get();
        is_asked.then(|| view! { <Choice file=file.clone() choosing=choosing has_header=has_header /> })
    }
}

#[component]
fn Choice(file: Arc<File>, choosing: Choosing, has_header: bool) -> impl IntoView {
    let holds_content = move |field: &Option<Field>| *field == Some(Field::Content);
    let chosen = move || {
        let at = choosing.plan.read().fields.iter().position(holds_content);
        at.map(|at| at.to_string()).unwrap_or_default()
    };
    let options: Vec<_> = file
        .names(has_header)
        .into_iter()
        .enumerate()
        .map(|(at, name)| {
            let label = format!("{name}: {}", examples(&file, has_header, at));
            view! { <option value=at.to_string()>{visible(&shortened(&label, 80)).into_owned()}</option> }
        })
        .collect();
    let which = match file.form {
        Form::Json(_) => "Which field holds the content?",
        Form::Table { .. } => "Which column holds the content?",
    };
    view! {
        <div class="question">
            <label for="content-column">{which}</label>
            <select
                id="content-column"
                prop:value=chosen
                on:focus=move |_| choosing.begin()
                on:blur=move |_| choosing.end()
                on:change=move |event| choosing.choose(event_target_value(&event).parse().ok(), Some(Field::Content))
            >
                <option value="">"Choose one"</option>
                {options}
            </select>
        </div>
    }
}
