//! Schemas of single values.

use crate::SCOPE_CHARS;
use utoipa::openapi::{Object, ObjectBuilder, SchemaFormat, Type, schema::SchemaType};

/// Text of the form that `pattern` says.
pub fn text(pattern: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}

/// Any text of at most so many characters.
pub fn short(most: usize) -> Object {
    at_most(most, Object::with_type(Type::String))
}

/// A whole number within bounds.
pub fn count(least: usize, most: usize) -> Object {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)).build()
}

/// `true` or `false`.
pub fn flag() -> Object {
    Object::with_type(Type::Boolean)
}

/// One of some words.
pub fn one_of(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}

/// Text in a form that has a name: `date`, `date-time`, `uri`, `uuid`.
pub fn formatted(format: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom(format.to_owned()))).build()
}

/// The same text, of at most so many characters.
pub fn at_most(most: usize, mut object: Object) -> Object {
    object.max_length = Some(most);
    object
}

/// Whom, which agent or which run a memory is of.
pub fn scope() -> Object {
    short(SCOPE_CHARS)
}

/// The same, or `null`.
pub fn or_null(mut object: Object) -> Object {
    if let SchemaType::Type(kind) = object.schema_type {
        object.schema_type = SchemaType::from_iter([kind, Type::Null]);
    }
    object
}

/// A job as a client may write it, in any of the three forms.
pub fn job_id() -> Object {
    text("^(job_[0-9a-fA-F]{32}|[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")
}

/// A webhook's name.
pub fn webhook_id() -> Object {
    text("^wh_[0-9a-f]{32}$")
}
