//! What is known of the rows of an import: which jobs send again what failed in an earlier one, and what is still failed.
//!
//! The rows of a file stand in lines of their own, and its batches follow one another. A job that begins no further down than an
//! earlier one ends sends rows of that again.

use crate::api::Items;
use contract::{Item, ItemStatus, JobId, JobSummary};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A row that did not land.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The job that says so.
    pub job: JobId,
    /// Its place in that job.
    pub index: u32,
    /// The line of the file that it begins in.
    pub line: Option<u64>,
    /// Why.
    pub error: Arc<str>,
    /// What was sent, as JSON, as long as it is known.
    pub json: Option<Arc<str>>,
}

impl Row {
    /// An item of `job` that failed.
    pub fn of(job: JobId, item: Item) -> Self {
        let json = item.item.map(|json| json.get().into());
        Self { job, index: item.index, line: item.line, error: item.error.unwrap_or_default().into(), json }
    }
}

/// What to ask next.
#[derive(PartialEq, Debug)]
pub enum Wanted {
    /// The first line of a job, or its last one, where that is another.
    Edge(JobId, Edge),
    /// The lines of all items of a job, behind that index.
    Lines(JobId, Option<u32>),
    /// What failed in a job, behind that index.
    Failed(JobId, Option<u32>),
}

/// An end of a job.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Edge {
    /// Its first item.
    First,
    /// Its last one, with how many are before it.
    Last(u32),
}

impl Wanted {
    /// The job, and which of its items.
    pub fn items(&self) -> (JobId, Items) {
        match *self {
            Self::Edge(job, Edge::First) => (job, Items { most: Some(1), ..Items::default() }),
            Self::Edge(job, Edge::Last(before)) => {
                (job, Items { after: before.checked_sub(1), most: Some(1), ..Items::default() })
            }
            Self::Lines(job, after) => (job, Items { after, ..Items::default() }),
            Self::Failed(job, after) => (job, Items { status: Some(ItemStatus::Failed), after, most: None }),
        }
    }
}

/// What was found of the items so far. Lines never change, and what failed stays failed.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Found {
    edges: FxHashMap<(JobId, bool), Option<u64>>,
    lines: FxHashMap<JobId, Part<Option<u64>>>,
    failed: FxHashMap<JobId, Part<Row>>,
    /// Jobs that are gone since they were listed.
    gone: FxHashSet<JobId>,
}

/// The items of a job that were read.
#[derive(Clone, PartialEq, Debug)]
struct Part<T> {
    items: Vec<T>,
    /// The last one's index.
    last: Option<u32>,
    /// How many the job had when they were all read.
    whole: Option<u32>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { items: Vec::new(), last: None, whole: None }
    }
}

impl Found {
    /// What to ask next about `jobs`, the oldest first, to know `most` rows that are still failed.
    pub fn next(&self, jobs: &[JobSummary], most: usize) -> Option<Wanted> {
        let again = match self.sorted(jobs) {
            Ok(again) => again,
            Err(wanted) => return Some(wanted),
        };
        let is_known = |job: &&JobSummary| !self.gone.contains(&job.id);
        for job in jobs.iter().filter(|job| again.contains(&job.id)).filter(is_known) {
            match self.lines.get(&job.id) {
                Some(part) if part.whole.is_some() => {}
                part => return Some(Wanted::Lines(job.id, part.and_then(|part| part.last))),
            }
        }
        let open = self.open(jobs).len();
        for job in jobs.iter().filter(|job| job.failed > 0).filter(is_known) {
            let part = self.failed.get(&job.id);
            if part.is_none_or(|part| part.whole < Some(job.failed)) {
                return (open < most).then(|| Wanted::Failed(job.id, part.and_then(|part| part.last)));
            }
        }
        None
    }

    /// Takes an answer in. `job` is the job as it was listed; `is_last` says whether no page follows.
    pub fn add(&mut self, wanted: &Wanted, job: &JobSummary, items: Vec<Item>, is_last: bool) {
        match *wanted {
            Wanted::Edge(id, edge) => {
                let line = items.first().and_then(|item| item.line);
                self.edges.insert((id, edge == Edge::First), line);
            }
            Wanted::Lines(id, _) => {
                self.lines.entry(id).or_default().add(items, is_last.then_some(job.received), |item| item.line);
            }
            Wanted::Failed(id, _) => {
                self.failed.entry(id).or_default().add(items, is_last.then_some(job.failed), |item| Row::of(id, item));
            }
        }
    }

    /// Notes that a job is no longer there.
    pub fn lose(&mut self, job: JobId) {
        self.gone.insert(job);
    }

