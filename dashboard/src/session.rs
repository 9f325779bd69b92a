//! The API key of this tab. It lives in memory, or in the tab's session storage if the reader says so; it never becomes
//! part of a URL. A tab that was just opened asks the others for it.

use crate::{
    api::{self, Error},
    browser::{self, local_storage, session_storage},
    poll::Poll,
    recent,
    tabs::{Tabs, Word},
};
use contract::{Code, Ping, Scope};
use leptos::{prelude::*, task::spawn_local};
use std::{sync::Arc, time::Duration};

const KEY: &str = "key";
const PING: &str = "ping";
/// Names what keys are kept for, in what outlives the tab and beside each key: a tab that sleeps hears of no end.
const SESSION: &str = "session";
/// How long the sign-in is held back for another tab to tell the key.
const PATIENCE: Duration = Duration::from_millis(300);
const REFUSED: &str = "This key is no longer accepted: it was revoked or has expired. Sign in with another.";

/// Who is signed in, if anybody is.
#[derive(Clone, Copy)]
pub struct Session {
    /// The key, and what the API says about it.
    pub who: RwSignal<Option<SignedIn>>,
    /// Why the last key is no longer used.
    pub notice: RwSignal<Option<String>>,
    /// Whether the other tabs are being asked for the key, and have had too little time to answer.
    pub asking: RwSignal<bool>,
    /// Whether a key that another tab tells, however late, is used.
    awaits_others: StoredValue<bool>,
    tabs: Tabs,
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
    /// The session that this tab kept, or that of another tab, or none.
    pub fn restore() -> Self {
        let kept = || {
            let storage = session_storage()?;
            let item = |name| storage.get_item(name).ok().flatten();
            if item(SESSION) != session_name() {
                return None;
            }
            Some(SignedIn { key: item(KEY)?.into(), ping: serde_json::from_str(&item(PING)?).ok()? })
        };
        let who = kept();
        let asks = who.is_none();
        let (who, notice, asking) = (RwSignal::new(who), RwSignal::new(None), RwSignal::new(asks));
        let awaits_others = StoredValue::new(asks);
        let of = move |tabs| Self { who, notice, asking, awaits_others, tabs };
        let session = of(Tabs::listen(move |tabs, word| of(tabs).hear(word)));
        if asks {
            // A session that was not kept ends with a reload, and what it left is not the next one's.
            forget();
            session.ask_other_tabs();
        }
        session
    }

    fn ask_other_tabs(self) {
        self.tabs.ask(move |answer| {
            if self.awaits_others.get_value() {
                self.sign_in(SignedIn { key: answer.key.into(), ping: answer.ping }, false);
            }
        });
        set_timeout(move || self.asking.set(false), PATIENCE);
    }

    fn hear(self, word: Word) {
        match (word, self.who.get_untracked()) {
            (Word::WhoIsSignedIn(channel), Some(who)) => self.tabs.answer(&channel, &who.key, who.ping),
            (Word::SignedOut, Some(_)) => self.sign_out(Some("You signed out in another tab.".to_owned())),
            (Word::SignedOut, None) => self.ask_no_longer(),
            (Word::KeyRefused, Some(who)) => self.leave_if_refused(who.key),
            (Word::WhoIsSignedIn(_) | Word::KeyRefused, None) => {}
        }
    }

    fn leave_if_refused(self, key: Arc<str>) {
        spawn_local(async move {
            let answer = api::ping(&key).await;
            let is_refused = answer.is_err_and(|error| error.code() == Some(Code::InvalidKey));
            if is_refused && self.key() == key {
                self.sign_out(Some(REFUSED.to_owned()));
            }
        });
    }

    /// Uses `who` from now on; with `keep` until the tab is closed, else until it is reloaded.
    pub fn sign_in(self, who: SignedIn, keep: bool) {
        if let (true, Some(storage), Ok(ping)) = (keep, session_storage(), serde_json::to_string(&who.ping)) {
            let _ = storage.set_item(KEY, &who.key);
            let _ = storage.set_item(PING, &ping);
            if let Some(outliving) = local_storage() {
                let name = session_name().unwrap_or_else(browser::random_id);
                let _ = outliving.set_item(SESSION, &name);
                let _ = storage.set_item(SESSION, &name);
            }
        }
        self.notice.set(None);
        self.who.set(Some(who));
        self.ask_no_longer();
    }

    fn ask_no_longer(self) {
        self.awaits_others.set_value(false);
        self.asking.set(false);
    }

    /// Forgets the key in all tabs, because the reader says so.
    pub fn sign_out_everywhere(self) {
        if let Some(outliving) = local_storage() {
            let _ = outliving.remove_item(SESSION);
        }
        self.tabs.say(&Word::SignedOut);
        self.sign_out(None);
    }

    /// Goes back to the sign-in because the API refuses the key. The other tabs look whether theirs is still good.
    pub fn refused(self) {
        self.tabs.say(&Word::KeyRefused);
        self.sign_out(Some(REFUSED.to_owned()));
    }

    /// Forgets the key of this tab, in storage too. `notice` is why, where it was not the reader who asked for it.
    pub fn sign_out(self, notice: Option<String>) {
        forget();
        self.notice.set(notice);
        self.who.set(None);
    }

    /// Goes back to the sign-in when `poll` finds that the key is no longer good.
    pub fn leave_when_refused(self, poll: Poll) {
        Effect::new(move |_| {
            if poll.problem.with(|problem| problem.as_ref().and_then(Error::code)) == Some(Code::InvalidKey) {
                self.refused();
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

/// Takes out of the storage of this tab what belongs to a session.
fn forget() {
    if let Some(storage) = session_storage() {
        for name in [KEY, PING, SESSION] {
            let _ = storage.remove_item(name);
        }
    }
    recent::clear();
}

/// The name of what keys are kept for now.
fn session_name() -> Option<String> {
    local_storage()?.get_item(SESSION).ok().flatten()
}
