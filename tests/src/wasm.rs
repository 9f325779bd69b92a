//! From a crate to the WebAssembly module and the JavaScript that binds it: cargo → wasm-bindgen → wasm-opt.

use crate::{checkout, dependencies::Dependencies, progress};
use anyhow::Result;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// What the Worker and the dashboard are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

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
    let (output, dependencies) = (output(), Dependencies::locked()?);
    dependencies.bring(&output)?;
    let mut cargo = cargo("build", &output);
    cargo.args(["--package", "edge", "--package", "dashboard"]);
    progress::run("Compiling the Worker and the dashboard", cargo)?;
    if let Err(error) = dependencies.keep(&output) {
        progress::say(&format!("Another checkout will have to compile the dependencies: {error:#}"));
    }
    Ok(())
}

/// Removes from a copy of cargo's folder what this workspace itself compiled to.
pub fn remove_own(copy: &Path) -> Result<()> {
    let mut cargo = cargo("clean", copy);
    cargo.arg("--workspace");
    progress::run("Removing what is not a dependency", cargo)
}

/// Where [`compile`] leaves a package's module.
pub fn module(package: &str) -> PathBuf {
    output().join(TARGET).join("release").join(package).with_extension("wasm")
}

/// A folder of its own, so that all of it may be copied.
fn output() -> PathBuf {
    checkout::target("wasm")
}

fn cargo(subcommand: &str, output: &Path) -> Command {
    let mut cargo = checkout::command("cargo");
    cargo.args([subcommand, "--release", "--target", TARGET, "--target-dir"]).arg(output);
    // Else a person's own setting could take what is on the way to the modules elsewhere.
    cargo.env("CARGO_BUILD_BUILD_DIR", output);
    cargo
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
