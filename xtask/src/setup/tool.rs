//! A program that cargo installs, in the version that `Cargo.lock` names.

use super::on_path;
use crate::{checkout, progress};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What is to be installed.
pub struct Tool {
    pub program: &'static str,
    pub package: &'static str,
    pub version: String,
}

impl Tool {
    /// The program in this version: one on the PATH, or one in the tool cache.
    pub fn find_or_install(&self) -> Result<PathBuf> {
        let cached = checkout::tool_cache().join("bin").join(self.program);
        if let Some(program) = on_path(self.program).into_iter().chain([cached.clone()]).find(|path| self.fits(path)) {
            return Ok(program);
        }
        self.install().with_context(|| {
            let Self { package, version, .. } = self;
            format!("{package} {version} cannot be installed: try `cargo install --locked {package}@{version}`")
        })?;
        ensure!(self.fits(&cached), "{} was installed, but is not {}", cached.display(), self.version);
        Ok(cached)
    }

    fn fits(&self, program: &Path) -> bool {
        let said = Command::new(program).arg("--version").stderr(Stdio::null()).output();
        said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).split_whitespace().any(|word| word == self.version))
    }

    fn install(&self) -> Result<()> {
        let cache = checkout::tool_cache();
        let mut cargo = checkout::command("cargo");
        cargo.args(["install", "--locked", "--root"]).arg(&cache).arg(format!("{}@{}", self.package, self.version));
        // Built where cargo removes it afterwards, and where it waits for no other build.
        cargo.env_remove("CARGO_TARGET_DIR");
        // It runs for a second: less optimisation halves the wait for it.
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        progress::run(&format!("Installing {} {} (once, some minutes)", self.package, self.version), cargo)
    }
}

/// The version of a crate that `Cargo.lock` names.
pub fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(checkout::path("Cargo.lock")).context("cannot read Cargo.lock")?;
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
    version.map(str::to_owned).with_context(|| format!("Cargo.lock does not name {package}"))
}
