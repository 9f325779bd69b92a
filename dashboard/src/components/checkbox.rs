//! A box to tick.

use leptos::prelude::*;

/// The box, which follows `value` and sets it.
#[component]
pub fn Checkbox(label: &'static str, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" bind:checked=value />
            <span>{label}</span>
        </label>
    }
}
