//! The schemas of bodies. Those of answers come from their types; those of requests are written out, since what is read
//! piece by piece has no type.

use super::{
    fields::{at_most, count, formatted, or_null, scope, short, text},
    moments::timestamp,
};
use crate::{
    BATCH_ITEMS, BatchStatus, CONTENT_CHARS, Code, Delivery, DeliveryList, DeliveryStatus, ErrorBody, Event, EventData,
    EventType, Forecast, GroupSum, Item, ItemError, ItemList, ItemStatus, JobId, JobList, JobStatus, JobSummary, Kind,
    LABEL_CHARS, Memory, MemoryInput, MemoryList, Monthly, Ping, Running, Scope, Tier, URL_BYTES, Usage, Used, UsedKey,
    WEBHOOKS, Webhook, WebhookId, WebhookList, WebhookStatus, batch_reader::LARGEST_LINE,
};
use serde_json::json;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        AllOfBuilder, ArrayBuilder, Components, KnownFormat, Object, ObjectBuilder, Ref, RefOr, Schema, SchemaFormat,
        Type,
        schema::{AdditionalProperties, SchemaType},
    },
};

/// White space as the Worker trims it: what has nothing else is empty.
const NOT_BLANK: &str = r"[^\t\n\u000b\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

/// All of them, each under its name.
pub fn components() -> Components {
    let mut all = Components::new();
    for (name, schema) in [
        ("BatchInput", batch_input()),
        ("MemoryInput", memory_input()),
        ("SingleMemoryInput", single_memory_input()),
        ("RetryInput", retry_input()),
        ("WebhookInput", webhook_input()),
        ("Alive", alive()),
    ] {
        all.schemas.insert(name.to_owned(), schema.into());
    }
    // With the fields that may be absent.
    all = answer::<BatchStatus>(all, &[]);
    all = answer::<JobStatus>(all, &[]);
    all = answer::<ItemError>(all, &[]);
    all = answer::<Forecast>(all, &[]);
    all = answer::<JobList>(all, &["sum"]);
    all = answer::<JobSummary>(all, &[]);
    all = answer::<GroupSum>(all, &[]);
    all = answer::<ItemList>(all, &[]);
    all = answer::<Item>(all, &[]);
    all = answer::<ItemStatus>(all, &[]);
    all = answer::<MemoryList>(all, &[]);
    all = answer::<Memory>(all, &[]);
    all = answer::<Kind>(all, &[]);
    all = answer::<Ping>(all, &[]);
    all = answer::<Tier>(all, &[]);
    all = answer::<Scope>(all, &[]);
    all = answer::<Usage>(all, &[]);
    all = answer::<Monthly>(all, &[]);
    all = answer::<Used>(all, &[]);
    all = answer::<UsedKey>(all, &[]);
    all = answer::<Running>(all, &[]);
    all = answer::<Webhook>(all, &["secret"]);
    all = answer::<WebhookList>(all, &[]);
    all = answer::<WebhookStatus>(all, &[]);
    all = answer::<DeliveryList>(all, &[]);
    all = answer::<Delivery>(all, &[]);
    all = answer::<DeliveryStatus>(all, &[]);
    all = answer::<EventType>(all, &[]);
    all = answer::<Event>(all, &[]);
    all = answer::<EventData>(all, &[]);
    all = answer::<ErrorBody>(all, &["limit", "used", "resets_at"]);
    all = answer::<Code>(all, &[]);
    all = answer::<JobId>(all, &[]);
    answer::<WebhookId>(all, &[])
}

/// Adds the schema of a type as it is written: of its fields all are there but `absent` ones, which are never `null`.
fn answer<T: ToSchema>(mut all: Components, absent: &[&str]) -> Components {
    let (name, mut schema) = (T::name(), T::schema());
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        object.required = object.properties.keys().filter(|field| !absent.contains(&field.as_str())).cloned().collect();
        for (field, schema) in &mut object.properties {
            if absent.contains(&field.as_str()) {
                never_null(schema);
            }
            if let RefOr::T(Schema::Object(field_schema)) = schema {
                field_schema.format = moment(&name, field).or(field_schema.format.take());
            }
        }
        // For clients of an older version; nobody sends it.
        let known = |code: &serde_json::Value| *code != json!(Code::Unknown);
        if let Some(values) = &mut object.enum_values {
            values.retain(known);
        }
    }
    all.schemas.insert(name.into_owned(), schema);
    all
}

/// Of the fields that are times: those whose names end so, and that of an event.
fn moment(name: &str, field: &str) -> Option<SchemaFormat> {
    match (name, field) {
        (_, "resets_at") => Some(SchemaFormat::KnownFormat(KnownFormat::Date)),
        ("Event", "timestamp") => Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
        _ => field.ends_with("_at").then_some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
    }
}

