//! The pictures, which are drawn in `index.html`.

use leptos::prelude::*;

/// The picture called `name`. Decoration: what it says is also said in words.
#[component]
pub fn Icon(#[prop(into)] name: Signal<String>) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=move || format!("#icon-{}", name.read())></use>
        </svg>
    }
}
