//! The operations of batches and their jobs.

use super::{
    fields::{at_most, count, flag, formatted, job_id, one_of, text},
    headers::{APPLIED, ETAG, LOCATION, POLL_AFTER},
    operation::{Name, Operation},
};
use crate::{Code, JobStatus, Scope, path};
use serde_json::{Value, json};
use utoipa::openapi::{ArrayBuilder, ContentBuilder, HttpMethod, Object, Required, Schema, Type, schema::AnyOfBuilder};

const READ: Option<Scope> = Some(Scope::MemoriesRead);
const WRITE: Option<Scope> = Some(Scope::MemoriesWrite);

pub fn operations() -> Vec<Operation> {
    vec![send(), list(), status(), items(), retry(), cancel()]
}

/// Makes a repeated request safe.
pub fn idempotency_key(operation: Operation) -> Operation {
    let about =
        "Makes a repeated request safe for 24 hours: the same body gives the first answer again, another one a 409.";
    operation.header("Idempotency-Key", about, at_most(255, text("^[!-~]+$")))
}

/// Where a page begins.
pub fn after(operation: Operation, form: &str) -> Operation {
    operation.query("after", "The `next` of the page before.", text(form))
}

fn of_job(operation: Operation) -> Operation {
    operation.id("job_id", "`job_` and 32 hex digits, or a bare UUID.", job_id())
}

fn send() -> Operation {
    let about = "Takes 1 to 500 memories and answers at once; they are imported in the background. A batch that is not in shape \
        is refused as a whole. Of one that is, each item lands or fails by itself.";
    let batch = json!({ "memories": [{ "content": "Ada prefers tea", "user_id": "ada" }, { "content": " " }], "label": "notes.csv" });
    let forecast = json!({ "received": 2, "would_import": 1, "would_fail": 1, "errors": [{ "index": 1, "error": "content must not be empty" }] });
    let name = Name("importBatch", "Import a batch");
    idempotency_key(Operation::new(HttpMethod::Post, path::BATCH, name, WRITE, about))
        .query("dry_run", "With `true` nothing is stored: the answer says what would become of the batch.", flag())
        .body("BatchInput", Required::True, batch)
        .answers(200, "With `dry_run=true`: what would become of the batch.", "Forecast", &[], forecast)
        .answers(202, "The batch is in. Ask for its job.", "BatchStatus", &[LOCATION], pending())
        .refuses(&[
            Code::Forbidden,
            Code::IdempotencyConflict,
            Code::PayloadTooLarge,
            Code::UnsupportedEncoding,
            Code::InvalidRequest,
            Code::TooManyBatches,
            Code::QuotaExceeded,
        ])
}

fn list() -> Operation {
    let about =
        "The account's jobs, newest first. A page may hold fewer than `limit`, or none: only `next` tells the end.";
    let all = [JobStatus::Pending, JobStatus::Processing, JobStatus::Completed, JobStatus::Failed];
    let names = all.map(|status| serde_json::to_value(status).unwrap_or_default());
    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    let statuses = ArrayBuilder::new().items(one_of(&names)).min_items(Some(1));
    let moment = || {
        let forms = ["date-time", "date"].map(formatted);
        forms.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item)
    };
    let page = json!({ "jobs": [{
        "id": ID, "status": "completed", "received": 3, "imported": 2, "failed": 1, "created_at": "2026-11-25T14:02:07.112Z",
        "started_at": "2026-11-25T14:02:07.301Z", "finished_at": "2026-11-25T14:02:11.408Z", "label": "notes.csv", "group": null,
    }], "next": null });
    let operation = Operation::new(HttpMethod::Get, path::BATCH, Name("listJobs", "List jobs"), READ, about).query(
        "limit",
        "Jobs on a page; 20 where nothing is said.",
        count(1, 100),
    );
    after(operation, "^[0-9]{1,15}-([0-9a-f]{32})$")
        .query("status", "Only those that are in one of these states.", Schema::from(statuses))
        .query("has_failures", "With `true` only those with an item that failed.", flag())
        .query("created_after", "Only those that were accepted then or later.", Schema::from(moment()))
        .query("created_before", "Only those that were accepted earlier.", Schema::from(moment()))
        .query("group", "Only those of one import; the answer sums them up.", formatted("uuid"))
        .answers(200, "A page of jobs.", "JobList", &[], page)
        .refuses(&[Code::Forbidden, Code::InvalidRequest])
}

const ID: &str = "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";

