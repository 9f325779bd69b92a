//! The operations of memories.

use super::{
    fields::{count, flag, scope},
    jobs::{after, idempotency_key},
    operation::{Name, Operation},
};
use crate::{Code, Scope, path};
use serde_json::{Value, json};
use utoipa::openapi::{HttpMethod, Required};

pub fn operations() -> Vec<Operation> {
    vec![write(), list()]
}

fn memory() -> Value {
    json!({
        "id": "mem_00028f2c1aab4d7e4f0c9a1b2c3d4e5f", "content": "Ada prefers tea", "user_id": "ada", "agent_id": null, "run_id": null,
        "metadata": {}, "timestamp": null, "kind": "note", "created_at": "2026-11-25T14:02:07.112Z",
        "updated_at": "2026-11-25T14:02:07.112Z", "facts": [],
    })
}

fn write() -> Operation {
    let about = "Writes one memory, at once. The body has at most 2 MiB.";
    let name = Name("writeMemory", "Write a memory");
    idempotency_key(Operation::new(HttpMethod::Post, path::MEMORIES, name, Some(Scope::MemoriesWrite), about))
        .body("SingleMemoryInput", Required::True, json!({ "content": "Ada prefers tea", "user_id": "ada" }))
        .answers(201, "It has landed.", "Memory", &[], memory())
        .refuses(&[
            Code::Forbidden,
            Code::AgentCapExceeded,
            Code::IdempotencyConflict,
            Code::PayloadTooLarge,
            Code::UnsupportedEncoding,
            Code::InvalidRequest,
            Code::QuotaExceeded,
        ])
}

fn list() -> Operation {
    let about = "What has landed, newest first. A page may hold fewer than `limit`: only `next` tells the end.";
    let name = Name("listMemories", "List memories");
    let operation = Operation::new(HttpMethod::Get, path::MEMORIES, name, Some(Scope::MemoriesRead), about).query(
        "limit",
        "Memories on a page; 50 where nothing is said.",
        count(1, 200),
    );
    after(operation, "^mem_[0-9a-f]{32}$")
        .query("offset", "So many are left out. Dearer than `after`.", count(0, 10_000))
        .query("user_id", "Only those about this user.", scope())
        .query("agent_id", "Only those of this agent.", scope())
        .query("run_id", "Only those of this run.", scope())
        .query("exclude_sessions", "With `true` only notes.", flag())
        .answers(
            200,
            "A page of memories.",
            "MemoryList",
            &[],
            json!({ "memories": [memory()], "total": 1, "next": null }),
        )
        .refuses(&[Code::Forbidden, Code::InvalidRequest])
}
