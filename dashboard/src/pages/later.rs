//! The pages that come when somebody goes there: what they are made of, most of it the reading of files, is half of the program,
//! and a first visit does without.

use super::{group::Group, import::Import};
use crate::components::screen::Screen;
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::LazyRoute;

/// The page of `/import`.
pub struct ImportLater;

/// The page of `/imports/:group`.
pub struct GroupLater;

impl LazyRoute for ImportLater {
    fn data() -> Self {
        Self
    }

    async fn view(_this: Self) -> AnyView {
        import().await.unwrap_or_else(not_there)
    }
}

impl LazyRoute for GroupLater {
    fn data() -> Self {
        Self
    }

    async fn view(_this: Self) -> AnyView {
        group().await.unwrap_or_else(not_there)
    }
}

#[wasm_split(imports, wasm_split_path = ::leptos::wasm_split, fallible)]
fn import() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Import /> }.into_any())
}

#[wasm_split(imports, wasm_split_path = ::leptos::wasm_split, fallible)]
fn group() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Group /> }.into_any())
}

/// There is no network, or another version is served by now and the files of this one are gone.
fn not_there(_error: SplitLoaderError) -> AnyView {
    let says =
        "This part of the page did not come. The network may be gone, or there is a new version. Load the page again.";
    view! {
        <Screen name="not-loaded" title="This page cannot be shown" says=says>
            <button type="button" class="primary" on:click=move |_| _ = window().location().reload()>
                "Load again"
            </button>
        </Screen>
    }
    .into_any()
}
