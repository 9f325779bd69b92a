use crate::{EventType, Invalid, json};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The most webhooks of one account.
pub const WEBHOOKS: u32 = 5;

/// The longest address of a webhook, in bytes, as it was sent and as it is kept.
pub const URL_BYTES: usize = 2_000;

const PREFIX: &str = "wh_";

/// The name of one webhook: `wh_` + 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct WebhookId(Uuid);

/// The text is no name of a webhook. On the wire that is a 404, like an unknown webhook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAWebhookId;

impl WebhookId {
    /// The webhook that `uuid` names.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// 32 lower-case hex digits, the form in which the store keeps it.
    pub fn hex(self) -> String {
        self.0.simple().to_string()
    }

    /// The 128 bits themselves.
    pub const fn as_u128(self) -> u128 {
        self.0.as_u128()
    }
}

impl FromStr for WebhookId {
    type Err = NotAWebhookId;

    fn from_str(text: &str) -> Result<Self, NotAWebhookId> {
        let hex = text.strip_prefix(PREFIX).filter(|hex| hex.len() == 32).ok_or(NotAWebhookId)?;
        if !hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(NotAWebhookId);
        }
        Uuid::try_parse(hex).map(Self).map_err(|_| NotAWebhookId)
    }
}

impl fmt::Display for WebhookId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{PREFIX}{}", self.0.simple())
    }
}

impl fmt::Display for NotAWebhookId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a webhook's id is wh_ and 32 hex digits")
    }
}

impl std::error::Error for NotAWebhookId {}

impl Serialize for WebhookId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WebhookId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a webhook is told anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WebhookStatus {
    /// It is.
    Active,
    /// Its receiver answered `410`: it is told nothing more.
    Disabled,
}

/// The body of `POST /v1/webhooks`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebhookInput {
    /// At most [`URL_BYTES`]. Whether it is an address that may be told, the Worker says.
    pub url: String,
    /// What to tell it: at least one, each once.
    pub events: Vec<EventType>,
}

impl WebhookInput {
    /// Reads it from JSON text.
    ///
    /// # Errors
    /// The first field that is not in the contract's shape.
    pub fn read(json: &str) -> Result<Self, Invalid> {
        let mut fields = Fields::default();
        let mut reader = serde_json::Deserializer::from_str(json);
        let read = reader.deserialize_map(&mut fields).and_then(|()| reader.end());
        read.map_err(|_| Invalid::new("", "must be a JSON object"))?;
        if let Some(name) = fields.unknown {
            return Err(Invalid::unknown_field(&json::name(name), "a webhook: it has url and events"));
        }
        let url = fields.url.ok_or_else(|| Invalid::new("url", "is missing"))?;
        let events = fields.events.ok_or_else(|| Invalid::new("events", "is missing"))?;
        let url: String =
            serde_json::from_str(url.get()).map_err(|_| Invalid::new("url", "must be a string with an address"))?;
        if url.len() > URL_BYTES {
            return Err(Invalid::new("url", format!("must have at most {URL_BYTES} bytes")));
        }
        let must = || Invalid::new("events", "must be an array of batch.completed, batch.failed, or both, each once");
        let events: Vec<EventType> = serde_json::from_str(events.get()).map_err(|_| must())?;
        match events.as_slice() {
            [_] => {}
            [one, other] if one != other => {}
            _ => return Err(must()),
        }
        Ok(Self { url, events })
    }
}

/// The fields as they come; of one that comes twice the last counts, as elsewhere in JSON.
#[derive(Default)]
struct Fields<'a> {
    url: Option<&'a RawValue>,
    events: Option<&'a RawValue>,
    unknown: Option<&'a RawValue>,
}

impl<'de> Visitor<'de> for &mut Fields<'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            match name.get() {
                "\"url\"" => self.url = Some(value),
                "\"events\"" => self.events = Some(value),
                _ => self.unknown = Some(name),
            }
        }
        Ok(())
    }
}

/// A webhook as it is read back. Times are RFC 3339 in UTC.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// Its name.
    pub id: WebhookId,
    /// Where it is told, in the form in which a browser would show it.
    pub url: String,
    /// What it is told.
    pub events: Vec<EventType>,
    /// `whsec_` and base64, as the Standard Webhooks have it. Only when it is made and when it is rotated, never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// Whether it is told anything.
    pub status: WebhookStatus,
}

/// The answer of `GET /v1/webhooks`: all of the account's, the oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookList<W = Webhook> {
    /// At most five.
    // The Worker passes them on as the store wrote them.
    pub webhooks: Vec<W>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_webhook_is_named_in_one_form() {
        let name = "wh_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";
        assert_eq!(name.parse::<WebhookId>().unwrap().to_string(), name);
        let (short, bare) = (name.split_at(34).0, name.split_at(3).1);
        for text in ["", "wh_", bare, &name.to_uppercase(), short, "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b"] {
            assert_eq!(text.parse::<WebhookId>(), Err(NotAWebhookId), "{text}");
        }
    }

    #[test]
    fn the_first_bad_field_is_named() {
        let long = format!(r#"{{"url":"https://a/{}","events":["batch.failed"]}}"#, "a".repeat(URL_BYTES));
        for (json, place) in [
            ("", "The body must be a JSON object"),
            ("[]", "The body must be"),
            (r#"{"url":"https://a","events":["batch.failed"]} {}"#, "The body must be"),
            (r#"{"events":["batch.failed"]}"#, "url is missing"),
            (r#"{"url":"https://a"}"#, "events is missing"),
            (r#"{"url":7,"events":["batch.failed"]}"#, "url must be a string"),
            (&*long, "url must have at most 2000 bytes"),
            (r#"{"url":"https://a","events":[]}"#, "events must be"),
            (r#"{"url":"https://a","events":null}"#, "events must be"),
            (r#"{"url":"https://a","events":["batch.*"]}"#, "events must be"),
            (r#"{"url":"https://a","events":["batch.failed","batch.failed"]}"#, "events must be"),
            (r#"{"url":"https://a","events":["batch.failed"],"secret":"s"}"#, "secret is not a field of a webhook"),
        ] {
            let message = WebhookInput::read(json).unwrap_err().to_string();
            assert!(message.starts_with(place), "{json}: {message}");
        }
        let both = r#"{"url":"https://a","events":["batch.failed","batch.completed"]}"#;
        assert_eq!(WebhookInput::read(both).unwrap().events, [EventType::BatchFailed, EventType::BatchCompleted]);
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_a_panic(text in r#"\PC*|\{"url":"\PC*","events":\PC*\}"#) {
            let _ = WebhookInput::read(&text);
        }

        #[test]
        fn what_is_written_is_read_back(bits: u128) {
            let id = WebhookId::new(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }
    }
}
