//! What the tabs of a browser tell each other. No other origin hears it, and nothing of it is stored.

use crate::browser;
use contract::Ping;
use js_sys::Date;
use leptos::{ev, prelude::*};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

/// What all tabs listen to.
const CHANNEL: &str = "session";
/// How long after the first answer the others are there too.
const OTHERS: Duration = Duration::from_millis(25);

/// What all tabs hear.
#[derive(Serialize, Deserialize)]
pub enum Word {
    /// A tab that was just opened wants to know the key. It alone listens to the channel of this name.
    WhoIsSignedIn(String),
    /// The reader signed out.
    SignedOut,
    /// The API refused a key: the others may be no better.
    KeyRefused,
}

/// What a new tab is told.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// The key of the tab that answers.
    pub key: String,
    /// What the API said about it.
    pub ping: Ping,
    used_at: f64,
}

/// The other tabs.
#[derive(Clone, Copy)]
pub struct Tabs {
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
    /// When the reader did something here last.
    used_at: StoredValue<f64>,
}

impl Tabs {
    /// Begins to listen; `hear` is called with all that is said.
    pub fn listen(hear: impl Fn(Self, Word) + 'static) -> Self {
        let channel = BroadcastChannel::new(CHANNEL).ok();
        let tabs = Self { channel: StoredValue::new_local(channel.clone()), used_at: StoredValue::new(0.0) };
        let _ = window_event_listener(ev::pointerdown, move |_| tabs.used_at.set_value(Date::now()));
        let _ = window_event_listener(ev::keydown, move |_| tabs.used_at.set_value(Date::now()));
        if let Some(channel) = channel {
            on_message(&channel, move |word| hear(tabs, word));
        }
        tabs
    }

    /// Tells all other tabs.
    pub fn say(self, word: &Word) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                post(channel, word);
            }
        });
    }

    /// Tells the tab that listens to the channel called `name`, and nobody else.
    pub fn answer(self, name: &str, key: &str, ping: Ping) {
        if let Ok(channel) = BroadcastChannel::new(name) {
            post(&channel, &Answer { key: key.to_owned(), ping, used_at: self.used_at.get_value() });
            channel.close();
        }
    }

    /// Asks who is signed in, and calls `hear` with the answer if there ever is one: a tab that is busy or asleep answers late.
    /// Where several answer, it is the tab that was used last: most likely this one was opened from there.
    pub fn ask(self, hear: impl Fn(Answer) + 'static) {
        let name = browser::random_id();
        let Ok(channel) = BroadcastChannel::new(&name) else { return };
        let (last, hear, open) = (Rc::new(RefCell::new(None::<Answer>)), Rc::new(hear), channel.clone());
        on_message(&channel, move |answer: Answer| {
            if let Some(last) = &mut *last.borrow_mut() {
                if last.used_at <= answer.used_at {
                    *last = answer;
                }
                return;
            }
            *last.borrow_mut() = Some(answer);
            let (last, hear, open) = (last.clone(), hear.clone(), open.clone());
            let others_have_answered = move || {
                open.close();
                if let Some(answer) = last.take() {
                    hear(answer);
                }
            };
            set_timeout(others_have_answered, OTHERS);
        });
        self.say(&Word::WhoIsSignedIn(name));
    }
}

fn post(channel: &BroadcastChannel, what: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(what) {
        let _ = channel.post_message(&text.into());
    }
}

/// Calls `hear` with each message that can be read, for as long as the channel is open. What another version of the page says
/// may not be.
fn on_message<T: DeserializeOwned>(channel: &BroadcastChannel, hear: impl Fn(T) + 'static) {
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(what) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) {
            hear(what);
        }
    });
    channel.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}
