//! The table of routes, and the checks that stand in front of every one of them.

use crate::{
    auth::{self, Caller},
    error::ApiError,
    http::{self, Answer, Incoming},
    job, job_list, limits, ping,
};
use contract::{Scope, Tier, path};
use worker::Env;

enum Resource<'a> {
    Ping,
    Batch,
    Job(&'a str),
}

impl<'a> Resource<'a> {
    fn at(path: &'a str) -> Option<Self> {
        match path {
            path::PING => Some(Self::Ping),
            path::BATCH => Some(Self::Batch),
            _ => {
                let id = path.strip_prefix(path::BATCH)?.strip_prefix('/')?;
                (!id.is_empty() && !id.contains('/')).then_some(Self::Job(id))
            }
        }
    }

    /// The value of `Allow`.
    const fn methods(&self) -> &'static str {
        match self {
            Self::Ping | Self::Batch | Self::Job(_) => "GET, HEAD",
        }
    }

    fn allows(&self, method: &str) -> bool {
        self.methods().split(", ").any(|allowed| allowed == method)
    }
}

/// Answers a request. `tier` is set as soon as it is known whose request it is, for the headers of whatever comes out.
pub async fn answer(env: &Env, incoming: &Incoming, tier: &mut Option<Tier>) -> Result<Answer, ApiError> {
    let resource = Resource::at(incoming.path()).ok_or(ApiError::NoSuchPath)?;
    if !resource.allows(incoming.method()) {
        return Err(ApiError::MethodNotAllowed(resource.methods()));
    }
    let caller = auth::authenticate(env, incoming, http::now()).await?;
    *tier = Some(caller.tier());
    match resource {
        Resource::Ping => ping::get(&caller),
        Resource::Batch => {
            admit(env, &caller, Scope::MemoriesRead).await?;
            job_list::get(env, &caller, incoming.query()).await
        }
        Resource::Job(id) => {
            admit(env, &caller, Scope::MemoriesRead).await?;
            job::get(env, &caller, id, incoming.if_none_match()).await
        }
    }
}

async fn admit(env: &Env, caller: &Caller, scope: Scope) -> Result<(), ApiError> {
    limits::count_request(env, caller.tier(), caller.account()).await?;
    caller.require(scope)
}