    /// Whether some job went between its listing and the look into it.
    pub fn has_lost(&self) -> bool {
        !self.gone.is_empty()
    }

    /// The line that the first job begins in.
    pub fn first_line(&self, jobs: &[JobSummary]) -> Option<u64> {
        *self.edges.get(&(jobs.first()?.id, true))?
    }

    /// The jobs that send rows again, as far as that is known.
    pub fn again(&self, jobs: &[JobSummary]) -> Vec<JobId> {
        let mut again = Vec::new();
        // What is not known yet counts as not sent before.
        let _ = self.sort(jobs, &mut again);
        again
    }

    /// The same, or what has to be known first.
    fn sorted(&self, jobs: &[JobSummary]) -> Result<Vec<JobId>, Wanted> {
        let mut again = Vec::new();
        self.sort(jobs, &mut again)?;
        Ok(again)
    }

    fn sort(&self, jobs: &[JobSummary], again: &mut Vec<JobId>) -> Result<(), Wanted> {
        let Some(first) = jobs.first() else { return Ok(()) };
        self.edge(first, Edge::First)?;
        // Only what failed in a job that is final can be sent again.
        let mut can_be_again: Option<&str> = None;
        let mut last_part = first;
        for job in jobs {
            let is_candidate = can_be_again.is_some_and(|since| since <= job.created_at.as_str());
            if let Some(finished) = job.finished_at.as_deref().filter(|_| job.failed > 0) {
                can_be_again = Some(can_be_again.map_or(finished, |since| since.min(finished)));
            }
            if is_candidate {
                let begins = self.edge(job, Edge::First)?;
                let last = match last_part.received {
                    0 | 1 => Edge::First,
                    more => Edge::Last(more - 1),
                };
                let ends = self.edge(last_part, last)?;
                if begins.zip(ends).is_some_and(|(begins, ends)| begins <= ends) {
                    again.push(job.id);
                    continue;
                }
            }
            last_part = job;
        }
        Ok(())
    }

    fn edge(&self, job: &JobSummary, edge: Edge) -> Result<Option<u64>, Wanted> {
        if self.gone.contains(&job.id) {
            return Ok(None);
        }
        self.edges.get(&(job.id, edge == Edge::First)).copied().ok_or(Wanted::Edge(job.id, edge))
    }

    /// The rows that did not land, as far as they were read, by their lines. What was sent again is none of its earlier job's.
    pub fn open(&self, jobs: &[JobSummary]) -> Vec<Row> {
        let (again, mut later, mut open) = (self.again(jobs), FxHashSet::default(), Vec::new());
        for job in jobs.iter().rev() {
            let rows = self.failed.get(&job.id).map(|part| part.items.as_slice()).unwrap_or_default();
            let is_later = |row: &&Row| row.line.is_some_and(|line| later.contains(&line));
            open.extend(rows.iter().filter(|row| !is_later(row)).cloned());
            if again.contains(&job.id) {
                later.extend(self.lines.get(&job.id).into_iter().flat_map(|part| &part.items).flatten().copied());
            }
        }
        open.sort_by_key(|row| (row.line, row.job, row.index));
        open
    }
}

