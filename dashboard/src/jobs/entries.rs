//! The rows of the list: the jobs of one import are one row.

use crate::progress::Progress;
use contract::{JobId, JobStatus, JobSummary};

/// What a row stands for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Entry {
    /// A job that is alone.
    Job(JobId),
    /// The jobs of the import that is called so.
    Group(String),
}

/// The rows of `jobs`, each where the newest of its jobs is.
pub fn entries(jobs: &[JobSummary]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for job in jobs {
        let group = job.group.as_deref().filter(|group| of_group(jobs, group).nth(1).is_some());
        let entry = group.map_or(Entry::Job(job.id), |group| Entry::Group(group.to_owned()));
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

/// The jobs of `group`, in their order.
pub fn of_group<'a>(jobs: &'a [JobSummary], group: &'a str) -> impl Iterator<Item = &'a JobSummary> {
    jobs.iter().filter(move |job| job.group.as_deref() == Some(group))
}

/// How far a job is.
pub fn progress(job: &JobSummary) -> Progress {
    Progress { status: job.status, received: job.received, imported: job.imported, failed: job.failed }
}

/// How far several jobs are together: as long as one runs they run, and where one broke they did.
pub fn sum<'a>(jobs: impl Iterator<Item = &'a JobSummary>) -> Progress {
    let mut sum: Option<Progress> = None;
    for job in jobs {
        let (now, so_far) = (progress(job), sum.unwrap_or(Progress { status: job.status, ..Progress::NONE }));
        sum = Some(Progress {
            status: both(so_far.status, now.status),
            received: so_far.received.saturating_add(now.received),
            imported: so_far.imported.saturating_add(now.imported),
            failed: so_far.failed.saturating_add(now.failed),
        });
    }
    sum.unwrap_or(Progress::NONE)
}

fn both(one: JobStatus, other: JobStatus) -> JobStatus {
    match (one, other) {
        (one, other) if one == other => one,
        (one, other) if !one.is_final() || !other.is_final() => JobStatus::Processing,
        _ => JobStatus::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(number: u32, group: Option<&str>, status: JobStatus, failed: u32) -> JobSummary {
        JobSummary {
            id: format!("job_{number:032x}").parse().unwrap(),
            status,
            received: 10,
            imported: 10 - failed,
            failed,
            created_at: String::new(),
            started_at: None,
            finished_at: None,
            label: None,
            group: group.map(str::to_owned),
        }
    }

    #[test]
    fn jobs_of_a_group_are_one_row_where_the_newest_is() {
        let done = JobStatus::Completed;
        let jobs = [
            job(1, Some("a"), done, 0),
            job(2, None, done, 0),
            job(3, Some("b"), done, 0),
            job(4, Some("a"), done, 0),
            job(5, None, done, 0),
        ];
        let alone = |number: usize| Entry::Job(jobs[number - 1].id);
        assert_eq!(entries(&jobs), [Entry::Group("a".to_owned()), alone(2), alone(3), alone(5)]);
        assert_eq!(of_group(&jobs, "a").map(|job| job.id).collect::<Vec<_>>(), [jobs[0].id, jobs[3].id]);
        assert_eq!(entries(&[]), []);
    }

    #[test]
    fn a_group_is_as_far_as_the_least_of_its_jobs() {
        use JobStatus::{Completed, Failed, Pending, Processing};
        for (statuses, together) in [
            (&[Completed, Completed][..], Completed),
            (&[Pending, Pending], Pending),
            (&[Completed, Pending], Processing),
            (&[Failed, Processing, Completed], Processing),
            (&[Completed, Failed, Completed], Failed),
        ] {
            let jobs: Vec<_> = statuses.iter().map(|status| job(1, None, *status, 1)).collect();
            let count = u32::try_from(jobs.len()).unwrap();
            let expected = Progress { status: together, received: 10 * count, imported: 9 * count, failed: count };
            assert_eq!(sum(jobs.iter()), expected, "{statuses:?}");
        }
        assert_eq!(sum([].iter()), Progress::NONE);
    }
}
