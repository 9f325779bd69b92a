//! Who is signed in, and the way out.

use crate::{components::icon::Icon, session::Session};
use leptos::prelude::*;

/// The tier and scopes of the key, in a menu.
#[component]
pub fn Account() -> impl IntoView {
    let session = expect_context::<Session>();
    let tier = move || session.who.with(|who| who.as_ref().map_or("", |who| who.ping.tier.name()));
    let scopes: Vec<_> = session.scopes().into_iter().map(|scope| view! { <li><code>{scope}</code></li> }).collect();
    view! {
        <div class="account">
            <button type="button" class="plain" popovertarget="account">
                <Icon name="key" />
                <span class="tier">{tier}</span>
                <span class="seen-by-readers-only">" account"</span>
            </button>
            <div id="account" popover="" class="menu">
                <p>"Tier " <strong class="tier-name">{tier}</strong></p>
                <p>"This key may"</p>
                <ul>{scopes}</ul>
                <button type="button" on:click=move |_| session.sign_out(None)>
                    "Sign out"
                </button>
            </div>
        </div>
    }
}
