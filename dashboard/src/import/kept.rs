//! What is not sent yet, kept in the browser if the reader agrees, so that it can go on after a reload. It is kept for one key,
//! which alone is offered it; of the key itself there is no more than its id.

use super::batch::{Batch, Import, Memory, Post};
use crate::{browser, database, session::Session};
use contract::{JobId, key_id};
use js_sys::Date;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// Hours for which it is kept. The API knows an idempotency key for a day: sent later, a batch might be imported twice.
pub const KEPT_HOURS: f64 = 20.0;

/// The same in milliseconds.
const KEPT: f64 = KEPT_HOURS * 3_600_000.0;

/// What is kept for who is signed in.
#[derive(Clone, Copy)]
pub struct Kept {
    /// Whether the reader agrees.
    pub consent: RwSignal<bool>,
    /// What was not sent when the tab was last closed.
    pub offered: RwSignal<Vec<Batch>>,
    /// Whether all that is in the outbox is kept; `None` where that was not asked for.
    pub is_kept: RwSignal<Option<bool>>,
    /// The id of the key.
    owner: RwSignal<Option<Arc<str>>>,
}

/// A batch as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// In milliseconds since 1970.
    at: f64,
    /// Its place among those that were kept with it.
    number: u32,
    label: String,
    group: String,
    idempotency_key: String,
    lines: Vec<u32>,
    memories: Vec<String>,
    /// The job and the items of a retry.
    retry: Option<(String, Vec<u32>)>,
}

impl Kept {
    /// Follows who is signed in: finds what was kept for the key, and forgets it when that one signs out.
    pub fn follow(session: Session) -> Self {
        let (consent, offered) = (RwSignal::new(false), RwSignal::new(Vec::new()));
        let kept = Self { consent, offered, is_kept: RwSignal::new(None), owner: RwSignal::new(None) };
        let key = Memo::new(move |_| session.who.with(|who| who.as_ref().map(|who| who.key.clone())));
        Effect::new(move |_| {
            let key = key.get();
            if let Some(owner) = kept.owner.get_untracked() {
                spawn_local(async move { _ = database::remove(&owner).await });
            }
            kept.owner.set(None);
            kept.offered.set(Vec::new());
            kept.consent.set(false);
            kept.is_kept.set(None);
            let Some(key_now) = key.clone() else { return };
            spawn_local(async move {
                let Some(hash) = browser::sha256(&key_now).await else { return };
                let owner: Arc<str> = format!("{} ", key_id(&hash)).into();
                let found = database::all(&owner).await.unwrap_or_default();
                // Somebody else may have signed in meanwhile.
                if session.who.with_untracked(|who| who.as_ref().is_some_and(|who| who.key == key_now)) {
                    kept.owner.set(Some(owner));
                    kept.offered.set(batches(&found, Date::now()));
                }
            });
        });
        kept
    }

    /// Whether the browser can keep anything.
    pub fn can(self) -> bool {
        self.owner.with(Option::is_some)
    }

    /// Keeps `batches`, if the reader agrees.
    pub fn keep(self, batches: &[Batch]) {
        let owner = self.owner.get_untracked().filter(|_| self.consent.get_untracked());
        let Some(owner) = owner else { return self.is_kept.set(None) };
        let now = Date::now();
        let texts = (0..).zip(batches).map(|(number, batch)| (place(&owner, batch), text(batch, number, now)));
        let texts: Vec<_> = texts.collect();
        spawn_local(async move {
            let is_kept = database::put(&texts).await.is_ok();
            self.is_kept.set(Some(is_kept));
        });
    }

    /// Forgets a batch that is handed in.
    pub fn forget(self, batch: &Batch) {
        if let Some(owner) = self.owner.get_untracked() {
            let place = place(&owner, batch);
            spawn_local(async move { _ = database::remove(&place).await });
        }
    }

    /// Takes what was offered, as far as it is still to be sent: another tab may have handed some of it in, and what is too old
    /// might be imported twice.
    ///
    /// # Errors
    /// When the browser does not hand it out: it is offered still.
    pub async fn take(self) -> Result<Vec<Batch>, JsValue> {
        let (owner, offered) = (self.owner.get_untracked(), self.offered.get_untracked());
        let found = match owner {
            Some(owner) => database::all(&owner).await?,
            None => Vec::new(),
        };
        self.offered.set(Vec::new());
        let mut batches = batches(&found, Date::now());
        batches.retain(|batch| offered.iter().any(|offered| offered.idempotency_key == batch.idempotency_key));
        Ok(batches)
    }

