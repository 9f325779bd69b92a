//! What a receiver of webhooks does: tells whether it was the service that called.

use contract::Event;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

/// Why what came is not to be believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unverified {
    /// The secret is none, such as that of a setting that is empty.
    #[error("the secret is none: it must be of at least 24 bytes in base64")]
    Secret,
    /// It is not signed with the secret, or longer than five minutes ago.
    #[error("the webhook is not signed with this secret")]
    Signature(#[source] Option<standardwebhooks::WebhookError>),
    /// It is signed, and no event that this version knows.
    #[error("the webhook is no event that is known")]
    Event(#[source] serde_json::Error),
}

/// Verifies what came by the Standard Webhooks specification and reads it. `header` looks up a header of the request by its
/// name in lower case; `body` is what came, byte for byte.
///
/// # Errors
/// It did not come from the service, or is no event.
pub fn verify<'a>(secret: &str, header: impl Fn(&str) -> Option<&'a str>, body: &[u8]) -> Result<Event, Unverified> {
    // Whoever knows that the key is empty could sign. Where it is base64, 24 bytes have 32 characters.
    if secret.strip_prefix("whsec_").unwrap_or(secret).trim_end_matches('=').len() < 32 {
        return Err(Unverified::Secret);
    }
    let webhook = Webhook::new(secret).map_err(|error| Unverified::Signature(Some(error)))?;
    let mut headers = HeaderMap::new();
    for name in [HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP] {
        let value =
            header(name).and_then(|value| HeaderValue::from_str(value).ok()).ok_or(Unverified::Signature(None))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    // The library subtracts it from the clock, and a stranger must not make that overflow.
    let timestamp = header(HEADER_WEBHOOK_TIMESTAMP).and_then(|seconds| seconds.parse::<u32>().ok());
    timestamp.ok_or(Unverified::Signature(None))?;
    webhook.verify(body, &headers).map_err(|error| Unverified::Signature(Some(error)))?;
    serde_json::from_slice(body).map_err(Unverified::Event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_empty_or_short_is_none() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().to_string();
        let body = br#"{"type":"batch.completed"}"#;
        let told = |secret: &str| {
            let signature = Webhook::new(secret).unwrap().sign("msg_1", now.parse().unwrap(), body).unwrap();
            let header = |name: &str| match name {
                HEADER_WEBHOOK_ID => Some("msg_1"),
                HEADER_WEBHOOK_TIMESTAMP => Some(&*now),
                _ => Some(&*signature),
            };
            verify(secret, header, body).unwrap_err()
        };
        let short = format!("whsec_{}=", "A".repeat(31));
        for secret in ["", "whsec_", "whsec_AAAA", &short] {
            assert!(matches!(told(secret), Unverified::Secret), "{secret}");
        }
        // What is long enough comes as far as its body.
        assert!(matches!(told(&format!("whsec_{}", "A".repeat(32))), Unverified::Event(_)));
    }
}
