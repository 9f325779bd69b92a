//! Makes sure of what is needed, and installs what is missing in the version that the lock files name.

mod tool;

use crate::{
    checkout, progress,
    stamp::{contents, unless_made},
    wasm::TARGET,
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    path::{Path, PathBuf},
};
use tool::Tool;

/// What the output of the compiler goes through: npm's packages, and `wasm-bindgen`, of which it returns where it is.
///
/// # Errors
/// When something is missing and cannot be installed: in one sentence, with the command that helps.
pub fn tools() -> Result<PathBuf> {
    node_modules()?;
    // The command and the crate are one protocol: their versions must be the same.
    let tool = Tool { program: "wasm-bindgen", package: "wasm-bindgen-cli", version: tool::locked("wasm-bindgen")? };
    tool.find_or_install()
}

/// A Chromium for the tests: `$CHROME`, or one on the PATH, or one that apt installs.
///
/// # Errors
/// When there is none and none can be installed.
pub fn browser() -> Result<PathBuf> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    apt_install("Installing a browser for the tests", "chromium")
        .context("the tests need Chromium: install it, or name one with CHROME=/path/to/chromium")?;
    find_browser().context("apt installed Chromium, but it is not on the PATH")
}

/// Sees to it that there is a wrk for the benchmark on the PATH.
///
/// # Errors
/// When there is none and none can be installed.
pub fn load_generator() -> Result<()> {
    if on_path("wrk").is_none() {
        apt_install("Installing a load generator for the benchmark", "wrk")
            .context("the benchmark needs wrk: install it")?;
    }
    Ok(())
}

/// What tests need of Python.
const REQUIREMENTS: [&str; 2] = ["tests/requirements.txt", "tests/schemathesis/requirements.txt"];

/// A Python that has what `REQUIREMENTS` name, in an environment of its own in cargo's target folder; `None`
/// where there is no Python at all.
///
/// # Errors
/// When the environment cannot be made, or something not be installed.
pub fn python() -> Result<Option<PathBuf>> {
    if on_path("python3").is_none() {
        return Ok(None);
    }
    let (environment, requirements) = (checkout::target("python"), REQUIREMENTS.map(checkout::path));
    let python = environment.join("bin/python");
    unless_made(&environment.join("stamp"), contents(&requirements), &python, || {
        // Debian has it in a package of its own.
        if output("python3", &["-c", "import ensurepip, venv"]).is_err() {
            apt_install("Installing what Python's environments need", "python3-venv")
                .context("some tests need Python's venv module")?;
        }
        let mut venv = checkout::command("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&environment);
        progress::run("Making a Python environment", venv)?;
        let mut pip = checkout::command(&python);
        pip.args(["-m", "pip", "install", "--no-deps", "--only-binary", ":all:", "--require-hashes"]);
        requirements.iter().for_each(|file| _ = pip.arg("--requirement").arg(file));
        progress::run("Installing what tests need of Python", pip)
    })?;
    Ok(Some(python))
}

/// The cargo-deny that `npm run audit` runs.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn deny() -> Result<PathBuf> {
    Tool { program: "cargo-deny", package: "cargo-deny", version: "0.20.2".to_owned() }.find_or_install()
}

fn find_browser() -> Option<PathBuf> {
    let named = env::var_os("CHROME").filter(|name| !name.is_empty()).map(PathBuf::from);
    named.or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
}

/// The target that the Worker and the dashboard are compiled for.
///
/// # Errors
/// When it is missing and cannot be added.
pub fn wasm_target() -> Result<()> {
    let libraries = output("rustc", &["--print", "target-libdir", "--target", TARGET])?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    let mut rustup = checkout::command("rustup");
    rustup.args(["target", "add", TARGET]);
    progress::run("Adding the Rust target for WebAssembly", rustup)
        .with_context(|| format!("Rust lacks its {TARGET} target: install Rust with rustup from https://rustup.rs"))
}

fn node_modules() -> Result<()> {
    // npm writes the first when it is done.
    let installed = modified(&checkout::path("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&checkout::path("package-lock.json")) {
        return Ok(());
    }
    let mut npm = checkout::command("npm");
    // Nor warnings: the first would be that this Node is too old for wrangler, which gets the one that is installed here.
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    progress::run("Installing wrangler and the bundler from npm", npm)
        .context("the npm packages cannot be installed: see that Node.js with npm is there, then run `npm ci`")
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(file).and_then(|file| file.modified()).ok()
}

fn apt_install(doing: &str, package: &str) -> Result<()> {
    let install = format!("apt-get update && apt-get install -y {package}");
    if on_path("apt-get").is_none() || output("id", &["-u"])?.trim() != "0" {
        bail!("run as root: {install}");
    }
    let mut apt = checkout::command("sh");
    apt.args(["-c", &install]).env("DEBIAN_FRONTEND", "noninteractive");
    progress::run(doing, apt).with_context(|| format!("run as root: {install}"))
}

fn on_path(program: &str) -> Option<PathBuf> {
    which::which(program).ok()
}

/// What `program` writes.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = checkout::command(program).args(arguments).output();
    let output = output.with_context(|| format!("{program} is not on the PATH"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
