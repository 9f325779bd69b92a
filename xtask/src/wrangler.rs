//! The one place that runs wrangler.

use crate::checkout;
use anyhow::{Context, Result};
use serde_json::Value;
use std::{fmt::Write, fs, path::PathBuf, process::Command};

/// wrangler, which asks nothing, reports nothing, and reads the real `wrangler.toml`.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = checkout::command(checkout::npm_program("wrangler"));
    command.args(arguments).env("CI", "1").env("WRANGLER_SEND_METRICS", "false").env("WRANGLER_WRITE_LOGS", "false");
    command
}

/// `wrangler.toml`.
///
/// # Errors
/// When it cannot be read, or is not TOML.
pub fn config() -> Result<Value> {
    basic_toml::from_str(&declared()?).context("wrangler.toml is not TOML")
}

/// The bindings of the databases in a section of `wrangler.toml`, the top or an environment: `DB`, and `DB_1` and so on where
/// there are more.
pub fn databases(section: &Value) -> Vec<String> {
    let databases = section["d1_databases"].as_array().into_iter().flatten();
    databases.filter_map(|database| database["binding"].as_str().map(str::to_owned)).collect()
}

/// A file like `wrangler.toml` but with so many databases, for what is built already.
///
/// # Errors
/// When a file cannot be read or written.
pub fn with_databases(count: u32) -> Result<PathBuf> {
    let declared = declared()?;
    // Its paths count from where it is.
    let root = format!("\"{}/", checkout::path("").display().to_string().trim_end_matches('/'));
    let mut config =
        declared.replace("\"edge/", &format!("{root}edge/")).replace("\"dashboard", &format!("{root}dashboard"));
    if let Some((before, build)) = config.split_once("[build]") {
        let behind = build.find("\n[").map_or("", |at| &build[at..]);
        config = format!("{before}{behind}");
    }
    for number in 1..count {
        let (table, name) = ("[[d1_databases]]", format!("batch-status-{number}"));
        let _ = write!(config, "\n{table}\nbinding = \"DB_{number}\"\ndatabase_name = \"{name}\"\n");
    }
    let file = checkout::target(&format!("config/databases-{count}.toml"));
    fs::create_dir_all(checkout::target("config"))?;
    fs::write(&file, config).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

fn declared() -> Result<String> {
    fs::read_to_string(checkout::path("wrangler.toml")).context("cannot read wrangler.toml")
}
