//! The table of routes, and the checks that stand in front of every one of them.

use crate::{
    auth::{self, Caller},
    error::ApiError,
    http::{self, Answer, Incoming},
    limits,
    resources::{batch, cancel, health, items, job, jobs, memories, ping, retry, usage, webhooks},
};
use contract::{Scope, path};
use worker::Env;

enum Resource<'a> {
    Health,
    Ready,
    Ping,
    Batch,
    Job(&'a str),
    Items(&'a str),
    Retry(&'a str),
    Cancel(&'a str),
    Memories,
    Usage,
    Webhooks,
    Webhook(&'a str),
    Rotate(&'a str),
    Deliveries(&'a str),
}

impl<'a> Resource<'a> {
    fn at(path: &'a str) -> Option<Self> {
        match path {
            path::HEALTH => Some(Self::Health),
            path::READY => Some(Self::Ready),
            path::PING => Some(Self::Ping),
            path::BATCH => Some(Self::Batch),
            path::MEMORIES => Some(Self::Memories),
            path::USAGE => Some(Self::Usage),
            path::WEBHOOKS => Some(Self::Webhooks),
            _ => Self::of_webhook(path).or_else(|| Self::of_batch(path)),
        }
    }

    fn of_webhook(path: &'a str) -> Option<Self> {
        match path.strip_prefix(path::WEBHOOKS)?.strip_prefix('/')?.split_once('/') {
            None => path.rsplit('/').next().filter(|id| !id.is_empty()).map(Self::Webhook),
            Some((id, "rotate")) => Some(Self::Rotate(id)),
            Some((id, "deliveries")) => Some(Self::Deliveries(id)),
            Some(_) => None,
        }
    }

    fn of_batch(path: &'a str) -> Option<Self> {
        match path.strip_prefix(path::BATCH)?.strip_prefix('/')?.split_once('/') {
            None => path.rsplit('/').next().filter(|id| !id.is_empty()).map(Self::Job),
            Some((id, "items")) => Some(Self::Items(id)),
            Some((id, "retry")) => Some(Self::Retry(id)),
            Some((id, "cancel")) => Some(Self::Cancel(id)),
            Some(_) => None,
        }
    }

    /// As it is called in the log, where no id is.
    const fn pattern(&self) -> &'static str {
        match self {
            Self::Health => path::HEALTH,
            Self::Ready => path::READY,
            Self::Ping => path::PING,
            Self::Batch => path::BATCH,
            Self::Job(_) => path::JOB,
            Self::Items(_) => path::ITEMS,
            Self::Retry(_) => path::RETRY,
            Self::Cancel(_) => path::CANCEL,
            Self::Memories => path::MEMORIES,
            Self::Usage => path::USAGE,
            Self::Webhooks => path::WEBHOOKS,
            Self::Webhook(_) => path::WEBHOOK,
            Self::Rotate(_) => path::ROTATE,
            Self::Deliveries(_) => path::DELIVERIES,
        }
    }

    /// The value of `Allow`.
    const fn methods(&self) -> &'static str {
        match self {
            Self::Health
            | Self::Ready
            | Self::Ping
            | Self::Job(_)
            | Self::Items(_)
            | Self::Usage
            | Self::Deliveries(_) => "GET, HEAD",
            Self::Retry(_) | Self::Cancel(_) | Self::Rotate(_) => "POST",
            Self::Batch | Self::Memories | Self::Webhooks => "GET, HEAD, POST",
            Self::Webhook(_) => "DELETE",
        }
    }

    fn allows(&self, method: &str) -> bool {
        self.methods().split(',').any(|allowed| allowed.trim_start() == method)
    }
}

/// What is known of a request, for the headers of whatever comes out, and for its line in the log.
#[derive(Default)]
pub struct Known {
    route: Option<&'static str>,
    caller: Option<Caller>,
}

impl Known {
    /// The value of `RateLimit-Policy`.
    pub fn policy(&self) -> Option<&'static str> {
        self.caller.as_ref().map(|caller| limits::policy(caller.tier()))
    }

    /// `detail` is what the log alone may know of a fault.
    pub fn log(&self, env: &Env, request_id: &str, status: u16, detail: Option<&str>) {
        let caller = self.caller.as_ref();
        let (account, key) = (caller.map(Caller::account), caller.map(Caller::key_id));
        let tier = caller.map(|caller| caller.tier().name());
        http::log(env, request_id, status, self.route, account, key.as_deref(), tier, detail);
    }
}

/// Answers a request. Of `known` each part is set as soon as it is.
pub async fn answer(env: &Env, incoming: &Incoming, known: &mut Known) -> Result<Answer, ApiError> {
    let resource = Resource::at(incoming.path()).ok_or(ApiError::NoSuchPath)?;
    known.route = Some(resource.pattern());
    if !resource.allows(&incoming.method) {
        return Err(ApiError::MethodNotAllowed(resource.methods()));
    }
    match resource {
        Resource::Health => return health::alive(),
        Resource::Ready => return health::ready(env).await,
        _ => {}
    }
    let caller = auth::authenticate(env, incoming, http::now()).await?;
    let caller = &*known.caller.insert(caller);
    let writes = matches!(&*incoming.method, "POST" | "DELETE");
    if !matches!(resource, Resource::Ping) {
        limits::count_request(env, caller.tier(), caller.account()).await?;
        caller.require(if writes { Scope::MemoriesWrite } else { Scope::MemoriesRead })?;
    }
    match resource {
        // Answered above, without a key.
        Resource::Health | Resource::Ready => Err(ApiError::NoSuchPath),
        Resource::Ping => ping::get(caller),
        Resource::Batch if writes => batch::post(env, caller, incoming).await,
        Resource::Batch => jobs::get(env, caller, incoming.query()).await,
        Resource::Job(id) => job::get(env, caller, id, incoming).await,
        Resource::Items(id) => items::get(env, caller, id, incoming).await,
        Resource::Retry(id) => retry::post(env, caller, id, incoming).await,
        Resource::Cancel(id) => cancel::post(env, caller, id).await,
        Resource::Memories if writes => memories::post(env, caller, incoming).await,
        Resource::Memories => memories::get(env, caller, incoming.query()).await,
        Resource::Usage => usage::get(env, caller).await,
        Resource::Webhooks if writes => webhooks::post(env, caller, incoming).await,
        Resource::Webhooks => webhooks::get(env, caller).await,
        Resource::Webhook(id) => webhooks::delete(env, caller, id).await,
        Resource::Rotate(id) => webhooks::rotate(env, caller, id).await,
        Resource::Deliveries(id) => webhooks::deliveries(env, caller, id).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// All of them, in a row: a new one does not compile until it stands in it.
    const fn behind(resource: &Resource<'static>) -> Option<Resource<'static>> {
        Some(match resource {
            Resource::Health => Resource::Ready,
            Resource::Ready => Resource::Ping,
            Resource::Ping => Resource::Batch,
            Resource::Batch => Resource::Job("7"),
            Resource::Job(id) => Resource::Items(id),
            Resource::Items(id) => Resource::Retry(id),
            Resource::Retry(id) => Resource::Cancel(id),
            Resource::Cancel(_) => Resource::Memories,
            Resource::Memories => Resource::Usage,
            Resource::Usage => Resource::Webhooks,
            Resource::Webhooks => Resource::Webhook("7"),
            Resource::Webhook(id) => Resource::Rotate(id),
            Resource::Rotate(id) => Resource::Deliveries(id),
            Resource::Deliveries(_) => return None,
        })
    }

    #[test]
    fn the_description_has_every_route_and_no_other() {
        let description = serde_json::to_value(contract::openapi::description()).unwrap();
        let described: BTreeSet<(String, String)> = description["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase()))
            })
            .collect();
        let mut routes = BTreeSet::new();
        let mut resource = Some(Resource::Health);
        while let Some(route) = resource {
            let path = route.pattern().replace("{job_id}", "7").replace("{id}", "7");
            assert_eq!(Resource::at(&path).unwrap().pattern(), route.pattern());
            // HEAD is there wherever GET is: the description says so once.
            let methods = route.methods().split(", ").filter(|method| *method != "HEAD");
            routes.extend(methods.map(|method| (route.pattern().to_owned(), method.to_owned())));
            resource = behind(&route);
        }
        assert_eq!(described, routes);
    }
}
