//! Builds what is served, as far as something changed.

use crate::{checkout, dashboard, docs, progress::side_by_side, setup, stamp, wasm, worker};
use anyhow::{Context, Result};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// Sets up what is missing and brings the Worker and the dashboard up to date. Where nothing changed nothing is written.
///
/// # Errors
/// When something cannot be installed or does not compile.
pub fn all() -> Result<()> {
    all_while(|| Ok(()))
}

/// [`all`], and `meanwhile` beside it, as soon as npm's programs are there: the compiler leaves a core idle at times.
///
/// # Errors
/// As there, and those of `meanwhile`.
pub fn all_while(meanwhile: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    fs::create_dir_all(checkout::target("")).context("cannot create cargo's target folder")?;
    // wrangler builds on its start and on every change, and a person may do so at the same time. Dropped, it unlocks.
    let lock = File::create(checkout::target("build.lock")).context("cannot create a lock in cargo's target folder")?;
    lock.lock().context("cannot lock the build")?;

    setup::wasm_target()?;
    let ((), bindgen) = side_by_side(wasm::compile, || {
        let bindgen = setup::tools()?;
        meanwhile()?;
        Ok(bindgen)
    })?;
    side_by_side(|| worker::build(&bindgen), || dashboard::build(&bindgen))?;
    docs::build()
}

/// Makes `output` with `make`, unless it was made from the same `inputs` with the same tools.
pub(crate) fn unless_up_to_date(
    name: &str,
    inputs: &[PathBuf],
    output: &Path,
    make: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let tools = ["Cargo.lock", "package-lock.json"].map(checkout::path);
    let inputs = stamp::contents(inputs.iter().chain(&tools));
    stamp::unless_made(&checkout::target("stamps").join(name), inputs, output, make)
}
