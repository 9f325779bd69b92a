//! Builds the Worker: cargo, then worker-build, which adds the JavaScript that workerd wants.

use crate::{checkout, progress, setup::Tools, stamp::Stamp};
use anyhow::Result;

pub(crate) fn build(tools: &Tools) -> Result<()> {
    let mut cargo = checkout::command("cargo");
    cargo.args(["build", "--package", "edge", "--lib", "--release", "--target", "wasm32-unknown-unknown"]);
    // As worker-build calls cargo: the macros of wasm-bindgen read it, and cargo does not notice a change.
    cargo.env("WASM_BINDGEN_USE_JS_SYS", "1");
    progress::run("Compiling the Worker", cargo)?;

    let wasm = checkout::target("wasm32-unknown-unknown/release/edge.wasm");
    let stamp = Stamp::of_build("worker", [wasm, checkout::path("edge/Cargo.toml"), checkout::path("Cargo.lock")]);
    if stamp.holds(&checkout::path("edge/build/index.js")) {
        return Ok(());
    }
    let mut pack = checkout::command(&tools.worker_build);
    pack.current_dir(checkout::path("edge")).arg("--release");
    // It would download these.
    pack.env("WASM_BINDGEN_BIN", &tools.wasm_bindgen);
    pack.env("WASM_OPT_BIN", checkout::npm_program("wasm-opt")).env("ESBUILD_BIN", checkout::npm_program("esbuild"));
    progress::run("Packing the Worker", pack)?;
    stamp.set()
}
