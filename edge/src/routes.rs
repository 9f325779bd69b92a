//! The table of routes, and the checks that stand in front of every one of them.

use crate::{
    auth,
    error::ApiError,
    http::{self, Answer, Incoming},
    import, job, job_list, limits, memories, ping,
};
use contract::{Scope, Tier, path};
use worker::Env;

enum Resource<'a> {
    Ping,
    Batch,
    Job(&'a str),
    Memories,
}

impl<'a> Resource<'a> {
    fn at(path: &'a str) -> Option<Self> {
        match path {
            path::PING => Some(Self::Ping),
            path::BATCH => Some(Self::Batch),
            path::MEMORIES => Some(Self::Memories),
            _ => {
                let id = path.strip_prefix(path::BATCH)?.strip_prefix('/')?;
                (!id.is_empty() && !id.contains('/')).then_some(Self::Job(id))
            }
        }
    }

    /// The value of `Allow`.
    const fn methods(&self) -> &'static str {
        match self {
            Self::Ping | Self::Job(_) => "GET, HEAD",
            Self::Batch | Self::Memories => "GET, HEAD, POST",
        }
    }

    fn allows(&self, method: &str) -> bool {
        self.methods().split(", ").any(|allowed| allowed == method)
    }
}

/// Answers a request. `tier` is set as soon as it is known whose request it is, for the headers of whatever comes out.
pub async fn answer(env: &Env, incoming: &Incoming, tier: &mut Option<Tier>) -> Result<Answer, ApiError> {
    let resource = Resource::at(incoming.path()).ok_or(ApiError::NoSuchPath)?;
    if !resource.allows(&incoming.method) {
        return Err(ApiError::MethodNotAllowed(resource.methods()));
    }
    let caller = auth::authenticate(env, incoming, http::now()).await?;
    *tier = Some(caller.tier());
    let writes = incoming.method == "POST";
    if !matches!(resource, Resource::Ping) {
        limits::count_request(env, caller.tier(), caller.account()).await?;
        caller.require(if writes { Scope::MemoriesWrite } else { Scope::MemoriesRead })?;
    }
    match resource {
        Resource::Ping => ping::get(&caller),
        Resource::Batch if writes => import::post(env, &caller, incoming).await,
        Resource::Batch => job_list::get(env, &caller, incoming.query()).await,
        Resource::Job(id) => job::get(env, &caller, id, incoming.if_none_match.as_deref()).await,
        Resource::Memories if writes => memories::post(env, &caller, incoming).await,
        Resource::Memories => memories::get(env, &caller, incoming.query()).await,
    }
}
