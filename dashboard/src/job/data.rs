//! What the page knows of its job, and how it asks for it.

use crate::{
    api::{self, Answer, Error},
    browser::{measured, parse_time},
    errors::set::ErrorSet,
    poll::{Ask, Polled},
    progress::Progress,
};
use contract::{BatchStatus, JobId, JobStatus, JobSummary};
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};
use web_sys::AbortSignal;

/// How many pages of the account's list are looked through for the job's times.
const PAGES: u32 = 3;

/// One answer about a job, arranged for the page.
#[derive(Clone)]
pub struct Job {
    /// How far it is.
    pub progress: Progress,
    /// What did not land so far.
    pub errors: Arc<ErrorSet>,
}

/// Times in milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Times {
    /// When the first item was begun.
    pub started: Option<f64>,
    /// When the status became final.
    pub finished: Option<f64>,
}

impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.progress == other.progress && Arc::ptr_eq(&self.errors, &other.errors)
    }
}

impl Polled for Job {
    fn is_final(&self) -> bool {
        self.progress.status.is_final()
    }
}

/// Asks for one job, again and again.
pub struct Asker {
    /// When what happened to the job, where the list of jobs tells.
    pub times: RwSignal<Option<Times>>,
    id: JobId,
    last: RefCell<Option<Job>>,
    /// The status that `times` goes with.
    timed: Cell<Option<JobStatus>>,
}

impl Asker {
    /// One that asks for `id`.
    pub fn new(id: JobId) -> Self {
        Self { times: RwSignal::new(None), id, last: RefCell::new(None), timed: Cell::new(None) }
    }

    /// Asks; what did not change since the last time is the same object as then.
    pub async fn ask(&self, key: &str, ask: Ask, abort: &AbortSignal) -> Result<Answer<Job>, Error> {
        let answer = api::job(key, self.id, ask.known, ask.waits, abort).await?;
        Ok(answer.map(|status| self.arrange(status)))
    }

    /// Looks the job up in the account's list, which alone knows its times, whenever its status has changed.
    pub async fn ask_times(&self, key: &str, abort: &AbortSignal) {
        let status = self.last.borrow().as_ref().map(|job| job.progress.status);
        if self.timed.get() == status {
            return;
        }
        let times = self.look_up(key, abort).await;
        // They are worth no error of their own, but who was stopped asks again.
        if !abort.aborted() {
            self.timed.set(status);
        }
        if let Some(times) = times {
            self.times.try_set(Some(times));
        }
    }

    fn arrange(&self, now: BatchStatus) -> Job {
        let BatchStatus { status, received, imported, failed, errors, .. } = now;
        let known = self.last.borrow().as_ref().map(|last| last.errors.clone());
        // Errors are only ever added.
        let known = known.filter(|known| known.rows.len() == errors.len());
        let errors = known.unwrap_or_else(|| Arc::new(measured("group", || ErrorSet::new(errors))));
        let job = Job { progress: Progress { status, received, imported, failed }, errors };
        *self.last.borrow_mut() = Some(job.clone());
        job
    }

    async fn look_up(&self, key: &str, abort: &AbortSignal) -> Option<Times> {
        let mut after = None;
        for _ in 0..PAGES {
            let list = api::jobs(key, after.as_deref(), Some(abort)).await.ok()?.body?;
            if let Some(job) = list.jobs.iter().find(|job| job.id == self.id) {
                return Some(Times::of(job));
            }
            after = Some(list.next?);
        }
        None
    }
}

impl Times {
    fn of(job: &JobSummary) -> Self {
        let time = |text: &Option<String>| text.as_deref().and_then(parse_time);
        Self { started: time(&job.started_at), finished: time(&job.finished_at) }
    }
}
