//! Which jobs are listed. The address says it in the words of the API, so that a link to the page is a link to what it shows.

use contract::{JobList, JobStatus};

const STATUS: &str = "status";
const HAS_FAILURES: &str = "has_failures";
const CREATED_AFTER: &str = "created_after";
const CREATED_BEFORE: &str = "created_before";
const AFTER: &str = "after";

/// Which jobs are listed, and where the page of them begins. What cannot be read is left to the API, which says so.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Filter {
    /// One status, or several with commas between.
    pub status: Option<String>,
    /// Only those in which something failed.
    pub has_failures: bool,
    /// From this moment on, in RFC 3339.
    pub created_after: Option<String>,
    /// Before this moment, in RFC 3339.
    pub created_before: Option<String>,
    /// Where the page begins.
    pub after: Option<String>,
}

/// What readers tell jobs by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Tab {
    /// Any.
    All,
    /// Neither completed nor failed.
    Running,
    /// Tried to the end, whatever came of it.
    Completed,
    /// Completed, with failures.
    Partial,
    /// Broken.
    Failed,
}

/// Something that a reader may take off.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Part {
    /// The status, and with it that of the partial ones.
    Status,
    /// That something failed.
    Failures,
    /// The first day.
    From,
    /// The last day.
    To,
}

impl Tab {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::All, Self::Running, Self::Completed, Self::Partial, Self::Failed];

    /// What readers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Partial => "Partial",
            Self::Failed => "Failed",
        }
    }

    const fn status(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Running => Some("pending,processing"),
            Self::Completed | Self::Partial => Some("completed"),
            Self::Failed => Some("failed"),
        }
    }
}

