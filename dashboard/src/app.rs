//! Routes, and the frame around every page.

use crate::{
    browser::{self, number},
    dom::{El, button, effect, el, icon, memo},
    import::{
        page::import,
        send::{Outbox, State},
        sent::Sent,
    },
    job::page::job,
    jobs::jobs,
    keys::help,
    recent,
    screen::{link, screen},
    session::Session,
    sign_in::sign_in,
    theme::theme_button,
    toast::Toast,
};
use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};
use std::cell::Cell;

/// The whole dashboard.
#[component]
pub fn App() -> impl IntoView {
    let session = Session::restore();
    let toast = Toast(RwSignal::new(None));
    provide_context(session);
    provide_context(toast);
    let (sent, outbox) = (Sent::default(), Outbox::default());
    outbox.hold_the_tab();
    provide_context(sent);
    provide_context(outbox);
    let is_signed_in = memo(move || session.who.with(Option::is_some));
    forget_when_signed_out(is_signed_in, sent, outbox);
    let page = move || {
        if !is_signed_in.get() {
            return sign_in(session).into_view();
        }
        view! {
            <FlatRoutes fallback=|| no_such_page().into_view()>
                <Route path=path!("/") view=|| jobs().into_view() />
                <Route path=path!("/import") view=|| import().into_view() />
                <Route path=path!("/jobs/:id") view=|| job().into_view() />
            </FlatRoutes>
        }
        .into_any()
    };
    let help_open = RwSignal::new(false);
    view! {
        <Router>
            {frame(session, outbox, is_signed_in, help_open).into_view()}
            <main id="main" tabindex="-1">{page}</main>
            {el("div").child(toast.region()).child(help(help_open)).into_view()}
        </Router>
    }
}

/// The next reader of this tab may be somebody else: what one has sent and seen is none of their business.
fn forget_when_signed_out(is_signed_in: Memo<bool>, sent: Sent, outbox: Outbox) {
    let was_signed_in = Cell::new(false);
    effect(move || {
        let is_signed_in = is_signed_in.get();
        if was_signed_in.replace(is_signed_in) && !is_signed_in {
            outbox.clear();
            sent.clear();
            recent::clear();
        }
    });
}

/// Says on every page that something is being sent, or waits to be.
fn sending(outbox: Outbox) -> El {
    let says = move || {
        let batches = outbox.batches.read();
        let taken = batches.iter().filter(|batch| batch.job.is_some()).count() as u32;
        let word = if outbox.state.get() == State::Stopped { "Stopped" } else { "Sending" };
        format!("{word}, {} of {}", number(taken), number(batches.len() as u32))
    };
    el("a").class("sending").attr("href", "/import").text_of(says)
}

/// What stands above every page.
fn frame(session: Session, outbox: Outbox, is_signed_in: Memo<bool>, help_open: RwSignal<bool>) -> El {
    let path = use_location().pathname;
    move_the_keyboard(path, is_signed_in);
    let page = move |address: &'static str, label: &str| {
        let current = move || (path.read().as_str() == address).then(|| "page".to_owned());
        el("a").attr("href", address).attr_of("aria-current", current).text(label)
    };
    let pages = move || {
        let pages = el("nav").attr("aria-label", "Pages");
        pages.child(page("/", "Jobs")).child(page("/import", "New import"))
    };
    let keys = button(move || help_open.set(true)).class("plain").attr("aria-label", "Keys").attr("title", "Keys (?)");
    let tools = el("div")
        .class("tools")
        .when(move || outbox.state.get() != State::Idle, move || sending(outbox))
        .when(move || is_signed_in.get(), move || account(session))
        .child(theme_button())
        .child(keys.child(icon("help")));
    let brand = el("a").class("brand").attr("href", "/").child(icon("brand")).child(el("span").text("Batch status"));
    el("div")
        .child(el("a").class("skip").attr("href", "#main").text("Skip to the content"))
        .child(el("header").class("frame").child(brand).when(move || is_signed_in.get(), pages).child(tools))
}

/// Puts the keyboard, and with it a screen reader, at the beginning of each page but the first.
fn move_the_keyboard(path: Memo<String>, is_signed_in: Memo<bool>) {
    let is_first = Cell::new(true);
    effect(move || {
        path.track();
        is_signed_in.track();
        if !is_first.replace(false) {
            browser::focus("#main");
        }
    });
}

/// The tier and scopes of the key, and the way out.
fn account(session: Session) -> El {
    let tier = move || session.who.with(|who| who.as_ref().map_or("", |who| who.ping.tier.name()).to_owned());
    let scopes = session.scopes().into_iter().map(|scope| el("li").child(el("code").text(scope)));
    let menu = el("div")
        .attr("id", "account")
        .attr("popover", "")
        .class("menu")
        .child(el("p").text("Tier ").child(el("strong").class("tier-name").text_of(tier)))
        .child(el("p").text("This key may"))
        .child(el("ul").children(scopes))
        .child(button(move || session.sign_out(None)).text("Sign out"));
    let button = el("button")
        .attr("type", "button")
        .class("plain")
        .attr("popovertarget", "account")
        .child(icon("key"))
        .child(el("span").class("tier").text_of(tier))
        .child(el("span").class("seen-by-readers-only").text(" account"));
    el("div").class("account").child(button).child(menu)
}

fn no_such_page() -> El {
    let says = || "The address leads nowhere. Jobs are at /jobs/ and their id.".to_owned();
    screen("no-such-page", "No such page", says, [link("/", "All jobs")])
}
