//! `GET /v1/batch`: the account's jobs, newest first.

use crate::{auth::Caller, error::ApiError, http::Answer, store};
use contract::{JobId, JobList};
use worker::Env;

const DEFAULT_LIMIT: u32 = 20;
const LARGEST_LIMIT: u32 = 100;

/// Where a page ends: the last job on it, by when it was accepted and by its id.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cursor {
    /// In milliseconds since 1970 UTC.
    pub created_at: u64,
    pub id: JobId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}", self.created_at, self.id.hex())
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (created_at, id) = text.split_once('-').ok_or(())?;
        Ok(Self { created_at: created_at.parse().map_err(|_| ())?, id: id.parse().map_err(|_| ())? })
    }
}

/// A page of the caller's jobs. One D1 statement.
pub async fn get(env: &Env, caller: &Caller, query: &str) -> Result<Answer, ApiError> {
    let (limit, after) = parameters(query)?;
    // One more than asked tells whether there is a next page.
    let mut rows = store::jobs(env, caller.account(), limit.saturating_add(1), after).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|(cursor, _)| cursor.to_string());
    Answer::json(&JobList { jobs: rows.into_iter().map(|(_, job)| job).collect(), next })
}

fn parameters(query: &str) -> Result<(u32, Option<Cursor>), ApiError> {
    let (mut limit, mut after) = (DEFAULT_LIMIT, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "limit" => {
                limit = value.parse().ok().filter(|limit| (1..=LARGEST_LIMIT).contains(limit)).ok_or_else(|| {
                    ApiError::InvalidRequest(format!("limit must be a whole number from 1 to {LARGEST_LIMIT}."))
                })?;
            }
            "after" => {
                let cursor = value.parse().map_err(|()| {
                    ApiError::InvalidRequest("after must be the value of next in an earlier answer.".to_owned())
                })?;
                after = Some(cursor);
            }
            _ => {}
        }
    }
    Ok((limit, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_written() {
        let id = "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b".parse().unwrap();
        let cursor = Cursor { created_at: 1_767_225_600_000, id };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn a_bad_parameter_is_named() {
        for (query, place) in [("limit=0", "limit"), ("limit=101", "limit"), ("limit=", "limit"), ("after=x", "after")]
        {
            let Err(ApiError::InvalidRequest(message)) = parameters(query) else { panic!("{query} was taken") };
            assert!(message.starts_with(place), "{message}");
        }
        assert!(matches!(parameters("limit=100&unknown=1"), Ok((100, None))));
        assert!(matches!(parameters(""), Ok((DEFAULT_LIMIT, None))));
    }
}
