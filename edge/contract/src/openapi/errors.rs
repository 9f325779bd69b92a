//! The errors: which status each code goes out with, when, and with which header.

use super::{
    fields::one_of,
    headers::{ALLOW, AUTHENTICATE, POLICY, REQUEST_ID, RETRY_AFTER, Sent},
};
use crate::{Code, Code::*};
use serde_json::{Value, json};
use utoipa::openapi::{
    AllOfBuilder, Components, ContentBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
    example::ExampleBuilder,
};

/// One error.
pub struct Said {
    /// What it goes out with.
    pub status: u16,
    /// What a program branches on.
    pub code: Code,
    /// When it is said.
    pub when: &'static str,
    /// How it may read.
    message: &'static str,
}

const fn said(status: u16, code: Code, when: &'static str, message: &'static str) -> Said {
    Said { status, code, when, message }
}

/// All of them. A test of the Worker holds this to what it says.
pub const ERRORS: [Said; 17] = [
    said(
        401,
        InvalidKey,
        "No key, or one that is malformed, unknown, revoked or expired.",
        "The API key is missing, malformed, unknown, revoked or expired. Send a valid one as: Authorization: Bearer kor_…",
    ),
    said(
        403,
        Forbidden,
        "The key lacks the scope, which the message names.",
        "This API key lacks the scope memories:write. Use a key that has it.",
    ),
    said(
        403,
        AgentCapExceeded,
        "The memory names an agent that is new, and the account has as many as it may.",
        "This account has as many agents as it may (10). Use an agent_id that it has already.",
    ),
    said(
        404,
        NotFound,
        "Nothing is at the path, or nothing of that id is in this account: another account's answers exactly like one that does not exist.",
        "There is no such batch job in this account. Check the job id, and that the key belongs to the account that sent the batch.",
    ),
    said(
        405,
        MethodNotAllowed,
        "The path does not take that method.",
        "This path does not take that method. It takes: GET, HEAD.",
    ),
    said(
        409,
        IdempotencyConflict,
        "The same `Idempotency-Key` came before with another body.",
        "This Idempotency-Key came before with another body. Send a new key for a new batch.",
    ),
    said(
        409,
        NothingToRetry,
        "No item of the job can be sent again.",
        "No item of this job can be sent again as it is.",
    ),
    said(
        409,
        JobNotFinal,
        "The job is still running.",
        "This job is still running. Wait until it has ended, or cancel it, then send what failed again.",
    ),
    said(
        409,
        TooManyWebhooks,
        "The account has as many webhooks as it may.",
        "This account has 5 webhooks, which is as many as it may. Delete one first.",
    ),
    said(
        413,
        PayloadTooLarge,
        "The body is too large, unpacked.",
        "The body is too large: at most 33554432 bytes. Send the memories in smaller batches.",
    ),
    said(
        415,
        UnsupportedEncoding,
        "The body is packed neither as gzip nor as deflate.",
        "The Content-Encoding of the body is none that is read here. Send it as it is, or as gzip or deflate.",
    ),
    said(
        422,
        InvalidRequest,
        "A parameter, a header or the body is not in shape: the message names the first place.",
        "memories[3].content is missing: every memory needs one.",
    ),
    said(
        429,
        RateLimitExceeded,
        "The tier's rate limit, or that of unknown keys from one address. Has `Retry-After`.",
        "Too many requests. Wait 10 seconds, then try again.",
    ),
    said(
        429,
        TooManyBatches,
        "Three batches of the account are still running. No `Retry-After`: the wait is a job, not a clock.",
        "Three batches of this account are still running. Wait until one of them has ended, then send this one again.",
    ),
    said(
        429,
        QuotaExceeded,
        "Nothing is left of the month's writes, or of what may be sent in a month. No `Retry-After`.",
        "25000 of the 25000 memories of this month are used up, and no more of this may come. The next month's begin on 2026-12-01.",
    ),
    said(
        500,
        Internal,
        "A bug. Report the `X-Request-Id`.",
        "Something broke on our side. If it happens again, report the X-Request-Id of this answer.",
    ),
    said(
        503,
        Unavailable,
        "The store cannot answer now.",
        "The service cannot answer right now. Wait 5 seconds, then try again.",
    ),
];

impl Said {
    /// The code on the wire.
    pub fn name(&self) -> String {
        // A name always has a JSON form, which is a string.
        serde_json::to_value(self.code).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    fn headers(&self) -> Vec<Sent> {
        match self.code {
            InvalidKey => vec![AUTHENTICATE],
            MethodNotAllowed => vec![ALLOW],
            RateLimitExceeded => vec![RETRY_AFTER, POLICY],
            Unavailable => vec![RETRY_AFTER, POLICY],
            _ => vec![POLICY],
        }
    }

    fn example(&self) -> Value {
        let mut example = json!({ "code": self.code, "message": self.message });
        if let (QuotaExceeded, Some(body)) = (self.code, example.as_object_mut()) {
            body.extend(
                [("limit", json!(25_000)), ("used", json!(25_000)), ("resets_at", json!("2026-12-01"))]
                    .map(|(name, value)| (name.to_owned(), value)),
            );
        }
        example
    }
}

/// The answer that says one of `all`, which have one status. The one of a single error is kept in one place.
pub fn response(all: &[&Said]) -> RefOr<Response> {
    match all {
        [one] => Ref::from_response_name(one.name()).into(),
        _ => spelt_out(all).into(),
    }
}

/// Adds the answers of a single error each.
pub fn add(mut components: Components) -> Components {
    components.responses.extend(ERRORS.iter().map(|said| (said.name(), spelt_out(&[said]).into())));
    components
}

fn spelt_out(all: &[&Said]) -> Response {
    let names: Vec<String> = all.iter().map(|said| said.name()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let narrowed = ObjectBuilder::new().property("code", one_of(&names));
    let schema = AllOfBuilder::new().item(Ref::from_schema_name("ErrorBody")).item(narrowed);
    let examples = all.iter().map(|said| (said.name(), ExampleBuilder::new().value(Some(said.example())).build()));
    let content = ContentBuilder::new().schema(Some(Schema::from(schema))).examples_from_iter(examples).build();
    let about: Vec<String> = all.iter().map(|said| format!("`{}`: {}", said.name(), said.when)).collect();
    let mut response = ResponseBuilder::new().description(about.join(" ")).content("application/json", content);
    for sent in all.iter().flat_map(|said| said.headers()).chain([REQUEST_ID]) {
        response = response.header(sent.name, sent.header());
    }
    response.build()
}
