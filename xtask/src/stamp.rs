//! What is made again only when something that it is made from changed.

use anyhow::{Context, Result};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

/// Makes `output` with `make`, unless it is as it was made before from the same `inputs`; the file `stamp` remembers that.
///
/// # Errors
/// Those of `make`, and when the stamp cannot be written.
pub fn unless_made(stamp: &Path, inputs: impl Hash, output: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let inputs = hash(inputs);
    // The output counts too: checkouts that share a target folder share their stamps.
    let made = || format!("{inputs:016x} {:016x}", hash(fs::read(output).ok()));
    if output.exists() && fs::read_to_string(stamp).is_ok_and(|known| known == made()) {
        return Ok(());
    }
    make()?;
    let folder = stamp.parent().unwrap_or(stamp);
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(stamp, made()).with_context(|| format!("cannot write {}", stamp.display()))
}

/// The contents of files, as an input. One that is missing counts as an empty one.
pub fn contents(files: impl IntoIterator<Item = impl AsRef<Path>>) -> Vec<Vec<u8>> {
    files.into_iter().map(|file| fs::read(file).unwrap_or_default()).collect()
}

/// Good enough: where another Rust hashes otherwise, it costs a build.
fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