    /// Forgets what was offered.
    pub fn decline(self) {
        for batch in self.offered.get_untracked() {
            self.forget(&batch);
        }
        self.offered.set(Vec::new());
    }
}

/// The key under which a batch is kept.
fn place(owner: &str, batch: &Batch) -> String {
    format!("{owner}{}", batch.idempotency_key)
}

fn text(batch: &Batch, number: u32, at: f64) -> String {
    let (memories, retry) = match &batch.post {
        Post::Memories(memories) => (memories.as_slice(), None),
        Post::Retry { of, indexes } => (&[][..], Some((of.to_string(), indexes.clone()))),
    };
    let stored = Stored {
        at,
        number,
        label: batch.import.label.clone(),
        group: batch.import.group.clone(),
        idempotency_key: batch.idempotency_key.clone(),
        lines: memories.iter().map(|memory| memory.line).collect(),
        memories: memories.iter().map(|memory| memory.json.to_string()).collect(),
        retry,
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

/// The batches of such texts that may still be sent at `now`, in the order in which they were kept: those of one import.
fn batches(texts: &[String], now: f64) -> Vec<Batch> {
    let stored = texts.iter().filter_map(|text| serde_json::from_str::<Stored>(text).ok());
    let mut stored: Vec<Stored> = stored.filter(|stored| (0.0..KEPT).contains(&(now - stored.at))).collect();
    stored.sort_by(|one, other| one.at.total_cmp(&other.at).then(one.number.cmp(&other.number)));
    let group = stored.first().map(|stored| stored.group.clone());
    stored.retain(|stored| Some(&stored.group) == group.as_ref());
    let import =
        stored.first().map(|first| Arc::new(Import { label: first.label.clone(), group: first.group.clone() }));
    let batch = |stored: Stored| {
        let memories = stored.lines.into_iter().zip(stored.memories);
        let memories = memories.map(|(line, json)| Memory { line, json: json.into() }).collect();
        let post = match stored.retry {
            Some((of, indexes)) => Post::Retry { of: of.parse::<JobId>().ok()?, indexes },
            None => Post::Memories(memories),
        };
        let (import, idempotency_key) = (import.clone()?, stored.idempotency_key);
        Some(Batch { import, post, is_taken: false, job: None, idempotency_key })
    };
    stored.into_iter().filter_map(batch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(group: &str) -> Vec<Batch> {
        let memories = [2, 5].map(|line| Memory { line, json: r#"{"content":"\"a\""}"#.into() }).to_vec();
        let of = format!("job_{:032x}", 1).parse().unwrap();
        let posts = vec![Post::Memories(memories), Post::Retry { of, indexes: vec![2, 7] }];
        let import = Import::new("notes.csv", group.to_owned());
        let keys = std::cell::Cell::new(0);
        super::super::batch::batches(import, posts, || format!("key-{group}-{}", keys.replace(keys.get() + 1)))
    }

    fn texts(batches: &[Batch], at: f64) -> Vec<String> {
        // The database has them by their keys.
        batches.iter().enumerate().rev().map(|(number, batch)| text(batch, number as u32, at)).collect()
    }

    #[test]
    fn what_is_kept_is_sent_as_it_would_have_been() {
        let sent = stored("one");
        let again = batches(&texts(&sent, 1_000.0), 2_000.0);
        let bodies = |batches: &[Batch]| -> Vec<_> {
            batches.iter().map(|batch| (batch.body(), batch.idempotency_key.clone())).collect()
        };
        assert_eq!(bodies(&again), bodies(&sent));
    }

    #[test]
    fn what_the_api_might_import_twice_is_kept_no_longer() {
        let texts = texts(&stored("one"), 1_000.0);
        assert_eq!(batches(&texts, 1_000.0 + KEPT - 1.0).len(), 2);
        assert_eq!(batches(&texts, 1_000.0 + KEPT).len(), 0);
        assert_eq!(batches(&texts, 0.0).len(), 0, "the clock went back");
        assert_eq!(batches(&["{".to_owned()], 0.0).len(), 0);
    }

    #[test]
    fn one_import_is_offered_at_a_time_the_oldest_first() {
        let mut all = texts(&stored("new"), 5_000.0);
        all.extend(texts(&stored("old"), 4_000.0));
        let found = batches(&all, 6_000.0);
        assert_eq!(found.iter().map(|batch| batch.import.group.as_str()).collect::<Vec<_>>(), ["old", "old"]);
    }
}
