//! Who is signed in, what they have used up, and the way out.

use crate::{
    api::{self, Error},
    browser,
    components::{icon::Icon, usage::UsageNow},
    session::Session,
};
use contract::{Code, Usage, key_id};
use leptos::{prelude::*, task::spawn_local};

/// The key, what it may do and what is left of its limits, in a menu. The usage is asked for each time that it is opened.
#[component]
pub fn Account() -> impl IntoView {
    let session = expect_context::<Session>();
    let tier = move || session.who.with(|who| who.as_ref().map_or("", |who| who.ping.tier.name()));
    let scopes: Vec<_> = session.scopes().into_iter().map(|scope| view! { <li><code>{scope}</code></li> }).collect();
    let (id, usage) = (RwSignal::new(None), RwSignal::new(None));
    let turn = StoredValue::new(0_u32);
    let ask = move || {
        usage.set(None);
        turn.update_value(|turn| *turn += 1);
        let now = turn.get_value();
        spawn_local(async move {
            let answer = api::usage(&session.key(), None).await;
            // Nobody waits for it any more who has asked again or signed out.
            if turn.try_get_value() != Some(now) {
                return;
            }
            match answer.as_ref().err().and_then(Error::code) {
                Some(Code::InvalidKey) => session.refused(),
                _ => usage.set(Some(answer)),
            }
        });
    };
    spawn_local(async move {
        let hash = browser::sha256(&session.key()).await;
        _ = id.try_set(hash.map(|hash| key_id(&hash)));
    });
    let toggled = move |_| {
        if browser::find("#account:popover-open").is_some() {
            ask();
        }
    };
    view! {
        <div class="account">
            <button type="button" class="plain" popovertarget="account">
                <Icon name="key" />
                <span class="tier">{tier}</span>
                <span class="seen-by-readers-only">" account"</span>
            </button>
            <div id="account" popover="" class="menu" on:toggle=toggled>
                <p>"Tier " <strong class="tier-name">{tier}</strong></p>
                {move || id.get().map(|id: String| view! { <p>"Key " <code data-key-id="">{id}</code></p> })}
                <p>"This key may"</p>
                <ul>{scopes}</ul>
                <UsageNow usage=usage again=ask />
                <button type="button" on:click=move |_| session.sign_out_everywhere()>
                    "Sign out"
                </button>
                <p class="soft">"In all tabs of this browser."</p>
            </div>
        </div>
    }
}

/// What came of asking; `None` before there is an answer.
pub type Asked = RwSignal<Option<Result<Usage, Error>>>;
