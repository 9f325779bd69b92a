//! What stands above every page.

use crate::{
    browser::{self, number},
    components::{account::Account, icon::Icon, theme::ThemeButton},
    import::{
        kept::Kept,
        send::{Outbox, State},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The way to the pages, and what holds on all of them.
#[component]
pub fn Frame(is_signed_in: Memo<bool>, help_open: RwSignal<bool>) -> impl IntoView {
    let outbox = expect_context::<Outbox>();
    let path = use_location().pathname;
    move_the_keyboard(path, is_signed_in);
    let link = move |address: &'static str, label: &'static str| {
        view! {
            <a href=address aria-current=move || (path.read().as_str() == address).then_some("page")>
                {label}
            </a>
        }
    };
    let kept = expect_context::<Kept>();
    let is_sending =
        Memo::new(move |_| outbox.state.get() != State::Idle || kept.offered.with(|kept| !kept.is_empty()));
    view! {
        <div>
            <a class="skip" href="#main">
                "Skip to the content"
            </a>
            <header class="frame">
                <a class="brand" href="/">
                    <Icon name="brand" />
                    <span>"Batch status"</span>
                </a>
                <Show when=move || is_signed_in.get()>
                    <nav aria-label="Pages">{link("/", "Jobs")} {link("/import", "New import")}</nav>
                </Show>
                <div class="tools">
                    <Show when=move || is_sending.get()>
                        <Sending outbox=outbox kept=kept />
                    </Show>
                    <Show when=move || is_signed_in.get()>
                        <Account />
                    </Show>
                    <ThemeButton />
                    <button
                        type="button"
                        class="plain"
                        aria-label="Keys"
                        title="Keys (?)"
                        on:click=move |_| help_open.set(true)
                    >
                        <Icon name="help" />
                    </button>
                </div>
            </header>
        </div>
    }
}

/// Says on every page that something is being sent, or waits to be.
#[component]
fn Sending(outbox: Outbox, kept: Kept) -> impl IntoView {
    let says = move || {
        if outbox.state.get() == State::Idle {
            return format!("Not sent: {}", number(kept.offered.read().len() as u32));
        }
        let word = if outbox.state.get() == State::Stopped { "Stopped" } else { "Sending" };
        format!("{word}, {} of {}", number(outbox.taken()), number(outbox.batches.read().len() as u32))
    };
    view! {
        <a class="sending" href="/import">
            {says}
        </a>
    }
}

/// Puts the keyboard, and with it a screen reader, at the beginning of each page but the first.
fn move_the_keyboard(path: Memo<String>, is_signed_in: Memo<bool>) {
    Effect::new(move |was_here: Option<()>| {
        path.track();
        is_signed_in.track();
        if was_here.is_some() {
            browser::focus("#main");
        }
    });
}
