//! `GET /v1/memories` and `POST /v1/memories`: what has landed, and the single write that a batch item equals.

use super::{
    idempotency::Idempotency,
    query::{self, Parameter},
};
use crate::{
    auth::Caller,
    error::ApiError,
    http::{self, Answer, Body, Incoming},
    store::{self, Filter, Page, Portions, Request, Written},
};
use contract::{JobId, KeyRecord, MemoryInput, SCOPE_CHARS, reason};
use worker::Env;

const PARAMETERS: &str = "limit, after, offset, user_id, agent_id, run_id and exclude_sessions";
const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 200;

/// Each memory that is skipped is read all the same; `after` skips for nothing.
const LARGEST_OFFSET: u32 = 10_000;

/// The most bytes of a body: as for one item of a batch.
const LARGEST_BODY: u32 = 2 << 20;

/// A page of the caller's memories, newest first. One D1 statement.
pub async fn get(env: &Env, caller: &Caller, query: &str) -> Result<Answer, ApiError> {
    let (page, filter) = parameters(query)?;
    let memories = store::memories(env, caller.account(), &page, &filter).await?;
    let no_such_cursor = || ApiError::InvalidRequest(format!("after must be {}.", query::CURSOR));
    Answer::json(&memories.ok_or_else(no_such_cursor)?)
}

/// Writes one memory. One D1 transaction.
pub async fn post(env: &Env, caller: &Caller, incoming: &Incoming) -> Result<Answer, ApiError> {
    let mut idempotency = Idempotency::of(incoming, "memory")?;
    let mut body = Body::open(incoming, LARGEST_BODY)?;
    let text = body.text().await?;
    idempotency.read(text.as_bytes());
    let memory = MemoryInput::read(&text)?;
    if memory.is_empty() {
        return Err(ApiError::InvalidRequest(format!("{}.", reason::EMPTY_CONTENT)));
    }
    let mut item = Portions::default();
    item.push(&memory)?;
    let (key, idempotency) = (caller.record(), idempotency.finish());
    let request = Request::new(caller.record(), false, idempotency.as_ref(), http::now());
    match store::add(env, &request, item).await? {
        Written::Memory(memory) => Ok(Answer::json(&memory)?.with_status(201)),
        Written::Refused(refusal) => Err(refusal.into()),
        Written::Failed(outcome) => Err(failure(key, &outcome)),
    }
}

/// Why the write did not land, said as a single write says it.
fn failure(key: &KeyRecord, outcome: &str) -> ApiError {
    if outcome == reason::naming(reason::AGENTS, &key.agents().to_string()) {
        return ApiError::AgentCapExceeded(key.agents().into());
    }
    ApiError::Internal(format!("a single write ended with: {outcome}"))
}

fn parameters(query: &str) -> Result<(Page, Filter), ApiError> {
    let mut page = Page { limit: DEFAULT_LIMIT, offset: 0, after: None };
    let mut filter = Filter::default();
    for parameter in &query::parameters(query) {
        match &*parameter.name {
            "limit" => page.limit = parameter.number(1..=LARGEST_LIMIT)?,
            "offset" => page.offset = parameter.number(0..=LARGEST_OFFSET)?,
            "after" => {
                let id = parameter.value.strip_prefix("mem_").and_then(|id| id.parse::<JobId>().ok());
                page.after = Some(id.ok_or_else(|| parameter.must_be(query::CURSOR))?.hex());
            }
            "user_id" => filter.user_id = Some(scope(parameter)?),
            "agent_id" => filter.agent_id = Some(scope(parameter)?),
            "run_id" => filter.run_id = Some(scope(parameter)?),
            "exclude_sessions" => filter.exclude_sessions = parameter.flag()?,
            _ => return Err(parameter.unknown(PARAMETERS)),
        }
    }
    Ok((page, filter))
}

fn scope(parameter: &Parameter) -> Result<String, ApiError> {
    if parameter.value.chars().count() > SCOPE_CHARS {
        return Err(parameter.must_be(&format!("at most {SCOPE_CHARS} characters")));
    }
    Ok(parameter.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_parameter_is_named() {
        for (query, place) in [
            ("limit=201", "limit"),
            ("offset=-1", "offset"),
            ("offset=4294967296", "offset"),
            ("after=mem_1", "after"),
            ("exclude_sessions=1", "exclude_sessions"),
            ("userId=h", "userId is no parameter"),
            ("user_id%5B%5D=h", "user_id[] is no parameter"),
        ] {
            let Err(ApiError::InvalidRequest(message)) = parameters(query) else { panic!("{query} was taken") };
            assert!(message.starts_with(place), "{message}");
        }
        let (page, filter) = parameters("user_id=a%20b&limit=200&offset=7").unwrap_or_else(|_| panic!());
        assert_eq!((page.limit, page.offset, filter.user_id.as_deref()), (200, 7, Some("a b")));
    }

    #[test]
    fn fuzz_filters_of_memories() {
        let words = &["&", "=", "%", "%00", "%0A", "+", "limit=", "after=", ",", "-1", "4294967296", "é", "true"];
        let samples = &[
            "limit=200&offset=10000&user_id=ada%20b&agent_id=&run_id=%00&exclude_sessions=true",
            "after=mem_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        ];
        fuzz::run("filters of memories", &fuzz::nearly_text(samples, words), |query| {
            crate::resources::assert_said(parameters(&query), &query);
        });
    }
}
