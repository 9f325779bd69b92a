//! Sends what was checked, batch by batch, in order. Goes on while the reader looks at other pages.

use super::sent::Sent;
use crate::{
    api::{self, Error},
    browser,
    dom::spawn,
    pace,
    poll::wait,
};
use contract::{BATCH_ITEMS, Code, JobId, JobStatus};
use js_sys::Math;
use leptos::{ev, prelude::*};
use std::{future::Future, sync::Arc};

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
    /// One was refused; the rest was not sent.
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
        Self { batches: RwSignal::new(Vec::new()), state: RwSignal::new(State::Idle), says: RwSignal::new(None) }
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
        self.state.set(State::Sending);
        self.says.set(None);
        spawn(async move {
            let batches = self.batches.get_untracked();
            for (at, batch) in batches.into_iter().enumerate().filter(|(_, batch)| batch.job.is_none()) {
                match self.post(&key, &batch).await {
                    Ok(job) => {
                        sent.keep(job, batch.rows);
                        self.batches.update(|batches| {
                            if let Some(batch) = batches.get_mut(at) {
                                batch.job = Some(job);
                            }
                        });
                        self.says.set(None);
                    }
                    Err(error) => {
                        self.says.set(Some(error.sentence().to_owned()));
                        self.state.set(State::Stopped);
                        return;
                    }
                }
            }
            self.state.set(State::Done);
            then(self.batches.with_untracked(|batches| batches.iter().filter_map(|batch| batch.job).collect()));
        });
    }

    /// Forgets what was sent, for the next file.
    pub fn clear(self) {
        self.batches.set(Vec::new());
        self.says.set(None);
        self.state.set(State::Idle);
    }

    /// Has the browser ask before the tab is closed with batches under way: they would be lost.
    pub fn hold_the_tab(self) {
        window_event_listener(ev::beforeunload, move |event| {
            if self.state.get_untracked() == State::Sending {
                event.prevent_default();
            }
        });
    }

    /// Posts one batch until it is taken, or refused for good.
    async fn post(self, key: &str, batch: &Batch) -> Result<JobId, Error> {
        let body = format!("{{\"memories\":[{}]}}", batch.rows.join(","));
        let mut failures = 0_u32;
        loop {
            let error = match api::import(key, &batch.idempotency_key, &body).await {
                Ok(status) => return Ok(status.id),
                Err(error) => error,
            };
            failures = failures.saturating_add(1);
            match error.code() {
                Some(Code::TooManyBatches) => {
                    self.says.set(Some("Waiting until a running batch has ended.".to_owned()));
                    a_batch_ends(key).await;
                }
                Some(Code::QuotaExceeded) => return Err(error),
                _ => {
                    let Some(pause) = pace::after_failure(&error, failures, Math::random()) else { return Err(error) };
                    self.says.set(Some(format!("{} Trying again.", error.sentence())));
                    wait(pause).await;
                }
            }
        }
    }
}

/// Returns once fewer of the account's batches run than now, or when that cannot be known.
fn a_batch_ends(key: &str) -> impl Future<Output = ()> + '_ {
    let running = async move || {
        let list = api::jobs(key, None, None).await.ok()?.body?;
        Some(list.jobs.iter().filter(|job| matches!(job.status, JobStatus::Pending | JobStatus::Processing)).count())
    };
    async move {
        let before = running().await;
        loop {
            wait(LOOK).await;
            if before.is_none() || running().await < before {
                return;
            }
        }
    }
}
