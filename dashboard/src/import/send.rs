//! Sends what was checked, batch by batch, in order. Goes on while the reader looks at other pages.

use super::sent::Sent;
use crate::{
    api::{self, Error},
    browser,
    dom::spawn,
    pace,
    poll::wait,
    text::duration,
};
use contract::{BATCH_ITEMS, Code, JobId};
use js_sys::Math;
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// Milliseconds between two looks at whether a running batch has ended.
const LOOK: f64 = 3_000.0;

/// How far the sending is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing is to be sent.
    Idle,
    /// Batches are under way.
    Sending,
    /// All were taken.
    Done,
    /// One was refused, or the reader stopped it; the rest was not sent.
    Stopped,
}

/// What is sent, and what came of it.
#[derive(Clone, Copy)]
pub struct Outbox {
    /// All batches of the file.
    pub batches: RwSignal<Vec<Batch>>,
    /// How far it is.
    pub state: RwSignal<State>,
    /// Why it waits, or why it stopped.
    pub says: RwSignal<Option<String>>,
    /// Grows with everything that the reader says: what was begun before goes on no more.
    turn: RwSignal<u32>,
}

/// Up to 500 memories.
#[derive(Clone, PartialEq)]
pub struct Batch {
    /// As JSON.
    pub rows: Vec<Arc<str>>,
    /// The job that they became.
    pub job: Option<JobId>,
    /// Sent with every attempt, so that no attempt imports them again.
    idempotency_key: String,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            batches: RwSignal::new(Vec::new()),
            state: RwSignal::new(State::Idle),
            says: RwSignal::new(None),
            turn: RwSignal::new(0),
        }
    }
}

impl Outbox {
    /// Sends `rows` with `key`; `then` is told the jobs once all are taken.
    pub fn send(self, key: Arc<str>, sent: Sent, rows: &[Arc<str>], then: impl FnOnce(Vec<JobId>) + 'static) {
        let batch = |rows: &[Arc<str>]| Batch { rows: rows.to_vec(), job: None, idempotency_key: browser::random_id() };
        self.batches.set(rows.chunks(BATCH_ITEMS).map(batch).collect());
        self.resume(key, sent, then);
    }

    /// Sends what was not taken yet.
    pub fn resume(self, key: Arc<str>, sent: Sent, then: impl FnOnce(Vec<JobId>) + 'static) {
        let turn = self.next_turn();
        self.state.set(State::Sending);
        self.says.set(None);
        spawn(async move {
            let batches = self.batches.get_untracked();
            for (at, batch) in batches.into_iter().enumerate().filter(|(_, batch)| batch.job.is_none()) {
                match self.post(&key, &batch, turn).await {
                    Some(Ok(job)) => {
                        sent.keep(job, batch.rows);
                        self.batches.update(|batches| {
                            if let Some(batch) = batches.get_mut(at) {
                                batch.job = Some(job);
                            }
                        });
                    }
                    Some(Err(error)) => return self.stop_at(error.sentence()),
                    None => return,
                }
                if !self.is_turn(turn) {
                    return;
                }
                self.says.set(None);
            }
            self.state.set(State::Done);
            then(self.batches.with_untracked(|batches| batches.iter().filter_map(|batch| batch.job).collect()));
        });
    }

    /// Stops the sending where it is. What was handed in stays.
    pub fn cancel(self) {
        self.next_turn();
        self.stop_at("Stopped. What was handed in goes on being imported.");
    }

    /// Forgets what was sent, for the next file or the next reader.
    pub fn clear(self) {
        self.next_turn();
        self.batches.set(Vec::new());
        self.says.set(None);
        self.state.set(State::Idle);
    }

    /// Has the browser ask before the tab is closed with batches that are not sent: they would be lost.
    pub fn hold_the_tab(self) {
        window_event_listener(ev::beforeunload, move |event| {
            if matches!(self.state.get_untracked(), State::Sending | State::Stopped) {
                event.prevent_default();
            }
        });
    }

    fn next_turn(self) -> u32 {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
        self.turn.get_untracked()
    }

    fn is_turn(self, turn: u32) -> bool {
        self.turn.get_untracked() == turn
    }

    fn stop_at(self, sentence: &str) {
        self.says.set(Some(sentence.to_owned()));
        self.state.set(State::Stopped);
    }

    /// Posts one batch until it is taken, or refused for good; `None` where the reader has said something else meanwhile. A
    /// batch that was stopped and taken all the same is the same job when it is sent again.
    async fn post(self, key: &str, batch: &Batch, turn: u32) -> Option<Result<JobId, Error>> {
        let body = format!("{{\"memories\":[{}]}}", batch.rows.join(","));
        let mut failures = 0_u32;
        loop {
            let answer = api::import(key, &batch.idempotency_key, &body).await;
            if !self.is_turn(turn) {
                return None;
            }
            let error = match answer {
                Ok(status) => return Some(Ok(status.id)),
                Err(error) => error,
            };
            failures = failures.saturating_add(1);
            match error.code() {
                Some(Code::TooManyBatches) => {
                    self.says.set(Some("Waiting until a running batch has ended.".to_owned()));
                    self.until_there_is_room(key, turn).await;
                }
                Some(Code::QuotaExceeded) => return Some(Err(error)),
                _ => {
                    let Some(pause) = pace::after_failure(&error, failures, Math::random()) else {
                        return Some(Err(error));
                    };
                    let soon = duration((pause / 1_000.0).ceil());
                    self.says.set(Some(format!("{} Trying again in {soon}.", error.sentence())));
                    wait(pause).await;
                }
            }
            if !self.is_turn(turn) {
                return None;
            }
        }
    }

    /// Returns once the account may have another batch running, or when that cannot be known.
    async fn until_there_is_room(self, key: &str, turn: u32) {
        loop {
            wait(LOOK).await;
            match api::usage(key).await {
                Ok(usage) if self.is_turn(turn) && usage.batches.running >= usage.batches.limit => {}
                _ => return,
            }
        }
    }
}
