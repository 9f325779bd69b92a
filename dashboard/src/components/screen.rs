//! What is shown instead of a page when there is nothing good to show.

use crate::components::icon::Icon;
use leptos::prelude::*;

/// A page that has only something to say. `name` is what tests and styles call it, and the name of its picture; the children
/// are what the reader may do.
#[component]
pub fn Screen(
    name: &'static str,
    title: &'static str,
    #[prop(into)] says: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card screen" data-screen=name>
            <Icon name=name />
            <h1>{title}</h1>
            <p role="status">{says}</p>
            <div class="actions">{children()}</div>
        </section>
    }
}