impl<T> Part<T> {
    fn add(&mut self, items: Vec<Item>, whole: Option<u32>, map: impl Fn(Item) -> T) {
        // Two answers may tell the same.
        for item in items.into_iter().filter(|item| self.last < Some(item.index)).collect::<Vec<_>>() {
            self.last = Some(item.index);
            self.items.push(map(item));
        }
        self.whole = self.whole.max(whole);
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use contract::JobStatus;

    /// The job `number`, begun in such a minute and ended in the next.
    pub fn job(number: u8, minute: u8, received: u32, failed: u32) -> JobSummary {
        JobSummary {
            id: format!("job_{number:032x}").parse().unwrap(),
            status: JobStatus::Completed,
            received,
            imported: received - failed,
            failed,
            created_at: format!("2026-05-04T10:{minute:02}:00.000Z"),
            started_at: None,
            finished_at: Some(format!("2026-05-04T10:{:02}:00.000Z", minute + 1)),
            label: Some("notes.csv".to_owned()),
            group: None,
        }
    }

    /// A job's items: a line, and whether it failed.
    pub type Stored = (JobSummary, Vec<(u64, bool)>);

    /// What the API would answer, a page of two at a time.
    fn answer(jobs: &[Stored], wanted: &Wanted) -> (JobSummary, Vec<Item>, bool) {
        let (id, items) = wanted.items();
        let (job, lines) = jobs.iter().find(|(job, _)| job.id == id).unwrap();
        let all = (0..)
            .zip(lines)
            .filter(|(index, (_, failed))| items.after < Some(*index) && (items.status.is_none() || *failed));
        let most = items.most.unwrap_or(2) as usize;
        let found: Vec<Item> = all
            .map(|(index, (line, failed))| Item {
                index,
                status: if *failed { ItemStatus::Failed } else { ItemStatus::Imported },
                id: None,
                error: failed.then(|| "agent cap reached (3)".to_owned()),
                item: None,
                line: Some(*line),
            })
            .collect();
        let is_last = found.len() <= most;
        (job.clone(), found.into_iter().take(most).collect(), is_last)
    }

    /// Asks until nothing is wanted any more; how often that was.
    pub fn ask(found: &mut Found, jobs: &[Stored], most: usize) -> usize {
        let listed: Vec<JobSummary> = jobs.iter().map(|(job, _)| job.clone()).collect();
        let mut asked = 0;
        while let Some(wanted) = found.next(&listed, most) {
            let (job, items, is_last) = answer(jobs, &wanted);
            found.add(&wanted, &job, items, is_last);
            asked += 1;
            assert!(asked < 100, "no end of {wanted:?}");
        }
        asked
    }

    fn open(found: &Found, jobs: &[Stored]) -> Vec<u64> {
        let listed: Vec<JobSummary> = jobs.iter().map(|(job, _)| job.clone()).collect();
        found.open(&listed).into_iter().filter_map(|row| row.line).collect()
    }

    #[test]
    fn what_failed_is_read_page_by_page_and_no_further_than_it_is_wanted() {
        let lines = |from: u64| (from..from + 5).map(|line| (line, line % 2 == 0)).collect();
        let jobs = [(job(1, 0, 5, 3), lines(2)), (job(2, 0, 5, 2), lines(7))];
        let mut found = Found::default();
        ask(&mut found, &jobs, 2);
        assert_eq!(open(&found, &jobs), [2, 4]);
        ask(&mut found, &jobs, 100);
        assert_eq!(open(&found, &jobs), [2, 4, 6, 8, 10]);
        assert_eq!(ask(&mut found, &jobs, 100), 0);
    }

    #[test]
    fn where_nothing_failed_only_the_first_line_is_asked_for() {
        let jobs = [(job(1, 0, 2, 0), vec![(2, false), (3, false)]), (job(2, 5, 1, 0), vec![(4, false)])];
        let mut found = Found::default();
        assert_eq!(ask(&mut found, &jobs, 100), 1);
        let listed: Vec<JobSummary> = jobs.iter().map(|(job, _)| job.clone()).collect();
        assert_eq!(found.first_line(&listed), Some(2));
    }

    #[test]
    fn what_was_sent_again_is_open_no_more_unless_it_failed_again() {
        let jobs = [
            (job(1, 0, 3, 2), vec![(2, true), (3, false), (4, true)]),
            // Another part of the file, although it came after the first was through.
            (job(2, 3, 3, 2), vec![(5, false), (6, true), (9, true)]),
            // Of both parts.
            (job(3, 6, 3, 1), vec![(2, false), (6, true), (9, false)]),
            // A last part, and what failed in the one before it.
            (job(4, 9, 2, 1), vec![(10, false), (12, true)]),
            (job(5, 12, 1, 0), vec![(12, false)]),
        ];
        let mut found = Found::default();
        ask(&mut found, &jobs, 100);
        assert_eq!(open(&found, &jobs), [4, 6]);
        let listed: Vec<JobSummary> = jobs.iter().map(|(job, _)| job.clone()).collect();
        let again: Vec<JobId> = [&jobs[2], &jobs[4]].map(|(job, _)| job.id).to_vec();
        assert_eq!(found.again(&listed), again);
    }

    #[test]
    fn a_job_that_is_gone_is_not_asked_for_any_more() {
        let jobs = [(job(1, 0, 1, 1), vec![(2, true)]), (job(2, 3, 1, 1), vec![(3, true)])];
        let mut found = Found::default();
        found.lose(jobs[0].0.id);
        ask(&mut found, &jobs, 100);
        assert_eq!((open(&found, &jobs), found.has_lost()), (vec![3], true));
    }

    #[test]
    fn failures_that_come_later_are_read_too() {
        let mut jobs = [(job(1, 0, 4, 1), vec![(2, true), (3, false), (4, false), (5, false)])];
        let mut found = Found::default();
        ask(&mut found, &jobs, 100);
        jobs[0].0.failed = 2;
        jobs[0].1[3].1 = true;
        ask(&mut found, &jobs, 100);
        assert_eq!(open(&found, &jobs), [2, 5]);
    }
}
