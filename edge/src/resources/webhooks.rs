//! `/v1/webhooks`: who is told when a batch ends, and what became of it.

use crate::{
    auth::Caller,
    error::ApiError,
    http::{self, Answer, Body, Incoming},
    settings, store, webhooks,
};
use contract::{DeliveryList, WebhookId, WebhookInput, WebhookList};
use worker::Env;

/// The most bytes of a body: the longest address with all of it escaped, with room.
const LARGEST_BODY: u32 = 16 << 10;

/// Makes a webhook. One D1 statement, of as many rows as an account has webhooks.
pub async fn post(env: &Env, caller: &Caller, incoming: &Incoming) -> Result<Answer, ApiError> {
    let text = Body::open(incoming, LARGEST_BODY)?.text().await?;
    let input = WebhookInput::read(&text)?;
    let url = webhooks::address(&input.url, settings::webhook_local(env))
        .map_err(|must| ApiError::InvalidRequest(format!("url {must}.")))?;
    let input = WebhookInput { url, ..input };
    let (id, secret) = (WebhookId::new(uuid::Uuid::new_v4()), webhooks::new_secret());
    let webhook = store::add_webhook(env, caller.account(), id, &input, &secret, http::now()).await?;
    Ok(Answer::json(&webhook.ok_or(ApiError::TooManyWebhooks)?)?.with_status(201))
}

/// All of the caller's webhooks. One D1 statement.
pub async fn get(env: &Env, caller: &Caller) -> Result<Answer, ApiError> {
    Answer::json(&WebhookList { webhooks: store::webhooks(env, caller.account()).await? })
}

/// Removes the caller's webhook named `id`. What is still to be told is not.
pub async fn delete(env: &Env, caller: &Caller, id: &str) -> Result<Answer, ApiError> {
    let removed = store::remove_webhook(env, caller.account(), read(id)?).await?;
    if removed { Ok(Answer::new(204, "".into())) } else { Err(ApiError::NoSuchWebhook) }
}

/// Gives the caller's webhook named `id` a new secret. One D1 statement.
pub async fn rotate(env: &Env, caller: &Caller, id: &str) -> Result<Answer, ApiError> {
    let secret = webhooks::new_secret();
    let webhook = store::rotate_webhook(env, caller.account(), read(id)?, &secret, http::now()).await?;
    Answer::json(&webhook.ok_or(ApiError::NoSuchWebhook)?)
}

/// What the caller's webhook named `id` was told lately. One D1 statement.
pub async fn deliveries(env: &Env, caller: &Caller, id: &str) -> Result<Answer, ApiError> {
    let deliveries = store::deliveries(env, caller.account(), read(id)?).await?;
    Answer::json(&DeliveryList { deliveries: deliveries.ok_or(ApiError::NoSuchWebhook)? })
}

fn read(id: &str) -> Result<WebhookId, ApiError> {
    id.parse().map_err(|_| ApiError::NoSuchWebhook)
}
