//! From a crate to the WebAssembly module and the JavaScript that binds it: cargo → wasm-bindgen → wasm-opt.

use crate::{checkout, progress};
use anyhow::Result;
use std::path::{Path, PathBuf};

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

/// Compiles `package`, which people call `name`, in one of the workspace's profiles. Returns where the module is.
pub fn compile(package: &str, profile: &str, name: &str) -> Result<PathBuf> {
    let mut cargo = checkout::command("cargo");
    cargo.args(["build", "--package", package, "--profile", profile, "--target", "wasm32-unknown-unknown"]);
    progress::run(&format!("Compiling {name}"), cargo)?;
    Ok(checkout::target("wasm32-unknown-unknown").join(profile).join(package).with_extension("wasm"))
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
