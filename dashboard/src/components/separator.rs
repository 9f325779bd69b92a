//! What stands between the cells of a table.

use crate::files::layout::DELIMITERS;
use leptos::prelude::*;

/// The choice. `now` is what the table is read with, [`LINES`] where each line is a memory; nothing where it cannot be read.
#[component]
pub fn Separator(now: RwSignal<String>, choose: Callback<Option<char>>) -> impl IntoView {
    let option = |delimiter: char| view! { <option value=delimiter.to_string()>{name(delimiter)}</option> };
    // What is in the first line of the file may be none of the usual ones.
    let other = move || {
        let now = now.read();
        match now.chars().next() {
            None => Some(view! { <option value="">"Choose one"</option> }.into_any()),
            Some(other) if *now != LINES && !DELIMITERS.contains(&other) => Some(option(other).into_any()),
            _ => None,
        }
    };
    view! {
        <div class="separator">
            <label for="separator">"What separates the cells"</label>
            <select
                id="separator"
                prop:value=now
                on:change=move |event| choose.run(event_target_value(&event).chars().next().filter(|char| LINES != char.to_string()))
            >
                {other}
                {DELIMITERS.map(option)}
                <option value=LINES>"Nothing: each line is a memory"</option>
            </select>
        </div>
    }
}

/// What stands for no separator.
pub const LINES: &str = "-";

fn name(delimiter: char) -> String {
    match delimiter {
        ',' => "Comma ,".to_owned(),
        ';' => "Semicolon ;".to_owned(),
        '\t' => "Tab".to_owned(),
        '|' => "Bar |".to_owned(),
        other => other.to_string(),
    }
}
