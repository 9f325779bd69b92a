//! The dependencies that the Worker and the dashboard are compiled with, as the compiler left them: the first build of a
//! checkout leaves them in the tool cache, and the first build of the next checkout begins with them.

use crate::{checkout, progress, setup, stamp::Stamp, wasm};
use anyhow::{Context, Result};
use std::{
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Dependencies, and where they are kept.
pub struct Dependencies {
    /// All that is kept, of one choice of dependencies at a time.
    cache: PathBuf,
    /// Set once a checkout's build was begun with these: what it has of others is not to go on from checkout to checkout.
    begun: Stamp,
}

impl Dependencies {
    /// Those that the lock file and the manifests name, compiled by the compiler of now with the flags of now.
    ///
    /// # Errors
    /// When there is no compiler.
    pub fn locked() -> Result<Self> {
        Self::kept_in(checkout::tool_cache().join("dependencies"), checkout::target("stamps/dependencies"))
    }

    fn kept_in(cache: PathBuf, begun: PathBuf) -> Result<Self> {
        let files = ["Cargo.lock", "Cargo.toml", "dashboard/Cargo.toml", "edge/Cargo.toml", "edge/contract/Cargo.toml"];
        let settings = ["CARGO_HOME", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"].map(env::var_os);
        let compiler = setup::output("rustc", &["--version", "--verbose"])?;
        Ok(Self { cache, begun: Stamp::new(begun, &files.map(checkout::path)).with(settings).with(compiler) })
    }

    fn kept(&self) -> PathBuf {
        self.cache.join(self.begun.key())
    }

    /// Makes cargo's folder `output` out of them, where there is none yet and they are kept.
    ///
    /// # Errors
    /// When the checkout cannot be written to. What cannot be brought will be compiled.
    pub fn bring(&self, output: &Path) -> Result<()> {
        if output.exists() {
            return Ok(());
        }
        self.begun.set()?;
        if let Err(error) = self.copy_kept(output) {
            progress::say(&format!("The dependencies will have to be compiled: {error:#}"));
        }
        Ok(())
    }

    fn copy_kept(&self, output: &Path) -> Result<()> {
        // Opened only to be read: the cache need not be writable. Without it, nothing was ever kept.
        let Ok(lock) = File::open(self.lock()) else { return Ok(()) };
        lock.lock_shared().with_context(|| format!("cannot lock {}", self.lock().display()))?;
        if self.kept().exists() {
            copy("Copying the dependencies", &self.kept(), output, |_| Ok(()))?;
        }
        Ok(())
    }

    /// Keeps them for other checkouts, out of cargo's folder `output`.
    ///
    /// # Errors
    /// When they cannot be kept.
    pub fn keep(&self, output: &Path) -> Result<()> {
        if self.kept().exists() || !self.begun.holds(output) {
            return Ok(());
        }
        fs::create_dir_all(&self.cache).with_context(|| format!("cannot create {}", self.cache.display()))?;
        let lock = File::create(self.lock()).and_then(|lock| lock.lock().map(|()| lock));
        let _lock = lock.with_context(|| format!("cannot lock {}", self.lock().display()))?;
        if self.kept().exists() {
            return Ok(());
        }
        for others in fs::read_dir(&self.cache)?.flatten().filter(|others| others.path().is_dir()) {
            remove(&others.path()).with_context(|| format!("cannot remove {}", others.path().display()))?;
        }
        copy("Keeping the dependencies for other checkouts", output, &self.kept(), wasm::remove_own)
    }

    /// Locked while something is kept, or brought: by one writer or by many readers.
    fn lock(&self) -> PathBuf {
        self.cache.join("lock")
    }
}

/// Makes `to` a copy of `from`, and of that what `finish` makes of it: a folder by that name is whole.
fn copy(doing: &str, from: &Path, to: &Path, finish: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let partial = partial(to);
    let _ = fs::remove_dir_all(&partial);
    let done = fs::create_dir_all(&partial).map_err(Into::into).and_then(|()| {
        let mut cp = checkout::command("cp");
        // With the times, by which cargo tells what is newer than what.
        cp.arg("-a").arg(from.join(".")).arg(&partial);
        progress::run(doing, cp)?;
        finish(&partial)?;
        fs::rename(&partial, to).with_context(|| format!("cannot create {}", to.display()))
    });
    if done.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    done
}

fn remove(folder: &Path) -> io::Result<()> {
    let partial = partial(folder);
    if folder != partial {
        let _ = fs::remove_dir_all(&partial);
        fs::rename(folder, &partial)?;
    }
    fs::remove_dir_all(&partial)
}

/// The name of `folder` while it is not whole.
fn partial(folder: &Path) -> PathBuf {
    folder.with_extension("partial")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::{TempDir, tempdir};

    /// The dependencies as a checkout sees them, and its folder for cargo. All checkouts of a machine share one cache.
    fn seen_by(checkout: &str, machine: &TempDir) -> (Dependencies, PathBuf) {
        let checkout = machine.path().join(checkout);
        let dependencies = Dependencies::kept_in(machine.path().join("cache"), checkout.join("stamp")).unwrap();
        (dependencies, checkout.join("wasm"))
    }

    /// As cargo would: it marks a folder that it makes, and refuses to clean one that has no such mark.
    fn compile(output: &Path, file: &str) -> PathBuf {
        let file = output.join(wasm::TARGET).join("release").join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(output.join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55").unwrap();
        fs::write(&file, "compiled").unwrap();
        file
    }

    #[test]
    fn the_second_checkout_begins_with_what_the_first_compiled_but_not_with_what_is_its_own() {
        let machine = tempdir().unwrap();
        let (first, first_output) = seen_by("a", &machine);
        first.bring(&first_output).unwrap();
        assert!(!first_output.exists(), "cargo makes it");
        let dependency = compile(&first_output, "deps/libserde-0123456789abcdef.rlib");
        let own = compile(&first_output, "edge.wasm");
        first.keep(&first_output).unwrap();
        assert!(own.exists(), "only the copy is stripped");

        let (second, second_output) = seen_by("b", &machine);
        second.bring(&second_output).unwrap();
        let brought = |file: &Path| second_output.join(file.strip_prefix(&first_output).unwrap());
        let modified = |file: &Path| fs::metadata(file).unwrap().modified().unwrap();
        assert_eq!(modified(&brought(&dependency)), modified(&dependency), "cargo would take it for newer than it is");
        assert!(!brought(&own).exists());
    }

    #[test]
    fn what_was_begun_with_other_dependencies_is_not_kept() {
        let machine = tempdir().unwrap();
        let (now, output) = seen_by("a", &machine);
        now.bring(&output).unwrap();
        compile(&output, "deps/libold-0123456789abcdef.rlib");
        fs::write(machine.path().join("a/stamp"), "those of before").unwrap();
        now.keep(&output).unwrap();
        assert!(!now.kept().exists());
    }

    #[test]
    fn other_dependencies_are_not_brought_and_make_way() {
        let machine = tempdir().unwrap();
        let (now, output) = seen_by("a", &machine);
        // One of them from a removal that was not completed.
        for old in ["0123456789abcdef", "0123456789abcdef.partial"] {
            compile(&now.cache.join(old), "deps/libold-0123456789abcdef.rlib");
        }
        now.bring(&output).unwrap();
        assert!(!output.exists());
        compile(&output, "deps/libnew-0123456789abcdef.rlib");
        now.keep(&output).unwrap();
        let mut left: Vec<_> = fs::read_dir(&now.cache).unwrap().map(|entry| entry.unwrap().path()).collect();
        left.sort();
        assert_eq!(left, [now.kept(), now.lock()]);
    }

    #[test]
    fn a_copy_that_fails_leaves_nothing_and_is_no_error_of_the_build() {
        let machine = tempdir().unwrap();
        let (now, output) = seen_by("a", &machine);
        fs::create_dir_all(&now.cache).unwrap();
        fs::write(now.lock(), "").unwrap();
        // No folder, so that it cannot be copied as one.
        fs::write(now.kept(), "").unwrap();
        now.bring(&output).unwrap();
        let left: Vec<_> =
            fs::read_dir(machine.path().join("a")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["stamp"]);
    }
}
