//! The jobs of an import.

use crate::{group::found::Found, poll::Polled, progress::Progress};
use contract::{GroupSum, JobStatus, JobSummary};

/// The jobs of an import as the API tells them.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// The oldest first.
    pub jobs: Vec<JobSummary>,
    /// What they come to.
    pub sum: GroupSum,
    /// Whether there are more than were asked for.
    pub is_cut: bool,
    /// Whether nothing will be added any more, as far as can be told.
    pub is_over: bool,
}

impl Polled for Group {
    fn is_final(&self) -> bool {
        self.is_over
    }
}

impl Group {
    /// What people call it.
    pub fn label(&self) -> Option<&str> {
        self.jobs.iter().find_map(|job| job.label.as_deref())
    }

    /// How far the rows of the file are: what was sent again counts once, with what became of it last.
    pub fn progress(&self, found: &Found, is_sending: bool) -> Progress {
        let again = found.again(&self.jobs);
        let sent_again: u64 =
            self.jobs.iter().filter(|job| again.contains(&job.id)).map(|job| u64::from(job.received)).sum();
        let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let less = |all: u64| count(all.saturating_sub(sent_again));
        let has_begun = self.sum.imported + self.sum.failed > 0;
        let status = match self.sum.running > 0 || is_sending {
            true if has_begun => JobStatus::Processing,
            true => JobStatus::Pending,
            false => JobStatus::Completed,
        };
        Progress {
            status,
            received: less(self.sum.received),
            imported: count(self.sum.imported),
            failed: less(self.sum.failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::found::tests::{ask, job};

    #[test]
    fn a_row_counts_once_with_what_became_of_it_last() {
        let stored = [(job(1, 0, 3, 2), vec![(2, true), (3, false), (4, true)]), (job(2, 5, 1, 0), vec![(4, false)])];
        let jobs: Vec<JobSummary> = stored.iter().map(|(job, _)| job.clone()).collect();
        let sum = GroupSum { jobs: 2, received: 4, imported: 2, failed: 2, running: 0 };
        let group = Group { jobs, sum, is_cut: false, is_over: true };
        let mut found = Found::default();
        ask(&mut found, &stored, 100);
        let progress = |is_sending| group.progress(&found, is_sending);
        let counts = (progress(false).received, progress(false).imported, progress(false).failed);
        assert_eq!((counts, progress(false).status), ((3, 2, 1), JobStatus::Completed));
        assert_eq!(progress(true).status, JobStatus::Processing);
        assert_eq!(group.label(), Some("notes.csv"));
    }
}
