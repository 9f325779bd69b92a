//! How the page of an import asks for it.

use super::{
    data::Group,
    found::{Found, Row, Wanted},
};
use crate::{
    api::{self, Answer, Error, Items},
    browser::parse_time,
    import::send::{Outbox, State},
    pace,
    poll::wait,
};
use contract::{Code, GroupSum, ItemList, ItemStatus, JobId, JobSummary};
use js_sys::{Date, Math};
use leptos::prelude::*;
use std::cell::RefCell;
use web_sys::AbortSignal;

/// Pages of jobs that are asked for at most.
const PAGES: usize = 20;
/// Rows that did not land and are shown, and that can be corrected, at once.
pub const AT_ONCE: usize = 500;
/// Pages of items that are asked for between two looks at the jobs: no tier's rate limit is used up by that.
const PAGES_A_ROUND: usize = 12;
/// Milliseconds after which the jobs are asked for again before more items are.
const ROUND: f64 = 8_000.0;
/// Attempts that follow one that failed.
const ATTEMPTS: u32 = 5;
/// Milliseconds after which the jobs are no longer waited for.
const PATIENCE: u32 = 30_000;
/// Milliseconds for which an import may get another batch after its last one has ended.
const GRACE: f64 = 60_000.0;

/// Asks for the jobs of one import, and then for what is in them.
pub struct Asker {
    /// What was found of the items so far.
    pub found: RwSignal<Found>,
    /// How many rows that did not land are wanted.
    pub wanted: RwSignal<usize>,
    group: String,
    outbox: Outbox,
    jobs: RefCell<Vec<JobSummary>>,
}

impl Asker {
    /// One that asks for `group`.
    pub fn new(group: String, outbox: Outbox) -> Self {
        let (found, wanted) = (RwSignal::new(Found::default()), RwSignal::new(AT_ONCE));
        Self { found, wanted, group, outbox, jobs: RefCell::default() }
    }

    /// Asks for the jobs.
    pub async fn ask(&self, key: &str, abort: &AbortSignal) -> Result<Answer<Group>, Error> {
        let (mut jobs, mut sum, mut after) = (Vec::new(), None, None::<String>);
        for _ in 0..PAGES {
            let page = api::group(key, &self.group, after.as_deref(), abort).await?;
            sum = sum.or(page.sum);
            jobs.extend(page.jobs);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        jobs.reverse();
        self.jobs.replace(jobs.clone());
        let sum = sum.unwrap_or(GroupSum { jobs: 0, received: 0, imported: 0, failed: 0, running: 0 });
        let is_read = self.next().is_none();
        let is_over = sum.running == 0 && is_read && !self.is_sending() && !may_grow(&jobs);
        let body = Group { jobs, sum, is_cut: after.is_some(), is_over };
        Ok(Answer::of(body, (!is_read).then_some(1)))
    }

    /// Asks for what is in the jobs, for as long as a poll may take. What is left waits for the next one.
    pub async fn ask_items(&self, key: &str, abort: &AbortSignal) {
        let end = Date::now() + ROUND;
        for _ in 0..PAGES_A_ROUND {
            if Date::now() > end || self.ask_item_page(key, Some(abort)).await != Some(true) {
                return;
            }
        }
    }

    /// Asks again for the jobs, and for what came to them meanwhile.
    pub async fn look_again(&self, key: &str) -> Result<(), Error> {
        let mut failures = 0;
        while let Err(error) = self.ask(key, &AbortSignal::timeout_with_u32(PATIENCE)).await {
            failures = patience(error, failures).await?;
        }
        self.ask_wanted(key).await
    }

    /// Asks for all rows that did not land, and waits where the API asks for that. Fails where another answer does.
    pub async fn ask_all(&self, key: &str) -> Result<(), Error> {
        self.wanted.try_set(usize::MAX);
        self.ask_wanted(key).await
    }

    async fn ask_wanted(&self, key: &str) -> Result<(), Error> {
        let mut failures = 0;
        while let Some(wanted) = self.next() {
            let (id, items) = wanted.items();
            match self.take(&wanted, api::items(key, id, items, None).await) {
                Ok(()) => failures = 0,
                Err(error) => failures = patience(error, failures).await?,
            }
        }
        Ok(())
    }

    /// Asks what is wanted next; whether more may follow. An error waits for the next poll, which meets it too.
    async fn ask_item_page(&self, key: &str, abort: Option<&AbortSignal>) -> Option<bool> {
        let wanted = self.next()?;
        let (id, items) = wanted.items();
        let page = api::items(key, id, items, abort).await;
        Some(self.take(&wanted, page).is_ok())
    }

    fn take(&self, wanted: &Wanted, page: Result<ItemList, Error>) -> Result<(), Error> {
        let (id, _) = wanted.items();
        let job = self.jobs.borrow().iter().find(|job| job.id == id).cloned();
        match (page, job) {
            (Ok(page), Some(job)) => {
                self.found.try_update(|found| found.add(wanted, &job, page.items, page.next.is_none()));
            }
            (Err(error), _) if error.code() != Some(Code::NotFound) => return Err(error),
            _ => _ = self.found.try_update(|found| found.lose(id)),
        }
        Ok(())
    }

    /// What to ask next. Nothing where the page is gone.
    fn next(&self) -> Option<Wanted> {
        let most = self.wanted.try_get_untracked()?;
        self.found.try_with_untracked(|found| found.next(&self.jobs.borrow(), most)).flatten()
    }

    /// The rows that did not land, by the newest answers.
    pub fn open(&self) -> Vec<Row> {
        self.found.try_with_untracked(|found| found.open(&self.jobs.borrow())).unwrap_or_default()
    }

    fn is_sending(&self) -> bool {
        self.outbox.state.get_untracked() == State::Sending && self.outbox.is_of(&self.group)
    }
}

/// Waits before another attempt, and counts it.
async fn patience(error: Error, failures: u32) -> Result<u32, Error> {
    match pace::after_failure(&error, failures + 1, Math::random()) {
        Some(pause) if failures < ATTEMPTS => wait(pause).await,
        _ => return Err(error),
    }
    Ok(failures + 1)
}

/// All that failed in one job, with what was sent.
///
/// # Errors
/// That of the answer that did not come.
pub async fn failed_rows(key: &str, job: JobId) -> Result<Vec<Row>, Error> {
    let (mut rows, mut after, mut failures) = (Vec::new(), None, 0);
    loop {
        let items = Items { status: Some(ItemStatus::Failed), after, most: None };
        match api::items(key, job, items, None).await {
            Ok(page) => {
                after = page.items.last().map(|item| item.index);
                rows.extend(page.items.into_iter().map(|item| Row::of(job, item)));
                if page.next.is_none() {
                    return Ok(rows);
                }
            }
            Err(error) => failures = patience(error, failures).await?,
        }
    }
}

/// Whether somebody may still be sending: the last job has only just ended.
fn may_grow(jobs: &[JobSummary]) -> bool {
    let ends = jobs.iter().filter_map(|job| parse_time(job.finished_at.as_deref()?));
    ends.reduce(f64::max).is_some_and(|last| (0.0..GRACE).contains(&(Date::now() - last)))
}
