//! Builds what is served, as far as something changed.

use crate::{checkout, dashboard, progress::side_by_side, setup, wasm, worker};
use anyhow::{Context, Result};
use std::fs::{self, File};

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
    let lock = File::create(checkout::target("stack.lock")).context("cannot create a lock in cargo's target folder")?;
    lock.lock().context("cannot lock the build")?;

    setup::wasm_target()?;
    let ((), bindgen) = side_by_side(wasm::compile, || {
        let bindgen = setup::tools()?;
        meanwhile()?;
        Ok(bindgen)
    })?;
    side_by_side(|| worker::build(&bindgen), || dashboard::build(&bindgen))?;
    Ok(())
}
