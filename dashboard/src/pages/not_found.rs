//! What an address shows that leads nowhere.

use crate::components::screen::Screen;
use leptos::prelude::*;

/// The page.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Screen
            name="no-such-page"
            title="No such page"
            says="The address leads nowhere. Jobs are at /jobs/ and their id."
        >
            <a class="button" href="/">
                "All jobs"
            </a>
        </Screen>
    }
}
