//! What is known of the rows of an import: which jobs send again what failed in an earlier one, and what is still failed.
//!
//! The rows of a file stand in lines of their own, and its batches follow one another. A job that begins no further down than an
//! earlier one ends sends rows of that again.

use crate::api::Items;
use contract::{Item, ItemStatus, JobId, JobSummary};
use rustc_hash::FxHashMap;
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    jobs: FxHashMap<JobId, Looked>,
}

/// What was found of the items of one job.
#[derive(Clone, Default, PartialEq, Debug)]
struct Looked {
    /// The first line and the last one, once they are asked for.
    first: Option<Option<u64>>,
    last: Option<Option<u64>>,
    /// The lines of all items.
    lines: Vec<u64>,
    lines_read: Read,
    /// What failed.
    failed: Vec<Row>,
    failed_read: Read,
    /// Whether the job is gone since it was listed.
    is_gone: bool,
}

/// How far something was read.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
struct Read {
    /// The index of the last item.
    last: Option<u32>,
    /// How many items the job had when all were read.
    whole: Option<u32>,
}

impl Found {
    /// What to ask next about `jobs`, the oldest first, to know `most` rows that are still failed.
    pub fn next(&self, jobs: &[JobSummary], most: usize) -> Option<Wanted> {
        let mut again = Vec::new();
        if let Err(wanted) = self.sort(jobs, &mut again) {
            return Some(wanted);
        }
        let none = Looked::default();
        let known = |id: JobId| self.jobs.get(&id).unwrap_or(&none);
        for id in again {
            let Looked { lines_read, is_gone, .. } = known(id);
            if lines_read.whole.is_none() && !is_gone {
                return Some(Wanted::Lines(id, lines_read.last));
            }
        }
        let open = self.open(jobs).len();
        for job in jobs.iter().filter(|job| job.failed > 0) {
            let Looked { failed_read, is_gone, .. } = known(job.id);
            if failed_read.whole < Some(job.failed) && !is_gone {
                return (open < most).then_some(Wanted::Failed(job.id, failed_read.last));
            }
        }
        None
    }

    /// Takes an answer in. `job` is the job as it was listed; `is_last` says whether no page follows.
    pub fn add(&mut self, wanted: &Wanted, job: &JobSummary, items: Vec<Item>, is_last: bool) {
        let known = self.jobs.entry(job.id).or_default();
        match wanted {
            Wanted::Edge(_, edge) => {
                let line = items.first().and_then(|item| item.line);
                let place = if *edge == Edge::First { &mut known.first } else { &mut known.last };
                *place = Some(line);
            }
            Wanted::Lines(..) => {
                let items = known.lines_read.take(items, is_last.then_some(job.received));
                known.lines.extend(items.into_iter().filter_map(|item| item.line));
            }
            Wanted::Failed(..) => {
                let items = known.failed_read.take(items, is_last.then_some(job.failed));
                known.failed.extend(items.into_iter().map(|item| Row::of(job.id, item)));
            }
        }
    }

    /// Notes that a job is no longer there.
    pub fn lose(&mut self, job: JobId) {
        self.jobs.entry(job).or_default().is_gone = true;
    }

    /// Whether some job went between its listing and the look into it.
    pub fn has_lost(&self) -> bool {
        self.jobs.values().any(|job| job.is_gone)
    }

    /// The line that the first job begins in.
    pub fn first_line(&self, jobs: &[JobSummary]) -> Option<u64> {
        self.jobs.get(&jobs.first()?.id)?.first?
    }

    /// The jobs that send rows again, as far as that is known: what is not known yet counts as not sent before.
    pub fn again(&self, jobs: &[JobSummary]) -> Vec<JobId> {
        let mut again = Vec::new();
        let _ = self.sort(jobs, &mut again);
        again
    }

    /// Finds the jobs that send rows again, or what has to be known first.
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
                // Where all rows stand in one line, their lines tell nothing.
                let tells = begins != ends || last_part.received < 2 || self.edge(last_part, Edge::First)? != ends;
                if tells && begins.zip(ends).is_some_and(|(begins, ends)| begins <= ends) {
                    again.push(job.id);
                    continue;
                }
            }
            last_part = job;
        }
        Ok(())
    }

    fn edge(&self, job: &JobSummary, edge: Edge) -> Result<Option<u64>, Wanted> {
        let known = self.jobs.get(&job.id);
        let line = known.and_then(|known| match edge {
            _ if known.is_gone => Some(None),
            Edge::First => known.first,
            Edge::Last(_) => known.last,
        });
        line.ok_or(Wanted::Edge(job.id, edge))
    }

    /// The rows that did not land, as far as they were read, by their lines. What was sent again is none of its earlier job's.
    pub fn open(&self, jobs: &[JobSummary]) -> Vec<Row> {
        let (again, mut later, mut open) = (self.again(jobs), Vec::<u64>::new(), Vec::new());
        for job in jobs.iter().rev() {
            let Some(known) = self.jobs.get(&job.id) else { continue };
            let is_later = |row: &&Row| row.line.is_some_and(|line| later.binary_search(&line).is_ok());
            open.extend(known.failed.iter().filter(|row| !is_later(row)).cloned());
            if again.contains(&job.id) {
                later.extend(&known.lines);
                later.sort_unstable();
            }
        }
        open.sort_by_key(|row| (row.line, row.job, row.index));
        open
    }
}

impl Read {
    /// Those of `items` that are new: two answers may tell the same.
    fn take(&mut self, mut items: Vec<Item>, whole: Option<u32>) -> Vec<Item> {
        items.retain(|item| self.last < Some(item.index));
        self.last = items.last().map(|item| item.index).or(self.last);
        self.whole = self.whole.max(whole);
        items
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
    fn where_all_rows_stand_in_one_line_none_was_sent_again() {
        let jobs = [(job(1, 0, 3, 2), vec![(1, true), (1, false), (1, true)]), (job(2, 5, 2, 0), vec![(1, false); 2])];
        let mut found = Found::default();
        ask(&mut found, &jobs, 100);
        assert_eq!(open(&found, &jobs), [1, 1]);
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
