//! Builds what is served, as far as something changed.

use crate::{checkout, dashboard, setup, wasm, worker};
use anyhow::{Context, Result};
use std::{
    fs::{self, File},
    thread,
};

/// Sets up what is missing and brings the Worker and the dashboard up to date. Where nothing changed nothing is written.
///
/// # Errors
/// When something cannot be installed or does not compile.
pub fn all() -> Result<()> {
    fs::create_dir_all(checkout::target("")).context("cannot create cargo's target folder")?;
    // wrangler builds on its start and on every change, and a person may do so at the same time. Dropped, it unlocks.
    let lock = File::create(checkout::target("stack.lock")).context("cannot create a lock in cargo's target folder")?;
    lock.lock().context("cannot lock the build")?;

    let bindgen = setup::for_build()?;
    wasm::compile()?;
    thread::scope(|scope| {
        let dashboard = scope.spawn(|| dashboard::build(&bindgen));
        let worker = worker::build(&bindgen);
        let dashboard = dashboard.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        worker.and(dashboard)
    })
}
