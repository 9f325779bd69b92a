//! Builds the Worker from its module. wrangler bundles the rest, beginning at `edge/src/worker.js`.

use crate::{checkout, stamp::Stamp, wasm};
use anyhow::Result;
use std::path::Path;

/// After a panic the next request gets a new instance instead of one that is broken for good.
const RECOVERY: [&str; 2] = ["--experimental-reset-state-function", "--force-enable-abort-handler"];

pub(crate) fn build(bindgen: &Path) -> Result<()> {
    let module = wasm::module("edge");
    let output = checkout::path("edge/build");
    let stamp = Stamp::of_build("worker", [module.clone(), checkout::path("Cargo.lock")]);
    if stamp.holds(&output.join("edge.js")) {
        return Ok(());
    }
    wasm::bind(bindgen, &module, &output, &RECOVERY, "-Os", "the Worker")?;
    stamp.set()
}
