//! Every operation, as something to unfold.

use super::{
    prose::{code, escaped, sentence, slug},
    schemas::{example, kind},
};
use serde_json::{Map, Value};

/// The operations, by what they are about, in the order of the description.
pub fn operations(api: &Value) -> String {
    let tags = api["tags"].as_array().into_iter().flatten();
    tags.map(|tag| {
        let name = tag["name"].as_str().unwrap_or_default();
        let of_tag = all(api).filter(|(.., operation)| operation["tags"][0] == name);
        let operations: String = of_tag.map(|(path, method, operation)| one(api, path, method, operation)).collect();
        let about = sentence(tag["description"].as_str().unwrap_or_default());
        format!("<h3 id=\"{}\">{name}</h3><p>{about}.</p>{operations}", slug(name))
    })
    .collect()
}

fn all(api: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = api["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    })
}

fn one(api: &Value, path: &str, method: &str, operation: &Value) -> String {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let (id, summary, about, upper) =
        (text("operationId"), escaped(text("summary")), sentence(text("description")), method.to_uppercase());
    let scope = match operation["security"][0]["key"].as_array().map(|scopes| scopes.first().and_then(Value::as_str)) {
        None => "Wants no key.".to_owned(),
        Some(None) => "Wants any key.".to_owned(),
        Some(Some(scope)) => format!("Wants a key with <code>{scope}</code>."),
    };
    let parts =
        [parameters(operation), body(api, operation), code(&curl(path, &upper, operation)), answers(api, operation)];
    format!(
        "<details id=\"{id}\"><summary><span class=\"method {method}\">{upper}</span> <code>{path}</code> <span>{summary}</span></summary>\
         <p>{about} {scope}</p>{}</details>\n",
        parts.concat()
    )
}

/// A line to try, where `$URL` and `$KEY` are set.
fn curl(path: &str, method: &str, operation: &Value) -> String {
    let key = if operation["security"].is_array() { " -H \"$KEY\"" } else { "" };
    let sent = &operation["requestBody"]["content"]["application/json"]["example"];
    let data = if sent.is_null() { String::new() } else { format!(" --data '{sent}'") };
    let method =
        if method == "GET" || (method == "POST" && !data.is_empty()) { String::new() } else { format!(" -X {method}") };
    let path = path.replace("{job_id}", "$JOB").replace("{id}", "$WEBHOOK");
    format!("curl{key}{method} $URL{path}{data}")
}

fn parameters(operation: &Value) -> String {
    let rows: String = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| {
            let text = |name: &str| escaped(parameter[name].as_str().unwrap_or_default());
            let about = sentence(parameter["description"].as_str().unwrap_or_default());
            format!(
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{about}</td></tr>\n",
                text("name"),
                text("in"),
                kind(&parameter["schema"])
            )
        })
        .collect();
    if rows.is_empty() { rows } else { table(&["parameter", "in", "type", "meaning"], &rows) }
}

fn body(api: &Value, operation: &Value) -> String {
    let content = &operation["requestBody"]["content"]["application/json"];
    if content.is_null() {
        return String::new();
    }
    let may = if operation["requestBody"]["required"] == true { "" } else { " It may be absent." };
    format!(
        "<h4>Body</h4><p>{} in JSON.{may}</p>{}",
        kind(&content["schema"]),
        example(api, &content["schema"], &content["example"])
    )
}

fn answers(api: &Value, operation: &Value) -> String {
    let responses: Option<&Map<String, Value>> = operation["responses"].as_object();
    let mut examples = String::new();
    let rows: String = responses
        .into_iter()
        .flatten()
        .map(|(status, response)| {
            let response = match response["$ref"].as_str() {
                Some(reference) => api.pointer(&reference[1..]).unwrap_or(&Value::Null),
                None => response,
            };
            let headers = response["headers"].as_object().into_iter().flatten();
            let headers: Vec<String> = headers.map(|(name, _)| format!("<code>{name}</code>")).collect();
            let contents = response["content"].as_object().into_iter().flatten();
            let contents: Vec<String> = contents
                .map(|(media_type, content)| {
                    if !content["example"].is_null() {
                        let shown = example(api, &content["schema"], &content["example"]);
                        examples.push_str(&format!("<h4>{status}</h4>{shown}"));
                    }
                    format!("{} as <code>{media_type}</code>", kind(&content["schema"]))
                })
                .collect();
            let about = sentence(response["description"].as_str().unwrap_or_default());
            format!(
                "<tr><th scope=\"row\">{status}</th><td>{about}</td><td>{}</td><td>{}</td></tr>\n",
                contents.join("<br>"),
                headers.join("<br>")
            )
        })
        .collect();
    format!("<h4>Answers</h4>{}{examples}", table(&["status", "when", "body", "headers"], &rows))
}

/// The errors, by their codes.
pub fn errors(api: &Value) -> String {
    let rows = contract::openapi::ERRORS.iter().map(|said| {
        let headers = api["components"]["responses"][said.name()]["headers"].as_object().into_iter().flatten();
        let own =
            headers.map(|(name, _)| name.as_str()).filter(|name| !matches!(*name, "X-Request-Id" | "RateLimit-Policy"));
        let own = own.map(|name| format!("<code>{name}</code>")).collect::<String>();
        format!(
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{own}</td></tr>\n",
            said.name(),
            said.status,
            sentence(said.when)
        )
    });
    table(&["code", "status", "when", "header"], &rows.collect::<String>())
}

fn table(columns: &[&str], rows: &str) -> String {
    let head: String = columns.iter().map(|column| format!("<th scope=\"col\">{column}</th>")).collect();
    format!(
        "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>\n"
    )
}
