//! The operations that tell about the caller, and about the service.

use super::operation::{Name, Operation};
use crate::{Code, Scope, path};
use serde_json::json;
use utoipa::openapi::HttpMethod;

pub fn operations() -> Vec<Operation> {
    vec![ping(), usage()]
}

fn ping() -> Operation {
    let about = "Whose key this is: its tier and its scopes. Any good key may ask, and no limit counts it.";
    let pong = json!({ "ok": true, "tier": "hobby", "scopes": ["memories:read", "memories:write"] });
    Operation::new(HttpMethod::Get, path::PING, Name("ping", "Try a key"), None, about)
        .answers(200, "The key is good.", "Ping", &[], pong)
        .refuses(&[])
}

fn usage() -> Operation {
    let about = "Whose key this is, and what the month, the agents and the running batches have used up.";
    let usage = json!({
        "tier": "developer", "writes": { "used": 120, "limit": 25_000, "resets_at": "2026-12-01" },
        "received": { "used": 140, "limit": 250_000 }, "agents": { "used": 3, "limit": 10 }, "batches": { "running": 1, "limit": 3 },
        "account": "acme", "key": { "id": "key_0123456789abcdef", "expires_at": null },
    });
    let name = Name("getUsage", "See what is used up");
    Operation::new(HttpMethod::Get, path::USAGE, name, Some(Scope::MemoriesRead), about)
        .answers(200, "What is used up, and what may be.", "Usage", &[], usage)
        .refuses(&[Code::Forbidden])
}

/// Those that want no key.
pub fn health() -> Vec<Operation> {
    let ok = || json!({ "ok": true });
    let (alive, ready) = (Name("isAlive", "Whether the Worker runs"), Name("isReady", "Whether D1 and KV answer"));
    vec![
        Operation::open(HttpMethod::Get, path::HEALTH, alive, "Wants no key, and asks nothing of any store.").answers(
            200,
            "It runs.",
            "Alive",
            &[],
            ok(),
        ),
        Operation::open(HttpMethod::Get, path::READY, ready, "Wants no key. One look a second serves all who ask.")
            .answers(200, "They answer.", "Alive", &[], ok())
            .refuses(&[Code::Unavailable]),
    ]
}
