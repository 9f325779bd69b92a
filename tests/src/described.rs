//! Holds every answer that the tests see to the description of the API.

use crate::Answer;
use contract::path;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// Headers that are the API's own: where they come undescribed, the description lacks them.
const OWN: [&str; 7] =
    ["allow", "etag", "location", "preference-applied", "ratelimit-policy", "retry-after", "www-authenticate"];

/// The description as it is served.
pub static DESCRIPTION: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(contract::openapi::description()).unwrap());

/// What schemas refer to. An answer has no field that is not described, though a client must put up with one: a later
/// version may have it.
static COMPONENTS: LazyLock<Value> = LazyLock::new(|| {
    let mut components = DESCRIPTION["components"].clone();
    for schema in components["schemas"].as_object_mut().unwrap().values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = false.into();
        }
    }
    components
});

/// What came of the description so far: each schema is compiled once, and each body that has come is looked at once.
#[derive(Default)]
struct Known {
    schemas: HashMap<String, Arc<Validator>>,
    bodies: HashSet<u64>,
}

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// The operation that answers a request, as its method and its path are described; `None` where there is none.
pub fn operation(method: &str, path: &str) -> Option<(&'static str, &'static str)> {
    let method = if method == "HEAD" { "GET" } else { method };
    let (pattern, item) = item(path)?;
    let mut methods = item.keys().map(String::as_str);
    methods.find(|known| known.eq_ignore_ascii_case(method)).map(|method| (method, pattern))
}

/// What is described of a path, whatever its query.
fn item(path: &str) -> Option<(&'static str, &'static Map<String, Value>)> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let is_like = |pattern: &str| {
        let mut parts = pattern.split('/').zip(path.split('/'));
        pattern.matches('/').count() == path.matches('/').count()
            && parts.all(|(wanted, there)| if wanted.starts_with('{') { !there.is_empty() } else { wanted == there })
    };
    let paths: &'static Map<String, Value> = DESCRIPTION["paths"].as_object().unwrap();
    let (pattern, item) = paths.iter().find(|(pattern, _)| is_like(pattern))?;
    Some((pattern, item.as_object().unwrap()))
}

/// Fails where `answer` is the API's, and not as the description has it.
///
/// # Panics
/// In that case: with what is wrong, and with the answer.
pub fn check(method: &str, path: &str, answer: &Answer) {
    if let Err(wrong) = judge(method, path, answer) {
        let body = String::from_utf8_lossy(&answer.body[..answer.body.len().min(2_000)]);
        let Answer { status, headers, .. } = answer;
        panic!("{method} {path} is answered other than described: {wrong}\n{status} {headers:#?}\n{body}");
    }
}

fn judge(method: &str, path: &str, answer: &Answer) -> Result<(), String> {
    let Some(id) = answer.headers.get("x-request-id") else {
        // The dashboard's own files, and what stands in front of the Worker while that is not there.
        let is_api = path.starts_with(path::API) || [path::HEALTH, path::READY].contains(&path);
        return if is_api && answer.status < 400 { Err("it has no X-Request-Id".to_owned()) } else { Ok(()) };
    };
    if id.is_empty() {
        return Err("its X-Request-Id is empty".to_owned());
    }
    let (place, response) = response(method, path, answer.status)?;
    headers(&place, response, answer)?;
    let Some(contents) = response.get("content") else {
        return if answer.body.is_empty() { Ok(()) } else { Err("it has a body, where none is described".to_owned()) };
    };
    let named = answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = named.split(';').next().unwrap_or_default();
    let content = contents.get(media_type).ok_or_else(|| format!("{media_type:?} is not described for it"))?;
    if method == "HEAD" {
        return if answer.body.is_empty() { Ok(()) } else { Err("an answer to HEAD has a body".to_owned()) };
    }
    match media_type {
        "application/json" => body(&format!("{place} {media_type}"), &content["schema"], &answer.body),
        // Each line is an item.
        "application/x-ndjson" => {
            let schema = json!({ "$ref": "#/components/schemas/Item" });
            let mut lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            lines.try_for_each(|line| body("a line of items", &schema, line))
        }
        _ => std::str::from_utf8(&answer.body).map(drop).map_err(|error| error.to_string()),
    }
}

/// What is described for a status, and a name for it.
fn response(method: &str, path: &str, status: u16) -> Result<(String, &'static Value), String> {
    let shared = |name: &str, known: u16| match status == known {
        true => Ok((name.to_owned(), &DESCRIPTION["components"]["responses"][name])),
        false => Err(format!("nothing is described there: it must be a {known}")),
    };
    let Some((method, pattern)) = operation(method, path) else {
        return if item(path).is_some() { shared("method_not_allowed", 405) } else { shared("not_found", 404) };
    };
    let responses = &DESCRIPTION["paths"][pattern][method]["responses"];
    let response = responses.get(status.to_string()).ok_or_else(|| format!("{status} is not described"))?;
    let place = format!("{method} {pattern} {status}");
    match response["$ref"].as_str() {
        Some(reference) => Ok((reference.to_owned(), DESCRIPTION.pointer(&reference[1..]).unwrap())),
        None => Ok((place, response)),
    }
}

fn headers(place: &str, response: &Value, answer: &Answer) -> Result<(), String> {
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        for value in answer.headers.get_all(name.as_str()) {
            let text = value.to_str().map_err(|error| format!("{name}: {error}"))?;
            let value = match header["schema"]["type"] == "integer" {
                true => text.parse::<u64>().map_err(|error| format!("{name}: {error}"))?.into(),
                false => Value::from(text),
            };
            valid(&format!("{place} {name}"), &header["schema"], &value)?;
        }
    }
    let described = |name: &str| {
        let mut names = response["headers"].as_object().into_iter().flatten();
        names.any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let undescribed = OWN.into_iter().find(|name| answer.headers.contains_key(*name) && !described(name));
    undescribed.map_or(Ok(()), |name| Err(format!("the header {name} is not described for it")))
}

fn body(place: &str, schema: &Value, bytes: &[u8]) -> Result<(), String> {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((place, bytes));
    if known(|known| known.bodies.contains(&hash)) {
        return Ok(());
    }
    let value = serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    valid(place, schema, &value)?;
    known(|known| known.bodies.insert(hash));
    Ok(())
}

/// Whether `value` is as `schema` has it, which stands at `place`; what is wrong where not.
pub fn valid(place: &str, schema: &Value, value: &Value) -> Result<(), String> {
    let validator = known(|known| known.schemas.get(place).cloned()).unwrap_or_else(|| {
        let mut schema = schema.clone();
        schema["components"] = COMPONENTS.clone();
        let options = jsonschema::options().should_validate_formats(true);
        let validator = Arc::new(options.build(&schema).unwrap_or_else(|error| panic!("{place}: {error}")));
        known(|known| known.schemas.insert(place.to_owned(), Arc::clone(&validator)));
        validator
    });
    let wrong: Vec<String> = validator
        .iter_errors(value)
        .take(5)
        .map(|error| format!("{error} at {:?}, by {}", error.instance_path().to_string(), error.schema_path()))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

fn known<T>(look: impl FnOnce(&mut Known) -> T) -> T {
    look(&mut KNOWN.lock().unwrap_or_else(PoisonError::into_inner))
}
