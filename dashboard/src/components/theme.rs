//! Light, dark, or as the system says.

use crate::{browser::local_storage, components::icon::Icon};
use leptos::prelude::*;

const STORED: &str = "theme";
const THEMES: [&str; 3] = ["system", "light", "dark"];

/// Goes through the themes. What was chosen is kept for the next visit.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let stored = local_storage().and_then(|storage| storage.get_item(STORED).ok().flatten());
    let theme = RwSignal::new(THEMES.into_iter().find(|theme| stored.as_deref() == Some(theme)).unwrap_or("system"));
    Effect::new(move |_| {
        let theme = theme.get();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", theme);
        }
        if let Some(storage) = local_storage() {
            let _ = storage.set_item(STORED, theme);
        }
    });
    let next = move |_| {
        theme.update(|theme| {
            let after = THEMES.iter().cycle().skip_while(|known| *known != theme).nth(1);
            *theme = after.copied().unwrap_or("system");
        });
    };
    let name = move || format!("Theme: {}", theme.get());
    view! {
        <button type="button" class="plain" aria-label=name title=name on:click=next>
            <Icon name=Signal::derive(move || theme.get().to_owned()) />
        </button>
    }
}