fn pending() -> Value {
    json!({ "id": ID, "status": "pending", "received": 2, "imported": 0, "failed": 0, "errors": [] })
}

fn completed() -> Value {
    json!({ "id": ID, "status": "completed", "received": 3, "imported": 2, "failed": 1,
        "errors": [{ "index": 2, "error": "monthly write quota reached (25000)" }] })
}

fn status() -> Operation {
    let about = "The status of a job, with each item that failed. Ask again after `Retry-After`, or have the answer wait for news with \
        `Prefer: wait`. `completed` and `failed` are final; `completed` with failures is a partial success. Parameters of the \
        query are ignored.";
    let headers = &[ETAG, POLL_AFTER, APPLIED];
    of_job(Operation::new(HttpMethod::Get, path::JOB, Name("getJob", "Get the status of a job"), READ, about))
        .header("If-None-Match", "The `ETag` of the answer before: a job that has not moved is an empty 304.", Object::with_type(Type::String))
        .header("Prefer", "`wait=N`, at most 25: with `If-None-Match` the answer comes when the job has moved, has ended, or after N seconds. Other preferences are ignored.", Object::with_type(Type::String))
        .answers(200, "The job.", "BatchStatus", headers, completed())
        .answers_with(304, "The job has not moved since.", headers, &[])
        .refuses(&[Code::Forbidden, Code::NotFound])
}

fn items() -> Operation {
    let about = "What became of each item, in the order of the batch, with what was sent where it did not land. With `Accept: \
        application/x-ndjson` or `text/csv` all of them as one stream, which ignores `limit` and `after`; no cell of the table is a formula.";
    let page = json!({ "items": [{
        "index": 2, "status": "failed", "id": null, "error": "monthly write quota reached (25000)", "line": null,
        "item": { "content": "Ada prefers tea", "user_id": "ada", "agent_id": null, "run_id": null, "metadata": {}, "timestamp": null, "kind": "note" },
    }], "next": null });
    let schema = utoipa::openapi::Ref::from_schema_name("ItemList");
    let json = ContentBuilder::new().schema(Some(schema)).example(Some(page)).build();
    let stream = || ContentBuilder::new().schema(Some(Object::with_type(Type::String))).build();
    of_job(Operation::new(HttpMethod::Get, path::ITEMS, Name("listItems", "List the items of a job"), READ, about))
        .query("status", "Only those in this state.", one_of(&["failed", "imported", "pending"]))
        .query("limit", "Items on a page; 50 where nothing is said.", count(1, 100))
        .query("after", "The `next` of the page before.", count(0, u32::MAX as usize))
        .answers_with(
            200,
            "A page of items, or all of them.",
            &[],
            &[("application/json", json), ("application/x-ndjson", stream()), ("text/csv", stream())],
        )
        .refuses(&[Code::Forbidden, Code::NotFound, Code::InvalidRequest])
}

fn retry() -> Operation {
    let about = "A new job of what failed here by quota, agent cap, a stop or a cancel, or of the items that are named. Each goes once, however \
        often this is repeated; the old job stays as it is.";
    idempotency_key(of_job(Operation::new(
        HttpMethod::Post,
        path::RETRY,
        Name("retryJob", "Send again what failed"),
        WRITE,
        about,
    )))
    .body("RetryInput", Required::False, json!({ "indexes": [2, 7] }))
    .answers(202, "The new job.", "BatchStatus", &[LOCATION], pending())
    .refuses(&[
        Code::Forbidden,
        Code::NotFound,
        Code::IdempotencyConflict,
        Code::NothingToRetry,
        Code::JobNotFinal,
        Code::PayloadTooLarge,
        Code::UnsupportedEncoding,
        Code::InvalidRequest,
        Code::TooManyBatches,
        Code::QuotaExceeded,
    ])
}

fn cancel() -> Operation {
    let about = "Ends a job. What has landed stays; the items that are left fail with `cancelled`, and the job ends as `failed`.";
    let cancelled = json!({ "id": ID, "status": "failed", "received": 2, "imported": 1, "failed": 1, "errors": [{ "index": 1, "error": "cancelled" }] });
    of_job(Operation::new(HttpMethod::Post, path::CANCEL, Name("cancelJob", "Cancel a job"), WRITE, about))
        .answers(200, "It had ended already: nothing has changed.", "BatchStatus", &[], completed())
        .answers(202, "It has ended by this.", "BatchStatus", &[], cancelled)
        .refuses(&[Code::Forbidden, Code::NotFound])
}
