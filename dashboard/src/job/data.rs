//! What the page knows of its job, and how it asks for it.

use crate::{
    api::{self, Answer, Error},
    browser::{measured, parse_time},
    errors::set::ErrorSet,
    outcome::Progress,
    poll::Polled,
};
use contract::{BatchStatus, JobId, JobSummary};
use std::{cell::RefCell, sync::Arc};
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
    /// When what happened, where the list of jobs tells.
    pub times: Option<Times>,
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
        self.progress == other.progress && self.times == other.times && Arc::ptr_eq(&self.errors, &other.errors)
    }
}

impl Polled for Job {
    fn is_final(&self) -> bool {
        self.progress.status.is_final()
    }
}

/// Asks for one job, again and again.
pub struct Asker {
    id: JobId,
    last: RefCell<Option<Job>>,
}

impl Asker {
    /// One that asks for `id`.
    pub fn new(id: JobId) -> Self {
        Self { id, last: RefCell::new(None) }
    }

    /// Asks; what did not change since the last time is the same object as then.
    pub async fn ask(&self, key: &str, known: Option<u64>, abort: &AbortSignal) -> Result<Answer<Job>, Error> {
        let answer = api::job(key, self.id, known, abort).await?;
        let body = match answer.body {
            Some(status) => Some(self.arrange(key, status, abort).await),
            None => None,
        };
        Ok(Answer { body, version: answer.version, retry_after: answer.retry_after })
    }

    async fn arrange(&self, key: &str, now: BatchStatus, abort: &AbortSignal) -> Job {
        let last = self.last.borrow().clone();
        let same_errors = last.as_ref().filter(|last| last.errors.rows.len() == now.errors.len());
        let errors = match same_errors {
            // Errors are only ever added.
            Some(last) => last.errors.clone(),
            None => Arc::new(measured("group", || ErrorSet::new(now.errors))),
        };
        let times = match last.filter(|last| last.progress.status == now.status) {
            Some(last) => last.times,
            None => self.times(key, abort).await,
        };
        let BatchStatus { status, received, imported, failed, .. } = now;
        let job = Job { progress: Progress { status, received, imported, failed }, errors, times };
        *self.last.borrow_mut() = Some(job.clone());
        job
    }

    /// Looks the job up in the account's list, which alone knows its times. They are worth no error of their own.
    async fn times(&self, key: &str, abort: &AbortSignal) -> Option<Times> {
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
