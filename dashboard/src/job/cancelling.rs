//! The end of a job, as its reader brings it about.

use super::refused;
use crate::{api, browser, poll::Poll, progress::Progress, session::Session};
use contract::JobId;
use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};

/// A job that may be cancelled.
#[derive(Clone, Copy)]
pub struct Cancelling {
    job: JobId,
    /// Who asks for it.
    pub session: Session,
    /// How far the job is.
    pub progress: Signal<Progress>,
    poll: Poll,
    /// Whether the reader is asked to confirm it.
    pub asks: RwSignal<bool>,
    /// Whether it is under way.
    pub busy: RwSignal<bool>,
    /// What came of it.
    pub said: RwSignal<Option<String>>,
}

impl Cancelling {
    /// That `job` is not yet.
    pub fn new(job: JobId, session: Session, progress: Signal<Progress>, poll: Poll) -> Self {
        let (asks, busy, said) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None));
        Self { job, session, progress, poll, asks, busy, said }
    }

    /// Cancels it.
    pub fn send(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.said.set(None);
        spawn_local(async move {
            let answer = api::cancel(&self.session.key(), self.job).await;
            // The page may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            if answer.is_ok() {
                self.poll.refresh();
            }
            self.said.set(Some(match answer {
                Ok(true) => "Cancelled. What had landed stays; the rest is not imported.".to_owned(),
                Ok(false) => "The job had ended already. Nothing was changed.".to_owned(),
                Err(error) => refused::cancel(&error),
            }));
            // The button that had the keyboard goes with the end of the job.
            tick().await;
            browser::focus("#cancelled");
        });
    }
}
