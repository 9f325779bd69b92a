//! From a crate to the WebAssembly module and the JavaScript that binds it: cargo → wasm-bindgen → wasm-opt.

use crate::{checkout, progress};
use anyhow::Result;
use std::path::{Path, PathBuf};

const TARGET: &str = "wasm32-unknown-unknown";

/// What rustc and wasm-bindgen assume of an engine; wasm-opt is told no more than that.
const FEATURES: [&str; 7] = [
    "bulk-memory",
    "exception-handling",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// Compiles the Worker and the dashboard, in one call so that what they share is compiled once.
pub fn compile() -> Result<()> {
    let mut cargo = checkout::command("cargo");
    cargo.args(["build", "--package", "edge", "--package", "dashboard", "--release", "--target", TARGET]);
    progress::run("Compiling the Worker and the dashboard", cargo)
}

/// Where [`compile`] leaves a package's module.
pub fn module(package: &str) -> PathBuf {
    checkout::target(TARGET).join("release").join(package).with_extension("wasm")
}

/// Writes `<package>.js` and `<package>_bg.wasm` into `folder`, optimised at `level`.
pub fn bind(bindgen: &Path, module: &Path, folder: &Path, options: &[&str], level: &str, name: &str) -> Result<()> {
    let mut command = checkout::command(bindgen);
    command.args(["--target", "web", "--no-typescript", "--omit-default-module-path"]).args(options);
    command.arg("--out-dir").arg(folder).arg(module);
    progress::run(&format!("Binding {name}"), command)?;

    let bound = folder.join(format!("{}_bg.wasm", module.file_stem().unwrap_or_default().display()));
    let mut optimise = checkout::command(checkout::npm_program("wasm-opt"));
    optimise.arg(level).args(FEATURES.map(|feature| format!("--enable-{feature}"))).arg(&bound).arg("-o").arg(&bound);
    progress::run(&format!("Optimising {name}"), optimise)
}