impl Filter {
    /// The one that an address asks for.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let parameter = |name| parameter(name).filter(|value| !value.is_empty());
        Self {
            status: parameter(STATUS),
            has_failures: parameter(HAS_FAILURES).as_deref() == Some("true"),
            created_after: parameter(CREATED_AFTER),
            created_before: parameter(CREATED_BEFORE),
            after: parameter(AFTER),
        }
    }

    /// What the API is asked with.
    pub fn query(&self) -> Vec<(&'static str, &str)> {
        let has_failures = self.has_failures.then_some("true");
        [
            (STATUS, self.status.as_deref()),
            (HAS_FAILURES, has_failures),
            (CREATED_AFTER, self.created_after.as_deref()),
            (CREATED_BEFORE, self.created_before.as_deref()),
            (AFTER, self.after.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// The address of the page.
    pub fn address(&self) -> String {
        let mut address = "/".to_owned();
        for (at, (name, value)) in self.query().into_iter().enumerate() {
            address.push(if at == 0 { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            escape(value, &mut address);
        }
        address
    }

    /// The tab that shows these jobs, if one does.
    pub fn tab(&self) -> Option<Tab> {
        match (self.status.as_deref(), self.has_failures) {
            (Some("completed"), true) => Some(Tab::Partial),
            (status, _) => Tab::ALL.into_iter().find(|tab| tab.status() == status),
        }
    }

    /// The newest ones of `tab`, otherwise filtered as these.
    pub fn with_tab(&self, tab: Tab) -> Self {
        let was_asked = self.has_failures && self.tab() != Some(Tab::Partial);
        let has_failures = match tab {
            Tab::Partial => true,
            // Those with failures have a tab of their own.
            Tab::Completed => false,
            Tab::All | Tab::Running | Tab::Failed => was_asked,
        };
        Self { status: tab.status().map(str::to_owned), has_failures, after: None, ..self.clone() }
    }

    /// What is asked for besides the page.
    pub fn parts(&self) -> Vec<Part> {
        let is_partial = self.tab() == Some(Tab::Partial);
        [
            (Part::Status, self.status.is_some()),
            (Part::Failures, self.has_failures && !is_partial),
            (Part::From, self.created_after.is_some()),
            (Part::To, self.created_before.is_some()),
        ]
        .into_iter()
        .filter_map(|(part, is_asked)| is_asked.then_some(part))
        .collect()
    }

    /// The newest ones without `part`.
    pub fn without(&self, part: Part) -> Self {
        let rest = Self { after: None, ..self.clone() };
        match part {
            Part::Status => rest.with_tab(Tab::All),
            Part::Failures => Self { has_failures: false, ..rest },
            Part::From => Self { created_after: None, ..rest },
            Part::To => Self { created_before: None, ..rest },
        }
    }

    /// The page that begins at `after`.
    pub fn page(&self, after: Option<String>) -> Self {
        Self { after, ..self.clone() }
    }
}

/// How many jobs there are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Count {
    All(usize),
    AtLeast(usize),
}

impl std::fmt::Display for Count {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::All(jobs) => jobs.fmt(out),
            Self::AtLeast(jobs) => write!(out, "{jobs}+"),
        }
    }
}

/// How many jobs each tab has, where that is known.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Counts([Option<Count>; Tab::ALL.len()]);

impl Counts {
    /// The one of `tab`.
    pub fn of(self, tab: Tab) -> Option<Count> {
        Tab::ALL.into_iter().zip(self.0).find(|(known, _)| *known == tab).and_then(|(_, count)| count)
    }

    /// These, with `running` for the jobs that run where not all is known of them.
    pub fn or_running(mut self, running: Option<usize>) -> Self {
        for (tab, count) in Tab::ALL.into_iter().zip(&mut self.0) {
            if tab == Tab::Running && !matches!(count, Some(Count::All(_))) {
                *count = running.map(Count::All).or(*count);
            }
        }
        self
    }
}

/// How many jobs each tab has, where `list`, which `filter` asked for, tells: all of them where it is all that there is.
pub fn counts(filter: &Filter, list: &JobList) -> Counts {
    let dates = [Part::From, Part::To].iter().any(|part| filter.parts().contains(part));
    let is_all = filter.parts().is_empty();
    Counts(Tab::ALL.map(|tab| {
        let is_told =
            filter.after.is_none() && !dates && (is_all || (filter.tab() == Some(tab) && filter.parts().len() == 1));
        let holds = |status: JobStatus, failed: u32| match tab {
            Tab::All => true,
            Tab::Running => !status.is_final(),
            Tab::Completed => status == JobStatus::Completed,
            Tab::Partial => status == JobStatus::Completed && failed > 0,
            Tab::Failed => status == JobStatus::Failed,
        };
        let jobs = list.jobs.iter().filter(|job| holds(job.status, job.failed)).count();
        match list.next {
            _ if !is_told => None,
            None => Some(Count::All(jobs)),
            Some(_) => (jobs > 0).then_some(Count::AtLeast(jobs)),
        }
    }))
}

/// Writes `value` as a part of a query. Commas and colons stay as they are: people read addresses.
fn escape(value: &str, out: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::JobSummary;

    fn filter(query: &[(&str, &str)]) -> Filter {
        Filter::read(|name| query.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_address_says_what_is_listed_and_is_read_back() {
        assert_eq!(filter(&[]).address(), "/");
        let query = [
            ("status", "pending,processing"),
            ("has_failures", "true"),
            ("created_after", "2026-11-01T00:00:00+01:00"),
            ("created_before", "2026-11-02"),
            ("after", "1-2"),
        ];
        let all = filter(&query);
        assert_eq!(all.query(), query);
        assert_eq!(
            all.address(),
            "/?status=pending,processing&has_failures=true&created_after=2026-11-01T00:00:00%2B01:00\
             &created_before=2026-11-02&after=1-2"
        );
        assert_eq!(filter(&[("status", "a b&c=é")]).address(), "/?status=a%20b%26c%3D%C3%A9");
        assert_eq!(filter(&[("status", ""), ("has_failures", "false")]), Filter::default());
    }

    #[test]
    fn a_tab_is_told_from_the_filters_and_changes_no_other() {
        for tab in Tab::ALL {
            let of_tab = filter(&[("created_after", "2026-11-01"), ("after", "1-2")]).with_tab(tab);
            assert_eq!((of_tab.tab(), of_tab.created_after.is_some(), of_tab.after), (Some(tab), true, None));
        }
        assert_eq!(filter(&[("status", "pending")]).tab(), None);
        let failures = filter(&[("has_failures", "true")]);
        assert_eq!(failures.tab(), Some(Tab::All));
        assert!(failures.with_tab(Tab::Failed).has_failures && !failures.with_tab(Tab::Completed).has_failures);
        assert!(!failures.with_tab(Tab::Partial).with_tab(Tab::Failed).has_failures, "that was the tab's");
    }

    #[test]
    fn each_part_can_be_taken_off() {
        let partial = Filter::default().with_tab(Tab::Partial);
        assert_eq!((partial.parts(), partial.without(Part::Status)), (vec![Part::Status], Filter::default()));
        let mut all = filter(&[("created_after", "a"), ("created_before", "b"), ("has_failures", "true")]);
        for part in [Part::Failures, Part::From, Part::To] {
            assert!(all.parts().contains(&part));
            all = all.without(part);
        }
        assert_eq!(all, Filter::default());
    }

    #[test]
    fn counts_are_told_where_they_are_known() {
        let job = |status, failed| JobSummary {
            id: "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b".parse().unwrap(),
            status,
            received: 9,
            imported: 0,
            failed,
            created_at: String::new(),
            started_at: None,
            finished_at: None,
            label: None,
            group: None,
        };
        let jobs = [
            job(JobStatus::Pending, 0),
            job(JobStatus::Completed, 0),
            job(JobStatus::Completed, 2),
            job(JobStatus::Failed, 1),
        ];
        let all = JobList { jobs: jobs.to_vec(), next: None, sum: None };
        let any = Filter::default();
        assert_eq!(counts(&any, &all).0, [4, 1, 2, 1, 1].map(|jobs| Some(Count::All(jobs))));
        assert_eq!(counts(&any, &all).or_running(Some(9)).of(Tab::Running), Some(Count::All(1)));
        let partial = JobList { jobs: vec![job(JobStatus::Completed, 2)], next: None, sum: None };
        assert_eq!(counts(&any.with_tab(Tab::Partial), &partial).0, [None, None, None, Some(Count::All(1)), None]);
        let more = JobList { next: Some("1-2".to_owned()), ..all.clone() };
        assert_eq!(counts(&any, &more).0.map(|count| count.unwrap().to_string()), ["4+", "1+", "2+", "1+", "1+"]);
        assert_eq!(counts(&any, &more).or_running(Some(9)).of(Tab::Running), Some(Count::All(9)));
        assert_eq!(counts(&any, &more).or_running(None).of(Tab::Running), Some(Count::AtLeast(1)));
        let later = any.page(Some("1-2".to_owned()));
        assert_eq!(counts(&later, &all), Counts::default());
        assert_eq!(counts(&later, &all).or_running(Some(9)).0, [None, Some(Count::All(9)), None, None, None]);
    }
}
