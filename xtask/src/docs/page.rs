//! The page at `/docs`: the guide, a session, the clients, and every operation.

use super::{files, prose, read, reference, schemas};
use anyhow::{Context, Result};
use serde_json::Value;

/// The section of the README that is a session to run.
const SESSION: &str = "From a file to what landed";

/// A part of the page, with the line by which the contents lead to it.
struct Part {
    name: &'static str,
    title: &'static str,
    html: String,
}

/// All of it, as HTML without a script.
pub fn page(api: &Value) -> Result<String> {
    let guide = prose::document("", &read("docs/guide.md")?);
    let contents = guide.headings.iter().map(|(name, title)| format!("<li><a href=\"#{name}\">{title}</a></li>"));
    let mut contents: String = contents.collect();
    let parts = [
        Part { name: "session", title: SESSION, html: session()? },
        Part { name: "clients", title: "Clients and examples", html: clients()? },
        Part { name: "operations", title: "Every operation", html: reference::operations(api) },
        Part { name: "errors", title: "Every error", html: reference::errors(api) },
        Part { name: "schemas", title: "Every body", html: schemas::all(api) },
    ];
    let mut main = guide.html;
    for Part { name, title, html } in parts.iter().filter(|part| !part.html.is_empty()) {
        contents.push_str(&format!("<li><a href=\"#{name}\">{title}</a></li>"));
        main.push_str(&format!("<h2 id=\"{name}\">{title}</h2>\n{html}"));
    }
    Ok(FRAME.replace("{{contents}}", &contents).replace("{{main}}", &main))
}

/// As the README has it, from its own heading to the next one.
fn session() -> Result<String> {
    let readme = read("README.md")?;
    let (_, rest) = readme.split_once(&format!("\n## {SESSION}\n")).context("the README has no session")?;
    Ok(prose::document("", rest.split("\n## ").next().unwrap_or_default()).html)
}

/// What the clients say of themselves, and the examples that stand in files.
fn clients() -> Result<String> {
    let mut html = String::new();
    for folder in files("clients", |path| path.join("README.md").exists())? {
        // The page has a heading of this level above it.
        let text = read(&format!("{folder}/README.md"))?;
        let (title, text) = text.trim_start_matches("# ").split_once('\n').unwrap_or_default();
        html.push_str(&folded(title, &prose::document(&folder, text).html));
    }
    for file in files("docs/examples", |path| path.is_file())? {
        html.push_str(&folded(file.trim_start_matches("docs/examples/"), &prose::code(&read(&file)?)));
    }
    Ok(html)
}

fn folded(title: &str, html: &str) -> String {
    format!("<details open><summary>{}</summary>\n{html}</details>\n", prose::escaped(title))
}

const FRAME: &str = r##"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="How to send memories in batches, and to see what became of them.">
    <title>Batch status for integrators</title>
    <link rel="stylesheet" href="/docs.css">
  </head>
  <body>
    <header>
      <h1>Batch status for integrators</h1>
      <p><a href="/">Dashboard</a> <a href="/openapi.json">OpenAPI 3.1</a></p>
    </header>
    <nav aria-label="Contents"><ul>{{contents}}</ul></nav>
    <main>
{{main}}
    </main>
  </body>
</html>
"##;
