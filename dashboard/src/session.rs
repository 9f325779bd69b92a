//! The API key of this tab. It lives in memory, or in the tab's session storage if the reader says so; it never becomes
//! part of a URL.

use crate::{api::Error, browser::session_storage, poll::Poll, recent};
use contract::{Code, Ping, Scope};
use leptos::prelude::*;
use std::sync::Arc;

const KEY: &str = "key";
const PING: &str = "ping";

/// Who is signed in, if anybody is.
#[derive(Clone, Copy)]
pub struct Session {
    /// The key, and what the API says about it.
    pub who: RwSignal<Option<SignedIn>>,
    /// Why the last key is no longer used.
    pub notice: RwSignal<Option<String>>,
}

/// A key that the API accepted.
#[derive(Clone, PartialEq)]
pub struct SignedIn {
    /// The key itself.
    pub key: Arc<str>,
    /// What the API says about it.
    pub ping: Ping,
}

impl Session {
    /// The session that this tab kept, or none.
    pub fn restore() -> Self {
        let kept = || {
            let storage = session_storage()?;
            let item = |name| storage.get_item(name).ok().flatten();
            Some(SignedIn { key: item(KEY)?.into(), ping: serde_json::from_str(&item(PING)?).ok()? })
        };
        let who = kept();
        if who.is_none() {
            // A session that was not kept ends with a reload, and what it left is not the next one's.
            recent::clear();
        }
        Self { who: RwSignal::new(who), notice: RwSignal::new(None) }
    }

    /// Uses `who` from now on; with `keep` until the tab is closed, else until it is reloaded.
    pub fn sign_in(self, who: SignedIn, keep: bool) {
        if let (true, Some(storage), Ok(ping)) = (keep, session_storage(), serde_json::to_string(&who.ping)) {
            let _ = storage.set_item(KEY, &who.key);
            let _ = storage.set_item(PING, &ping);
        }
        self.notice.set(None);
        self.who.set(Some(who));
    }

    /// Forgets the key, in storage too. `notice` is why, where it was not the reader who asked for it.
    pub fn sign_out(self, notice: Option<String>) {
        if let Some(storage) = session_storage() {
            let _ = storage.remove_item(KEY);
            let _ = storage.remove_item(PING);
        }
        recent::clear();
        self.notice.set(notice);
        self.who.set(None);
    }

    /// Goes back to the sign-in when `poll` finds that the key is no longer good.
    pub fn leave_when_refused(self, poll: Poll) {
        Effect::new(move |_| {
            if poll.problem.with(|problem| problem.as_ref().and_then(Error::code)) == Some(Code::InvalidKey) {
                let notice = "This key is no longer accepted: it was revoked or has expired. Sign in with another.";
                self.sign_out(Some(notice.to_owned()));
            }
        });
    }

    /// The key as it is now; empty when nobody is signed in.
    pub fn key(self) -> Arc<str> {
        self.who.with_untracked(|who| who.as_ref().map(|who| who.key.clone())).unwrap_or_default()
    }

    /// The names of what the key may do.
    pub fn scopes(self) -> Vec<&'static str> {
        self.who.with(|who| who.iter().flat_map(|who| &who.ping.scopes).map(|scope| scope.name()).collect())
    }

    /// Whether the key may do what `scope` says.
    pub fn may(self, scope: Scope) -> bool {
        self.who.with(|who| who.as_ref().is_some_and(|who| who.ping.scopes.contains(&scope)))
    }
}
