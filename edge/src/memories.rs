//! `GET /v1/memories` and `POST /v1/memories`: what has landed, and the single write that a batch item equals.

use crate::{
    auth::Caller,
    error::ApiError,
    http::{self, Answer, Incoming},
    store::{self, Filter},
};
use contract::{JobId, KeyRecord, MemoryInput, SCOPE_CHARS, reason};
use worker::Env;

const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 200;

/// A page of the caller's memories, newest first. One D1 statement.
pub async fn get(env: &Env, caller: &Caller, query: &str) -> Result<Answer, ApiError> {
    let (limit, offset, filter) = parameters(query)?;
    Answer::json(&store::memories(env, caller.account(), limit, offset, &filter).await?)
}

/// Writes one memory. One D1 transaction.
pub async fn post(env: &Env, caller: &Caller, incoming: &Incoming) -> Result<Answer, ApiError> {
    let body = http::body(&incoming.request).await?;
    let memory = MemoryInput::read(&body).map_err(|invalid| ApiError::InvalidRequest(invalid.to_string()))?;
    if memory.is_empty() {
        return Err(ApiError::InvalidRequest(format!("{}.", reason::EMPTY_CONTENT)));
    }
    let key = caller.record();
    let written = store::add(env, key, JobId::new(uuid::Uuid::new_v4()), memory, http::now()).await?;
    match written.memory {
        Some(memory) => Ok(Answer::json(&memory)?.status(201)),
        None => Err(refusal(key, written.outcome, written.used, written.resets_at)),
    }
}

/// Why the write did not land, said as a single write says it.
fn refusal(key: &KeyRecord, outcome: String, used: u64, resets_at: String) -> ApiError {
    let says = |reason: &str, limit: u64| outcome == reason.replace(reason::LIMIT, &limit.to_string());
    if says(reason::MONTHLY_WRITES, key.monthly_writes()) {
        return ApiError::QuotaExceeded { limit: key.monthly_writes(), used, resets_at };
    }
    if says(reason::AGENTS, key.agents()) {
        return ApiError::AgentCapExceeded(key.agents());
    }
    ApiError::Internal(format!("a single write ended with: {outcome}"))
}

fn parameters(query: &str) -> Result<(u32, u32, Filter), ApiError> {
    let (mut limit, mut offset, mut filter) = (DEFAULT_LIMIT, 0, Filter::default());
    let invalid = |name: &str, must: &str| ApiError::InvalidRequest(format!("{name} must be {must}."));
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let scope = || {
            let short = value.chars().count() <= SCOPE_CHARS;
            short.then(|| value.to_string()).ok_or_else(|| invalid(&name, &format!("at most {SCOPE_CHARS} characters")))
        };
        match &*name {
            "limit" => {
                let within = value.parse().ok().filter(|limit| (1..=LARGEST_LIMIT).contains(limit));
                limit = within.ok_or_else(|| invalid("limit", &format!("a whole number from 1 to {LARGEST_LIMIT}")))?;
            }
            "offset" => offset = value.parse().map_err(|_| invalid("offset", "a whole number, at least 0"))?,
            "user_id" => filter.user_id = Some(scope()?),
            "agent_id" => filter.agent_id = Some(scope()?),
            "run_id" => filter.run_id = Some(scope()?),
            "exclude_sessions" => {
                filter.exclude_sessions = value.parse().map_err(|_| invalid("exclude_sessions", "true or false"))?;
            }
            _ => {}
        }
    }
    Ok((limit, offset, filter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_parameter_is_named() {
        for (query, place) in
            [("limit=201", "limit"), ("offset=-1", "offset"), ("exclude_sessions=1", "exclude_sessions")]
        {
            let Err(ApiError::InvalidRequest(message)) = parameters(query) else { panic!("{query} was taken") };
            assert!(message.starts_with(place), "{message}");
        }
        let (limit, offset, filter) = parameters("user_id=a%20b&limit=200&offset=7").unwrap_or_else(|_| panic!());
        assert_eq!((limit, offset, filter.user_id.as_deref()), (200, 7, Some("a b")));
    }
}
