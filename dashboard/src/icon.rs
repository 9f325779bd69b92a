//! Pictures, drawn in `index.html`.

use leptos::prelude::*;

/// The picture of that name. Decoration: what it says is also said in words.
pub fn icon(name: &'static str) -> AnyView {
    view! { <svg class="icon" aria-hidden="true"><use href=format!("#icon-{name}") /></svg> }.into_any()
}