/// A type has no other way to say that a field may be absent than that it may be `null`.
fn never_null(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(kinds) = &mut object.schema_type {
                kinds.retain(|kind| *kind != Type::Null);
            }
        }
        // One of two: null, or the other.
        RefOr::T(Schema::OneOf(either)) => {
            if let Some(other) = either.items.pop() {
                *schema = other;
            }
        }
        _ => {}
    }
}

/// An object that has no other fields than those described.
fn closed(about: &str) -> ObjectBuilder {
    let object = ObjectBuilder::new().schema_type(Type::Object).description(Some(about));
    object.additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

fn about(mut object: Object, about: &str) -> Object {
    object.description = Some(about.to_owned());
    object
}

fn memory_input() -> Schema {
    let metadata = or_null(Object::with_type(Type::Object));
    closed("A memory. `null` counts as not there, and so does an empty id.")
        .property("content", about(short(CONTENT_CHARS), "What is to be remembered."))
        .property("user_id", about(or_null(scope()), "Whom it is about."))
        .property("agent_id", about(or_null(scope()), "Which agent wrote it. How many an account may have is capped."))
        .property("run_id", about(or_null(scope()), "In which run."))
        .property("metadata", about(metadata, "Any JSON object, of at most 900,000 bytes and 100 levels."))
        .property(
            "timestamp",
            about(
                or_null(timestamp()),
                "When it happened: an ISO 8601 date or datetime. It comes back as it was sent.",
            ),
        )
        .property(
            "kind",
            ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                .enum_values(Some([json!("note"), json!("session"), json!(null)]))
                .default(Some(json!("note")))
                .description(Some("What it is.")),
        )
        .required("content")
        .into()
}

/// The same, with something in it.
fn single_memory_input() -> Schema {
    let some = ObjectBuilder::new().property("content", text(NOT_BLANK));
    AllOfBuilder::new().item(Ref::from_schema_name("MemoryInput")).item(some).into()
}

fn batch_input() -> Schema {
    let memories =
        ArrayBuilder::new().items(Ref::from_schema_name("MemoryInput")).min_items(Some(1)).max_items(Some(BATCH_ITEMS));
    let lines = ArrayBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
        .items(count(0, LARGEST_LINE as usize))
        .description(Some("Where each memory stands in its file: as many numbers as there are memories."));
    closed("A batch.")
        .property("memories", memories)
        .property("label", about(or_null(short(LABEL_CHARS)), "What people call it, such as the name of its file."))
        .property("group", about(or_null(formatted("uuid")), "What the batches of one import share."))
        .property("lines", lines)
        .required("memories")
        .into()
}

fn retry_input() -> Schema {
    let indexes =
        ArrayBuilder::new().items(count(0, u32::MAX as usize)).min_items(Some(1)).max_items(Some(BATCH_ITEMS));
    let indexes =
        indexes.description(Some("The items to send again. Where there are none named: all that may land now."));
    closed("Which items of a job are meant.").property("indexes", indexes).into()
}

fn webhook_input() -> Schema {
    let events = ArrayBuilder::new()
        .items(Ref::from_schema_name("EventType"))
        .min_items(Some(1))
        .max_items(Some(2))
        .unique_items(true);
    let url = at_most(URL_BYTES, formatted("uri"));
    closed(&format!("Who is to be told what. An account may have {WEBHOOKS}."))
        .property("url", about(url, "Https, on any port, without name, password or fragment, and of a public host."))
        .property("events", events.description(Some("What it is told.")))
        .required("url")
        .required("events")
        .into()
}

fn alive() -> Schema {
    let ok = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    ObjectBuilder::new().property("ok", ok).required("ok").description(Some("All is well.")).into()
}

impl PartialSchema for JobId {
    fn schema() -> RefOr<Schema> {
        about(text("^job_[0-9a-f]{32}$"), "A job's name.").into()
    }
}

impl ToSchema for JobId {
    fn name() -> Cow<'static, str> {
        "JobId".into()
    }
}

impl PartialSchema for WebhookId {
    fn schema() -> RefOr<Schema> {
        about(super::fields::webhook_id(), "A webhook's name.").into()
    }
}

impl ToSchema for WebhookId {
    fn name() -> Cow<'static, str> {
        "WebhookId".into()
    }
}

impl PartialSchema for MemoryInput<'_> {
    fn schema() -> RefOr<Schema> {
        memory_input().into()
    }
}

impl ToSchema for MemoryInput<'_> {
    fn name() -> Cow<'static, str> {
        "MemoryInput".into()
    }
}
