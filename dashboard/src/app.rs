//! Routes, and what is known on every page.

use crate::{
    components::{
        frame::Frame,
        keys::Help,
        toast::{Toast, ToastRegion},
    },
    import::{kept::Kept, send::Outbox},
    pages::{
        job::Job,
        jobs::Jobs,
        later::{GroupLater, ImportLater},
        not_found::NotFound,
        sign_in::SignIn,
    },
    session::Session,
    zone::Times,
};
use leptos::prelude::*;
use leptos_router::{
    Lazy,
    components::{FlatRoutes, Route, Router},
    path,
};

/// The whole dashboard.
#[component]
pub fn App() -> impl IntoView {
    let session = Session::restore();
    let kept = Kept::follow(session);
    let outbox = Outbox::new(kept);
    outbox.hold_the_tab();
    provide_context(session);
    provide_context(Times::restore());
    provide_context(Toast(RwSignal::new(None)));
    provide_context(outbox);
    provide_context(kept);
    let is_signed_in = Memo::new(move |_| session.who.with(Option::is_some));
    forget_when_signed_out(is_signed_in, outbox);
    let help_open = RwSignal::new(false);
    let page = move || {
        if session.asking.get() {
            // It takes too short a time to be worth a word.
            return ().into_any();
        }
        if !is_signed_in.get() {
            return view! { <SignIn /> }.into_any();
        }
        view! {
            <FlatRoutes fallback=|| view! { <NotFound /> }>
                <Route path=path!("/") view=Jobs />
                <Route path=path!("/import") view={Lazy::<ImportLater>::new()} />
                <Route path=path!("/imports/:group") view={Lazy::<GroupLater>::new()} />
                <Route path=path!("/jobs/:id") view=Job />
            </FlatRoutes>
        }
        .into_any()
    };
    view! {
        <Router>
            <Frame is_signed_in=is_signed_in help_open=help_open />
            <main id="main" tabindex="-1">
                {page}
            </main>
            <div>
                <ToastRegion />
                <Help open=help_open />
            </div>
        </Router>
    }
}

/// The next reader of this tab may be somebody else: what one has sent and seen is none of their business.
fn forget_when_signed_out(is_signed_in: Memo<bool>, outbox: Outbox) {
    Effect::new(move |was_signed_in: Option<bool>| {
        let is_signed_in = is_signed_in.get();
        if was_signed_in == Some(true) && !is_signed_in {
            outbox.clear();
        }
        is_signed_in
    });
}
