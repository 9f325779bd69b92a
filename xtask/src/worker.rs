//! Builds the Worker from its module. wrangler bundles the rest, beginning at `edge/src/worker.js`.

use crate::{build, checkout, wasm};
use anyhow::Result;
use std::path::Path;

/// After a panic the next request gets a new instance instead of one that is broken for good.
const RECOVERY: [&str; 2] = ["--experimental-reset-state-function", "--force-enable-abort-handler"];

pub(crate) fn build(bindgen: &Path) -> Result<()> {
    let (module, folder) = (wasm::module("edge"), checkout::path("edge/build"));
    build::unless_up_to_date("worker", std::slice::from_ref(&module), &folder.join("edge_bg.wasm"), || {
        wasm::bind(bindgen, &module, &folder, &RECOVERY, "-Os", "the Worker")
    })
}
