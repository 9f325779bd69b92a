//! Writes what an integrator reads: the description of the API, and the page that shows it with the guide. Files alone: the
//! page runs no script.

mod page;
mod prose;
mod reference;
mod schemas;

use crate::checkout;
use anyhow::{Context, Result};
use std::{fs, path::Path};

/// What is written, beside the dashboard's own files.
pub(crate) const FILES: [&str; 3] = ["openapi.json", "docs.html", "docs.css"];

/// Writes what has changed.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn build() -> Result<()> {
    let description = contract::openapi::description().to_json().context("the description has no JSON form")?;
    let api = serde_json::from_str(&description).context("the description is no JSON")?;
    let style = read("dashboard/tokens.css")? + &read("dashboard/docs.css")?;
    let texts = [description, page::page(&api)?, style];
    for (name, text) in FILES.iter().zip(texts) {
        let file = checkout::path("dashboard/dist").join(name);
        if fs::read_to_string(&file).is_ok_and(|known| known == text) {
            continue;
        }
        fs::write(&file, text).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(checkout::path(path)).with_context(|| format!("cannot read {path}"))
}

/// The files in a folder whose names `wanted` takes, in order; none where there is no such folder.
fn files(folder: &str, wanted: impl Fn(&Path) -> bool) -> Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(checkout::path(folder)) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.with_context(|| format!("cannot read {folder}"))?.file_name();
        let path = format!("{folder}/{}", name.display());
        if wanted(&checkout::path(&path)) {
            names.push(path);
        }
    }
    names.sort();
    Ok(names)
}
