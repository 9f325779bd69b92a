//! What failed in a job and can succeed now, handed in again.

use super::refused;
use crate::{
    api, browser,
    errors::{retryable::Retryable, set::ErrorSet},
    progress::Progress,
    session::Session,
};
use contract::{BATCH_ITEMS, JobId, Scope, Usage};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// What of a job may be retried.
#[derive(Clone, Copy)]
pub struct Retrying {
    job: JobId,
    session: Session,
    /// What there is to retry.
    pub found: Memo<Retryable>,
    /// What the account has used up, where that bears on it and is known.
    pub usage: RwSignal<Option<Usage>>,
    /// Whether a retry is under way.
    pub busy: RwSignal<bool>,
    /// Why the last one was refused or got lost.
    pub problem: RwSignal<Option<String>>,
    /// One for all attempts: that which got lost may have arrived.
    idempotency_key: StoredValue<String>,
}

impl Retrying {
    /// That of `job` once it has ended with `errors`; nothing for who may not.
    pub fn new(job: JobId, session: Session, progress: Signal<Progress>, errors: Memo<Arc<ErrorSet>>) -> Self {
        let found = Memo::new(move |_| match progress.get().status.is_final() && session.may(Scope::MemoriesWrite) {
            true => Retryable::of(&errors.read()),
            false => Retryable::default(),
        });
        let (usage, busy, problem) = (RwSignal::new(None), RwSignal::new(false), RwSignal::new(None));
        let idempotency_key = StoredValue::new(browser::random_id());
        let retrying = Self { job, session, found, usage, busy, problem, idempotency_key };
        Effect::new(move |_| {
            let found = found.get();
            if found.by_quota > 0 || found.by_agents > 0 {
                retrying.ask_usage();
            }
        });
        retrying
    }

    /// How many a retry takes.
    pub fn count(self) -> u32 {
        self.found.get().total().min(u32::try_from(BATCH_ITEMS).unwrap_or(u32::MAX))
    }

    fn ask_usage(self) {
        spawn_local(async move {
            // It is worth no error of its own.
            if let Ok(usage) = api::usage(&self.session.key(), None).await {
                self.usage.try_set(Some(usage));
            }
        });
    }

    /// Retries them; `lead_to` is told the new job.
    pub fn send(self, lead_to: impl Fn(JobId) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = api::retry(&self.session.key(), self.job, &self.idempotency_key.get_value(), "").await;
            // The page may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(job) => lead_to(job.id),
                Err(error) => self.problem.set(Some(refused::retry(&error))),
            }
        });
    }
}
