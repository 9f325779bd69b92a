//! Sends what was checked, batch by batch, in order. Goes on while the reader looks at other pages.

use super::{
    batch::{Batch, Import, Post, batches},
    kept::Kept,
    retry::{Failures, Next},
};
use crate::{api, browser, poll::wait, text::duration};
use contract::{Code, JobId};
use js_sys::Math;
use leptos::{ev, prelude::*, task::spawn_local};
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
    /// What it waits for, if it does.
    pub waits: RwSignal<Option<String>>,
    /// Why it stopped, if it did.
    pub problem: RwSignal<Option<String>>,
    /// Holds what is not sent when the tab is closed.
    kept: Kept,
    /// Grows with everything that the reader says: what was begun before goes on no more.
    turn: RwSignal<u32>,
}

impl Outbox {
    /// An empty one.
    pub fn new(kept: Kept) -> Self {
        Self {
            batches: RwSignal::new(Vec::new()),
            state: RwSignal::new(State::Idle),
            waits: RwSignal::new(None),
            problem: RwSignal::new(None),
            kept,
            turn: RwSignal::new(0),
        }
    }

    /// Has `posts` lie here until they are sent.
    pub fn lay(self, import: Import, posts: Vec<Post>) {
        let batches = batches(import, posts, browser::random_id);
        self.kept.keep(&batches);
        self.batches.set(batches);
    }

    /// Takes back what was kept of an earlier sending.
    pub fn lay_again(self, batches: Vec<Batch>) {
        self.batches.set(batches);
        self.kept.is_kept.set(Some(true));
    }

    /// The group of what is sent, and what people call it.
    pub fn import(self) -> Option<Arc<Import>> {
        self.batches.with(|batches| batches.first().map(|batch| batch.import.clone()))
    }

    /// Whether what is sent belongs to `group`.
    pub fn is_of(self, group: &str) -> bool {
        self.batches.with_untracked(|batches| batches.first().is_some_and(|batch| batch.import.group == group))
    }

    /// How many batches are taken.
    pub fn taken(self) -> u32 {
        self.batches.with(|batches| batches.iter().filter(|batch| batch.is_taken).count() as u32)
    }

    /// Sends what was not taken yet with `key`; `then` is told once all are taken.
    pub fn send(self, key: Arc<str>, then: impl FnOnce() + 'static) {
        let turn = self.next_turn();
        self.state.set(State::Sending);
        self.waits.set(None);
        self.problem.set(None);
        spawn_local(async move {
            let batches = self.batches.get_untracked();
            for (at, batch) in batches.into_iter().enumerate().filter(|(_, batch)| !batch.is_taken) {
                match self.post(&key, &batch, turn).await {
                    Some(Ok(job)) => {
                        self.kept.forget(&batch);
                        self.batches.update(|batches| {
                            if let Some(batch) = batches.get_mut(at) {
                                (batch.is_taken, batch.job) = (true, job);
                            }
                        });
                    }
                    Some(Err(sentence)) => return self.stop_at(sentence),
                    None => return,
                }
                if !self.is_turn(turn) {
                    return;
                }
                self.waits.set(None);
            }
            self.state.set(State::Done);
            then();
        });
    }

    /// Stops the sending where it is. What was handed in stays.
    pub fn cancel(self) {
        self.next_turn();
        self.stop_at("Stopped. What was handed in goes on being imported.".to_owned());
    }

    /// Forgets what was sent, for the next file or the next reader.
    pub fn clear(self) {
        self.next_turn();
        self.batches.with_untracked(|batches| {
            for batch in batches.iter().filter(|batch| !batch.is_taken) {
                self.kept.forget(batch);
            }
        });
        self.kept.is_kept.set(None);
        self.batches.set(Vec::new());
        self.waits.set(None);
        self.problem.set(None);
        self.state.set(State::Idle);
    }

    /// Has the browser ask before the tab is closed with batches that are not sent: they would be lost.
    pub fn hold_the_tab(self) {
        window_event_listener(ev::beforeunload, move |event| {
            let is_kept = self.kept.is_kept.get_untracked() == Some(true);
            if matches!(self.state.get_untracked(), State::Sending | State::Stopped) && !is_kept {
                event.prevent_default();
                // Browsers that know nothing of the former ask where there is a text. None shows it.
                event.set_return_value("Not everything is sent.");
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

    fn stop_at(self, sentence: String) {
        self.waits.set(None);
        self.problem.set(Some(sentence));
        self.state.set(State::Stopped);
    }

    /// Posts one batch until it is taken, or refused for good; `None` where the reader has said something else meanwhile. A
    /// batch that was stopped and taken all the same is the same job when it is sent again.
    async fn post(self, key: &str, batch: &Batch, turn: u32) -> Option<Result<Option<JobId>, String>> {
        let (body, mut failures) = (batch.body(), Failures::default());
        loop {
            let answer = match batch.post {
                Post::Memories(_) => api::import(key, &batch.idempotency_key, &body).await,
                Post::Retry { of, .. } => api::retry(key, of, &batch.idempotency_key, &body).await,
            };
            if !self.is_turn(turn) {
                return None;
            }
            let error = match answer {
                Ok(status) => return Some(Ok(Some(status.id))),
                // Somebody else has sent it again.
                Err(error) if error.code() == Some(Code::NothingToRetry) => return Some(Ok(None)),
                Err(error) => error,
            };
            match failures.next(&error, Math::random()) {
                Next::WhenThereIsRoom => {
                    self.waits.set(Some("Waiting until a running batch has ended.".to_owned()));
                    self.until_there_is_room(key, turn).await;
                }
                Next::After(pause) => {
                    let soon = duration((pause / 1_000.0).ceil());
                    self.waits.set(Some(format!("{} Trying again in {soon}.", error.sentence())));
                    wait(pause).await;
                }
                Next::Stop(sentence) => return Some(Err(sentence)),
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
            match api::usage(key, None).await {
                Ok(usage) if self.is_turn(turn) && usage.batches.running >= usage.batches.limit => {}
                _ => return,
            }
        }
    }
}
