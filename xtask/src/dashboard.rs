//! Builds the dashboard from its module: what a first visit does not need is split off, then wasm-bindgen → wasm-opt →
//! esbuild, which names files by their contents so that browsers may keep them for ever.

use crate::{build, checkout, docs, progress, wasm};
use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// What the assets are served by.
const RULES: [&str; 2] = ["_headers", "_redirects"];

/// Loads the module that wasm-bindgen wrote. A file of its own because a strict Content-Security-Policy forbids inline
/// scripts.
const ENTRY: &str = r#"import init from "./dashboard.js";
import wasm from "./dashboard_bg.wasm";
init({ module_or_path: wasm });
"#;

/// Loads the parts that were split off.
const LINK: &str = "./parts.js";

/// Of wasm-opt.
const LEVEL: &str = "-Oz";

pub(crate) fn build(bindgen: &Path) -> Result<()> {
    let (module, dist) = (wasm::module("dashboard"), checkout::path("dashboard/dist"));
    let page = ["index.html", "style.css", "tokens.css"]
        .into_iter()
        .chain(RULES)
        .map(|name| checkout::path("dashboard").join(name));
    let inputs: Vec<_> = page.chain([module.clone()]).collect();
    build::unless_up_to_date("dashboard", &inputs, &dist.join("index.html"), || {
        let work = checkout::target("dashboard-site");
        let (main, parts) = split(&module, &work)?;
        // What the parts share with the main module they find among its exports.
        wasm::bind(bindgen, &main, &work, &["--keep-lld-exports"], LEVEL, "the dashboard")?;
        for part in &parts {
            wasm::optimise(part, LEVEL, "a part of the dashboard")?;
        }
        bundle(&work, &dist)
    })
}

/// Splits off what stands behind the split points in the code. Leaves in `work` the main module, the parts that are loaded when
/// they are needed, and the script that loads them.
fn split(module: &Path, work: &Path) -> Result<(PathBuf, Vec<PathBuf>)> {
    let whole = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let main = work.join("dashboard.wasm");
    let mut options = wasm_split_cli_support::Options::new(&whole);
    (options.output_dir, options.main_out_path) = (work, &main);
    (options.link_name, options.main_module) = (LINK, "./dashboard.js");
    let parts = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("cannot split: {error:#}"))?;
    let parts = parts.split_modules;

    // esbuild finds a place for a file only where it is imported.
    let link = work.join(LINK);
    let mut script = fs::read_to_string(&link).context("cannot read what loads the parts")?;
    for (number, part) in parts.iter().enumerate() {
        let name = part.file_name().unwrap_or_default().display();
        let address = format!("new URL(\"./{name}\", import.meta.url)");
        ensure!(script.contains(&address), "nothing loads {name}");
        script =
            format!("import part{number} from \"./{name}\";\n{}", script.replace(&address, &format!("part{number}")));
    }
    fs::write(link, script).context("cannot write what loads the parts")?;
    Ok((main, parts))
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
    let named = |start: &str, extension: &str| {
        let name = names.iter().find(|name| name.starts_with(start) && name.ends_with(extension));
        name.map(|name| format!("/{name}")).with_context(|| format!("esbuild wrote no {start}{extension}"))
    };
    let mut page = fs::read_to_string(checkout::path("dashboard/index.html")).context("cannot read the page")?;
    let files = [("{{script}}", "main", ".js"), ("{{style}}", "style", ".css"), ("{{wasm}}", "dashboard_bg", ".wasm")];
    for (placeholder, start, extension) in files {
        page = page.replace(placeholder, &named(start, extension)?);
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
