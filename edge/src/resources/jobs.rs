//! `GET /v1/batch`: the account's jobs, newest first, all of them or some.

use super::query;
use crate::{
    auth::Caller,
    error::ApiError,
    http::Answer,
    store::{self, Cursor, JobFilter},
};
use contract::{JobStatus, is_timestamp};
use worker::Env;

const PARAMETERS: &str = "limit, after, status, has_failures, created_after, created_before and group";
const DEFAULT_LIMIT: u32 = 20;
const LARGEST_LIMIT: u32 = 100;

/// Which jobs to show.
struct Parameters {
    limit: u32,
    after: Option<Cursor>,
    filter: JobFilter,
}

/// A page of the caller's jobs. One D1 statement.
pub async fn get(env: &Env, caller: &Caller, query: &str) -> Result<Answer, ApiError> {
    let Parameters { limit, after, filter } = parameters(query, js_sys::Date::parse)?;
    Answer::json(&store::jobs(env, caller.account(), &filter, limit, after).await?)
}

/// `milliseconds` tells a moment in milliseconds since 1970 UTC, or NaN.
fn parameters(query: &str, milliseconds: fn(&str) -> f64) -> Result<Parameters, ApiError> {
    let mut parameters = Parameters { limit: DEFAULT_LIMIT, after: None, filter: JobFilter::default() };
    let filter = &mut parameters.filter;
    for parameter in &query::parameters(query) {
        let moment = || {
            let at = if is_timestamp(&parameter.value) { milliseconds(&parameter.value) } else { f64::NAN };
            if at.is_nan() {
                return Err(parameter.must_be("an ISO 8601 date or datetime, like 2026-05-04T10:30:00Z"));
            }
            // Neither a sign nor a fraction is lost: what is before 1970 is before all jobs.
            Ok(Some(at.max(0.0) as u64))
        };
        match &*parameter.name {
            "limit" => parameters.limit = parameter.number(1..=LARGEST_LIMIT)?,
            "after" => parameters.after = Some(parameter.read(query::CURSOR)?),
            "status" => {
                let statuses: Option<Vec<JobStatus>> = parameter.value.split(',').map(JobStatus::from_name).collect();
                let must = "pending, processing, completed or failed, or several with commas between";
                filter.statuses = statuses.ok_or_else(|| parameter.must_be(must))?;
            }
            "has_failures" => filter.has_failures = parameter.flag()?,
            "created_after" => filter.created_after = moment()?,
            "created_before" => filter.created_before = moment()?,
            "group" => filter.group = Some(parameter.read("a UUID")?),
            _ => return Err(parameter.unknown(PARAMETERS)),
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_parameter_is_named() {
        for (query, place) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=", "limit"),
            ("after=x", "after"),
            ("Limit=1", "Limit is no parameter"),
            ("status=done", "status"),
            ("status=failed,", "status"),
            ("has_failures=1", "has_failures"),
            ("created_after=now", "created_after"),
            ("created_before=20240501", "created_before"),
            ("group=all", "group"),
        ] {
            let Err(ApiError::InvalidRequest(message)) = parameters(query, |_| f64::NAN) else {
                panic!("{query} was taken")
            };
            assert!(message.starts_with(place), "{message}");
        }
        let query =
            "limit=100&status=failed,pending&has_failures=true&created_after=2026-11-01&created_before=1969-01-01";
        let read = parameters(query, |text| if text.starts_with("1969") { -1.0 } else { 5.0 });
        let Parameters { limit, after, filter } = read.unwrap_or_else(|_| panic!());
        assert_eq!((limit, after), (100, None));
        assert_eq!(filter.statuses, [JobStatus::Failed, JobStatus::Pending]);
        assert_eq!((filter.has_failures, filter.created_after, filter.created_before), (true, Some(5), Some(0)));
    }

    #[test]
    fn fuzz_filters_of_jobs() {
        let words = &["&", "=", "%", "%00", "%0A", "+", "limit=", "after=", ",", "-1", "4294967296", "é", "true"];
        let samples = &[
            "limit=20&after=1793491200000-8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b&status=failed,pending&has_failures=true",
            "created_after=2026-05-04T10:30:00Z&created_before=2026-05-05&group=8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        ];
        fuzz::run("filters of jobs", &fuzz::nearly_text(samples, words), |query| {
            crate::resources::assert_said(parameters(&query, |_| f64::NAN), &query);
        });
    }
}
