//! Routes, and the frame around every page.

use crate::{
    icon::icon,
    import::{page::Import, send::Outbox, sent::Sent},
    job::page::JobPage,
    jobs::Jobs,
    keys::Help,
    screen::screen,
    session::Session,
    sign_in::SignIn,
    theme::ThemeButton,
    toast::{Toast, ToastRegion},
};
use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

/// The whole dashboard.
#[component]
pub fn App() -> impl IntoView {
    let session = Session::restore();
    provide_context(session);
    provide_context(Toast(RwSignal::new(None)));
    provide_context(Sent::default());
    provide_context(Outbox::default());
    let help = RwSignal::new(false);
    let is_signed_in = move || session.who.with(Option::is_some);
    view! {
        <Router>
            <a class="skip" href="#main">"Skip to the content"</a>
            <header class="frame">
                <a class="brand" href="/">{icon("brand")}"Batch status"</a>
                <Show when=is_signed_in>
                    <nav aria-label="Pages">
                        <a href="/">"Jobs"</a>
                        <a href="/import">"New import"</a>
                    </nav>
                </Show>
                <div class="tools">
                    <Show when=is_signed_in><Account /></Show>
                    <ThemeButton />
                    <button type="button" class="plain" aria-label="Keys" title="Keys (?)" on:click=move |_| help.set(true)>
                        {icon("help")}
                    </button>
                </div>
            </header>
            <main id="main" tabindex="-1">
                <Show when=is_signed_in fallback=SignIn>
                    <Routes fallback=no_such_page>
                        <Route path=path!("/") view=Jobs />
                        <Route path=path!("/import") view=Import />
                        <Route path=path!("/jobs/:id") view=JobPage />
                    </Routes>
                </Show>
            </main>
            <ToastRegion />
            <Help open=help />
        </Router>
    }
}

/// The tier and scopes of the key, and the way out.
#[component]
fn Account() -> impl IntoView {
    let session = expect_context::<Session>();
    let tier = move || session.who.with(|who| who.as_ref().map(|who| who.ping.tier.name()));
    let scopes = move || {
        let scopes = session.who.with(|who| who.as_ref().map(|who| who.ping.scopes.clone())).unwrap_or_default();
        scopes.into_iter().map(|scope| view! { <li><code>{scope.name()}</code></li> }).collect_view()
    };
    view! {
        <button type="button" class="plain" popovertarget="account" aria-label="Account">
            {icon("key")}<span class="tier">{tier}</span>
        </button>
        <div id="account" popover class="menu">
            <p>"Tier "<strong>{tier}</strong></p>
            <p>"This key may"</p>
            <ul>{scopes}</ul>
            <button type="button" on:click=move |_| session.sign_out(None)>"Sign out"</button>
        </div>
    }
}

fn no_such_page() -> AnyView {
    let says = Signal::derive(|| "The address leads nowhere. Jobs are at /jobs/ and their id.".to_owned());
    let actions = view! { <a class="button primary" href="/">"All jobs"</a> };
    screen("no-such-page", "No such page", says, actions.into_any())
}
