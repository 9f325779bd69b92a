//! How far a job is, in numbers and in words.

use crate::text::{percent, plural};
use contract::JobStatus;

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress {
    /// Whether it runs.
    pub status: JobStatus,
    /// Memories in the batch.
    pub received: u32,
    /// Imported so far.
    pub imported: u32,
    /// Failed so far.
    pub failed: u32,
}

impl Progress {
    /// That of a job of which nothing is known.
    pub const NONE: Self = Self { status: JobStatus::Pending, received: 0, imported: 0, failed: 0 };

    /// Imported or failed.
    pub fn done(self) -> u32 {
        self.imported.saturating_add(self.failed)
    }

    /// Neither imported nor failed.
    pub fn remaining(self) -> u32 {
        self.received.saturating_sub(self.done())
    }

    /// Whole percent that are done.
    pub fn percent(self) -> u32 {
        percent(self.done(), self.received)
    }

    /// What styles call it, and the name of its picture.
    pub fn name(self) -> &'static str {
        match (self.status, self.failed) {
            (JobStatus::Pending, _) => "pending",
            (JobStatus::Processing, _) => "processing",
            (JobStatus::Completed, 0) => "completed",
            (JobStatus::Completed, _) => "partial",
            (JobStatus::Failed, _) => "failed",
        }
    }

    /// How it stands, in a word.
    pub fn word(self) -> &'static str {
        match (self.status, self.failed) {
            (JobStatus::Pending, _) => "Pending",
            (JobStatus::Processing, _) => "Processing",
            (JobStatus::Completed, 0) => "Completed",
            (JobStatus::Completed, _) => "Partial",
            (JobStatus::Failed, _) => "Failed",
        }
    }

    /// How it stands, in a few words. `count` writes a number.
    pub fn in_words(self, count: impl Fn(u32) -> String) -> String {
        let failures = || format!("{} {}", count(self.failed), plural(self.failed, "failure", "failures"));
        match (self.status, self.failed) {
            (JobStatus::Pending, _) => "Waiting to begin".to_owned(),
            (JobStatus::Processing, 0) => format!("Importing, {}%", self.percent()),
            (JobStatus::Processing, _) => format!("Importing, {}%, with {} so far", self.percent(), failures()),
            (JobStatus::Completed, 0) => "Completed, everything imported".to_owned(),
            (JobStatus::Completed, _) if self.imported == 0 => "Completed, but nothing was imported".to_owned(),
            (JobStatus::Completed, _) => format!("Completed with {}", failures()),
            (JobStatus::Failed, _) => {
                format!("The job failed: {} of {} were imported", count(self.imported), count(self.received))
            }
        }
    }

    /// What is read out of it: every change of the status, but while it runs only each quarter.
    pub fn announced(self, count: impl Fn(u32) -> String) -> String {
        match self.status {
            JobStatus::Processing => format!("Importing, {}% done", self.percent() / 25 * 25),
            _ => self.in_words(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(status: JobStatus, received: u32, imported: u32, failed: u32) -> String {
        Progress { status, received, imported, failed }.in_words(|count| count.to_string())
    }

    #[test]
    fn an_outcome_is_said_as_it_is() {
        assert_eq!(words(JobStatus::Pending, 9, 0, 0), "Waiting to begin");
        assert_eq!(words(JobStatus::Processing, 200, 83, 1), "Importing, 42%, with 1 failure so far");
        assert_eq!(words(JobStatus::Completed, 9, 9, 0), "Completed, everything imported");
        assert_eq!(words(JobStatus::Completed, 99, 62, 37), "Completed with 37 failures");
        assert_eq!(words(JobStatus::Completed, 3, 0, 3), "Completed, but nothing was imported");
        assert_eq!(words(JobStatus::Failed, 60, 24, 6), "The job failed: 24 of 60 were imported");
    }

    #[test]
    fn counts_that_do_not_add_up_do_no_harm() {
        let odd = Progress { status: JobStatus::Processing, received: 1, imported: u32::MAX, failed: 7 };
        assert_eq!((odd.done(), odd.remaining(), odd.percent()), (u32::MAX, 0, 100));
    }
}
