//! Builds the dashboard from its module: wasm-bindgen → wasm-opt → esbuild, which names files by their contents so that
//! browsers may keep them for ever.

use crate::{build, checkout, docs, progress, wasm};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{collections::HashSet, fs, path::Path};

/// What the assets are served by.
const RULES: [&str; 2] = ["_headers", "_redirects"];

/// Loads the module that wasm-bindgen wrote. A file of its own because a strict Content-Security-Policy forbids inline
/// scripts.
const ENTRY: &str = r#"import init from "./dashboard.js";
import wasm from "./dashboard_bg.wasm";
init({ module_or_path: wasm });
"#;

pub(crate) fn build(bindgen: &Path) -> Result<()> {
    let (module, dist) = (wasm::module("dashboard"), checkout::path("dashboard/dist"));
    let page = ["index.html", "style.css", "tokens.css"]
        .into_iter()
        .chain(RULES)
        .map(|name| checkout::path("dashboard").join(name));
    let inputs: Vec<_> = page.chain([module.clone()]).collect();
    build::unless_up_to_date("dashboard", &inputs, &dist.join("index.html"), || {
        let work = checkout::target("dashboard-site");
        wasm::bind(bindgen, &module, &work, &[], "-Oz", "the dashboard")?;
        bundle(&work, &dist)
    })
}

/// Fills `dist`: hashed files first, then the page that names them, so that it never names one that is missing.
fn bundle(work: &Path, dist: &Path) -> Result<()> {
    let (entry, style, meta) = (work.join("main.js"), checkout::path("dashboard/style.css"), work.join("meta.json"));
    fs::write(&entry, ENTRY).context("cannot write the dashboard's entry")?;
    let mut esbuild = checkout::command(checkout::npm_program("esbuild"));
    esbuild.arg(&entry).arg(&style).arg(format!("--outdir={}", dist.display()));
    esbuild.args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--loader:.wasm=file"]);
    // Absolute, since the page is also served for deeper paths.
    esbuild.args(["--entry-names=[name]-[hash]", "--asset-names=[name]-[hash]", "--public-path=/"]);
    esbuild.arg(format!("--metafile={}", meta.display()));
    progress::run("Bundling the dashboard", esbuild)?;

    let meta: Value = serde_json::from_slice(&fs::read(meta)?).context("esbuild's metafile is not JSON")?;
    let outputs = meta["outputs"].as_object().context("esbuild's metafile names no outputs")?;
    let names: Vec<&str> = outputs.keys().filter_map(|path| Path::new(path).file_name()?.to_str()).collect();
    let named = |extension: &str| {
        let name = names.iter().find(|name| name.ends_with(extension));
        name.map(|name| format!("/{name}")).with_context(|| format!("esbuild wrote no {extension}"))
    };
    let mut page = fs::read_to_string(checkout::path("dashboard/index.html")).context("cannot read the page")?;
    for (placeholder, extension) in [("{{script}}", ".js"), ("{{style}}", ".css"), ("{{wasm}}", ".wasm")] {
        page = page.replace(placeholder, &named(extension)?);
    }
    for rules in RULES {
        let from = checkout::path("dashboard").join(rules);
        fs::copy(from, dist.join(rules)).with_context(|| format!("cannot copy {rules}"))?;
    }
    fs::write(dist.join("index.html"), page).context("cannot write the page")?;

    let current: HashSet<&str> = names.into_iter().chain(["index.html"]).chain(RULES).chain(docs::FILES).collect();
    for file in fs::read_dir(dist)?.collect::<Result<Vec<_>, _>>()? {
        if !file.file_name().to_str().is_some_and(|name| current.contains(name)) {
            fs::remove_file(file.path()).with_context(|| format!("cannot remove {}", file.path().display()))?;
        }
    }
    Ok(())
}
