//! The operations of webhooks.

use super::{
    fields::webhook_id,
    operation::{Name, Operation},
};
use crate::{Code, Scope, path};
use serde_json::{Value, json};
use utoipa::openapi::{HttpMethod, Required};

const READ: Option<Scope> = Some(Scope::MemoriesRead);
const WRITE: Option<Scope> = Some(Scope::MemoriesWrite);

pub fn operations() -> Vec<Operation> {
    vec![make(), list(), remove(), rotate(), deliveries()]
}

fn of_webhook(operation: Operation) -> Operation {
    operation.id("id", "`wh_` and 32 hex digits.", webhook_id())
}

fn webhook(secret: bool) -> Value {
    let mut webhook = json!({
        "id": "wh_5d1c1aab4d7e4f0c9a1b2c3d4e5f6a7b", "url": "https://example.com/hook", "events": ["batch.completed", "batch.failed"],
        "created_at": "2026-11-25T14:00:00.000Z", "status": "active",
    });
    if let (true, Some(fields)) = (secret, webhook.as_object_mut()) {
        fields.insert("secret".to_owned(), json!("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
    }
    webhook
}

fn make() -> Operation {
    let about =
        "Has an address told when a batch ends, by the Standard Webhooks specification. The secret is shown this once.";
    let body = json!({ "url": "https://example.com/hook", "events": ["batch.completed", "batch.failed"] });
    Operation::new(HttpMethod::Post, path::WEBHOOKS, Name("createWebhook", "Make a webhook"), WRITE, about)
        .body("WebhookInput", Required::True, body)
        .answers(201, "The webhook, with its secret.", "Webhook", &[], webhook(true))
        .refuses(&[
            Code::Forbidden,
            Code::TooManyWebhooks,
            Code::PayloadTooLarge,
            Code::UnsupportedEncoding,
            Code::InvalidRequest,
        ])
}

fn list() -> Operation {
    let about = "All of the account's webhooks, the oldest first, without their secrets.";
    Operation::new(HttpMethod::Get, path::WEBHOOKS, Name("listWebhooks", "List webhooks"), READ, about)
        .answers(200, "The webhooks.", "WebhookList", &[], json!({ "webhooks": [webhook(false)] }))
        .refuses(&[Code::Forbidden])
}

fn remove() -> Operation {
    let about = "Removes a webhook. What it was still to be told it is not.";
    of_webhook(Operation::new(
        HttpMethod::Delete,
        path::WEBHOOK,
        Name("deleteWebhook", "Delete a webhook"),
        WRITE,
        about,
    ))
    .answers_with(204, "It is gone.", &[], &[])
    .refuses(&[Code::Forbidden, Code::NotFound])
}

fn rotate() -> Operation {
    let about = "Gives a webhook a new secret. For 24 hours the one before signs beside it.";
    of_webhook(Operation::new(
        HttpMethod::Post,
        path::ROTATE,
        Name("rotateWebhook", "Give a webhook a new secret"),
        WRITE,
        about,
    ))
    .answers(200, "The webhook, with its new secret.", "Webhook", &[], webhook(true))
    .refuses(&[Code::Forbidden, Code::NotFound])
}

fn deliveries() -> Operation {
    let about =
        "The last 50 deliveries of a webhook, newest first: how often each was tried, and when it is tried next.";
    let log = json!({ "deliveries": [{
        "id": "msg_77e0fdbfab4c45bc8d81f4e214dd3545", "type": "batch.completed", "job_id": "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
        "status": "delivered", "attempts": 1, "response_status": 200, "error": null, "created_at": "2026-11-25T14:02:11.408Z",
        "last_attempt_at": "2026-11-25T14:02:11.440Z", "next_attempt_at": null,
    }] });
    of_webhook(Operation::new(
        HttpMethod::Get,
        path::DELIVERIES,
        Name("listDeliveries", "List the deliveries of a webhook"),
        READ,
        about,
    ))
    .answers(200, "The deliveries.", "DeliveryList", &[], log)
    .refuses(&[Code::Forbidden, Code::NotFound])
}
