//! Where things are: the checkout, cargo's output, the tool cache, the programs that npm installed.

use std::{
    env,
    ffi::OsString,
    iter,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
});

/// `path` in the checkout.
pub fn path(path: &str) -> PathBuf {
    ROOT.join(path)
}

/// `path` in cargo's target folder.
pub fn target(path: &str) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| ROOT.join("target"), |folder| ROOT.join(folder)).join(path)
}

/// Where tools are kept that more than one checkout may use.
pub fn tool_cache() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let cache = cache.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    cache.map_or_else(|| target("tools"), |cache| cache.join("batch-status"))
}

/// A program that npm installed into the checkout.
pub fn npm_program(name: &str) -> PathBuf {
    ROOT.join("node_modules/.bin").join(name)
}

/// `program`, to be run at the root of the checkout, with the programs of npm first on its PATH: the Node among them is
/// the one that wrangler wants.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(&*ROOT).env("PATH", search_path()).env("FORCE_COLOR", "0");
    command
}

fn search_path() -> OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = iter::once(ROOT.join("node_modules/.bin")).chain(env::split_paths(&rest));
    env::join_paths(all).unwrap_or(rest)
}
