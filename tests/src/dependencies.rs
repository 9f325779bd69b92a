//! The dependencies that `Cargo.lock` names, as the compiler left them. The first build of a checkout leaves them in the
//! tool cache, and the first build of the next one begins with them. Cargo itself tells what of them still fits.

use crate::{checkout, setup, stamp::Stamp, wasm};
use anyhow::{Context, Result, ensure};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

/// Where the checkouts of one user leave them.
pub fn cache() -> PathBuf {
    checkout::tool_cache().join("dependencies")
}

/// Makes cargo's folder `output` where there is none yet: a copy of `cache`, if that was compiled from the same lock file.
///
/// # Errors
/// When it cannot be made.
pub fn fill(output: &Path, cache: &Path) -> Result<()> {
    if output.exists() {
        return Ok(());
    }
    let stamp = stamp(output)?;
    // What cannot be had from the cache is compiled.
    if copy_from(cache, output).is_err() {
        stamp.set()?;
    }
    Ok(())
}

fn copy_from(cache: &Path, output: &Path) -> Result<()> {
    let _lock = lock(cache)?;
    ensure!(stamp(cache)?.holds(cache), "other dependencies, or none");
    copy(cache, output, |_| Ok(()))
}

/// Copies cargo's folder `output` to `cache` if other dependencies are there, or none. A folder that was begun with
/// others than those of now is not copied: what it holds of them would go on from checkout to checkout.
///
/// # Errors
/// When the cache cannot be written.
pub fn keep(output: &Path, cache: &Path) -> Result<()> {
    if !stamp(output)?.holds(output) || stamp(cache)?.holds(cache) {
        return Ok(());
    }
    let _lock = lock(cache)?;
    copy(output, cache, wasm::forget_own)
}

/// What they were compiled from. It lies in the folder itself, and is copied with it.
fn stamp(folder: &Path) -> Result<Stamp> {
    let manifests = ["Cargo.toml", "dashboard/Cargo.toml", "edge/Cargo.toml", "edge/contract/Cargo.toml", "Cargo.lock"];
    let compiler = setup::output("rustc", &["--version"])?;
    Ok(Stamp::new(folder.join("stamp"), &manifests.map(checkout::path)).and(&compiler))
}

/// One at a time among all checkouts. Dropped, it unlocks.
fn lock(cache: &Path) -> Result<File> {
    let file = cache.with_extension("lock");
    let lock = fs::create_dir_all(cache.parent().unwrap_or(cache)).and_then(|()| File::create(&file));
    let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
    lock.with_context(|| format!("cannot lock {}", file.display()))
}

/// Puts a copy of `from`, with what `finish` makes of it, in the place of `to`: all of it or nothing.
fn copy(from: &Path, to: &Path, finish: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let partial = to.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    // With the times, by which cargo tells what is newer than what.
    let copied = Command::new("cp").arg("-a").arg(from).arg(&partial).output().context("cannot run cp")?;
    ensure!(copied.status.success(), "cp: {}", String::from_utf8_lossy(&copied.stderr).trim());
    finish(&partial)?;
    let _ = fs::remove_dir_all(to);
    fs::rename(&partial, to).with_context(|| format!("cannot create {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path, file: &str) -> PathBuf {
        let file = folder.join(wasm::TARGET).join("release").join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "compiled").unwrap();
        file
    }

    #[test]
    fn the_second_checkout_begins_with_what_the_first_compiled_but_not_with_what_is_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second, cache) =
            (folder.path().join("a/wasm"), folder.path().join("b/wasm"), folder.path().join("c"));
        fill(&first, &cache).unwrap();
        let dependency = written(&first, "deps/libserde-0123456789abcdef.rlib");
        written(&first, "edge.wasm");
        keep(&first, &cache).unwrap();

        fs::create_dir(folder.path().join("b")).unwrap();
        fill(&second, &cache).unwrap();

        let copied = second.join(dependency.strip_prefix(&first).unwrap());
        let modified = |file: &Path| fs::metadata(file).unwrap().modified().unwrap();
        assert_eq!(modified(&copied), modified(&dependency), "cargo would take it for newer than it is");
        assert!(!second.join(wasm::TARGET).join("release/edge.wasm").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "a, b, c and its lock: no part of a copy is left");
    }

    #[test]
    fn a_folder_that_was_begun_with_other_dependencies_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (output, cache) = (folder.path().join("wasm"), folder.path().join("cache"));
        fill(&output, &cache).unwrap();
        fs::write(output.join("stamp"), "those of before").unwrap();
        keep(&output, &cache).unwrap();
        assert!(!cache.exists());
    }

    #[test]
    fn a_cache_of_other_dependencies_is_not_taken_but_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (output, cache) = (folder.path().join("wasm"), folder.path().join("cache"));
        let old = written(&cache, "deps/libold-0123456789abcdef.rlib");
        fs::write(cache.join("stamp"), "those of before").unwrap();
        fill(&output, &cache).unwrap();
        assert_eq!(fs::read_dir(&output).unwrap().count(), 1, "the stamp alone");
        let new = written(&output, "deps/libnew-0123456789abcdef.rlib");
        keep(&output, &cache).unwrap();
        assert!(!old.exists());
        assert!(cache.join(new.strip_prefix(&output).unwrap()).exists());
    }
}
