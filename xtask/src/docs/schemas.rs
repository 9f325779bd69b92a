//! Schemas, as tables of their fields and as words.

use super::prose::{code, escaped, sentence};
use serde_json::{Map, Value};

/// The name that a reference ends with.
fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// The schema itself, where it is only referred to.
fn resolved<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    match referred(schema) {
        Some(name) => &api["components"]["schemas"][name],
        None => match schema["allOf"].get(0) {
            Some(first) => resolved(api, first),
            None => schema,
        },
    }
}

/// The fields of an object: those that are always there in the order in which they are written, then the others.
fn fields(schema: &Value) -> Vec<(&str, &Value, bool)> {
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let first = required.iter().filter_map(|name| Some((*name, properties.get(*name)?, true)));
    let rest = properties.iter().filter(|(name, _)| !required.contains(&name.as_str()));
    first.chain(rest.map(|(name, schema)| (name.as_str(), schema, false))).collect()
}

/// What a value is, in words, with links to the schemas that have a name.
pub fn kind(schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(all) = schema[several].as_array() {
            return all.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| format!("<code>{}</code>", plain(value))).collect();
        return values.join(", ");
    }
    if let Some(first) = schema["allOf"].get(0) {
        return kind(first);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let mut words = types.join(" or ");
    if schema["items"].is_object() {
        words = format!("{words} of {}", kind(&schema["items"]));
    }
    for (name, before) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minItems", "at least"),
        ("maxItems", "at most"),
        ("maxLength", "at most"),
    ] {
        // Bounds that are those of the type itself say nothing.
        if let Some(bound) = schema[name].as_u64().filter(|bound| *bound > 0 && *bound < u64::from(u32::MAX)) {
            let what = match name {
                "maxLength" => " characters",
                _ => "",
            };
            words = format!("{words}, {before} {bound}{what}");
        }
    }
    match schema["format"].as_str() {
        Some(format) if !format.starts_with("int") => format!("{words}, {format}"),
        _ => words,
    }
}

fn plain(value: &Value) -> String {
    escaped(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// All that have a name.
pub fn all(api: &Value) -> String {
    let all: Option<&Map<String, Value>> = api["components"]["schemas"].as_object();
    all.into_iter().flatten().map(|(name, schema)| one(api, name, schema)).collect()
}

fn one(api: &Value, name: &str, schema: &Value) -> String {
    let about = schema["description"].as_str().map(|about| format!("<p>{}</p>", sentence(about))).unwrap_or_default();
    let fields = fields(resolved(api, schema));
    let table = if fields.is_empty() {
        format!("<p>{}</p>", kind(schema))
    } else {
        let rows = fields.iter().map(|(field, schema, always)| {
            let about = schema["description"].as_str().or_else(|| schema["oneOf"][1]["description"].as_str());
            let (kind, about) = (kind(schema), sentence(about.unwrap_or_default()));
            let note = if *always { "" } else { " <small>may be absent</small>" };
            format!("<tr><th scope=\"row\"><code>{field}</code>{note}</th><td>{kind}</td><td>{about}</td></tr>\n")
        });
        format!(
            "<table><thead><tr><th scope=\"col\">field</th><th scope=\"col\">type</th><th scope=\"col\">meaning</th></tr></thead><tbody>{}</tbody></table>",
            rows.collect::<String>()
        )
    };
    format!("<details id=\"{name}\"><summary><code>{name}</code></summary>{about}{table}</details>\n")
}

/// An example of `schema`, its fields in the order in which they come.
pub fn example(api: &Value, schema: &Value, value: &Value) -> String {
    code(&written(api, schema, value, 0))
}

fn written(api: &Value, schema: &Value, value: &Value, depth: usize) -> String {
    let schema = resolved(api, schema);
    let inset = "  ".repeat(depth + 1);
    let close = "  ".repeat(depth);
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().any(Value::is_object) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| format!("{inset}{}", written(api, &schema["items"], item, depth + 1)))
                .collect();
            format!("[\n{}\n{close}]", items.join(",\n"))
        }
        Value::Object(object) if !object.is_empty() => {
            let order: Vec<&str> = fields(schema).iter().map(|(name, ..)| *name).collect();
            let mut all: Vec<(&String, &Value)> = object.iter().collect();
            all.sort_by_key(|(name, _)| order.iter().position(|known| known == name).unwrap_or(order.len()));
            let all: Vec<String> = all
                .iter()
                .map(|(name, inner)| {
                    format!(
                        "{inset}\"{name}\": {}",
                        written(api, &schema["properties"][name.as_str()], inner, depth + 1)
                    )
                })
                .collect();
            format!("{{\n{}\n{close}}}", all.join(",\n"))
        }
        other => other.to_string(),
    }
}
