//! What stands between the cells of a table.

use crate::files::layout::DELIMITERS;
use leptos::prelude::*;

/// The choice. `now` is what the table is read with, `Some(None)` where each line is a memory; `None` where it cannot be read.
#[component]
pub fn Separator(#[prop(into)] now: Signal<Option<Option<char>>>, choose: Callback<Option<char>>) -> impl IntoView {
    let other = move || now.get().flatten().filter(|delimiter| !DELIMITERS.contains(delimiter));
    let option = |delimiter: char| view! { <option value=delimiter.to_string()>{name(delimiter)}</option> };
    let value = move || match now.get() {
        Some(Some(delimiter)) => delimiter.to_string(),
        Some(None) => LINES.to_owned(),
        None => String::new(),
    };
    view! {
        <div class="separator">
            <label for="separator">"What separates the cells"</label>
            <select
                id="separator"
                prop:value=value
                on:change=move |event| choose.run(event_target_value(&event).chars().next().filter(|char| *char != NONE))
            >
                {move || now.get().is_none().then(|| view! { <option value="">"Choose one"</option> })}
                {DELIMITERS.map(option)}
                {move || other().map(option)}
                <option value=LINES>"Nothing: each line is a memory"</option>
            </select>
        </div>
    }
}

/// What stands for no separator.
const NONE: char = '-';
const LINES: &str = "-";

fn name(delimiter: char) -> String {
    match delimiter {
        ',' => "Comma ,".to_owned(),
        ';' => "Semicolon ;".to_owned(),
        '\t' => "Tab".to_owned(),
        '|' => "Bar |".to_owned(),
        other => other.to_string(),
    }
}
