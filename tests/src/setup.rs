//! Makes sure of what is needed, and installs what is missing in the version that the lock files name.

use crate::{checkout, progress, stamp::Stamp, wasm::TARGET};
use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What the output of the compiler goes through: npm's packages, and `wasm-bindgen`, of which it returns where it is.
///
/// # Errors
/// When something is missing and cannot be installed: in one sentence, with the command that helps.
pub fn tools() -> Result<PathBuf> {
    node_modules()?;
    // The command and the crate are one protocol: their versions must be the same.
    let tool = Tool { program: "wasm-bindgen", package: "wasm-bindgen-cli", version: locked("wasm-bindgen")? };
    let bindgen = tool.find_or_install()?;
    let _ = fs::remove_dir_all(tool_objects());
    Ok(bindgen)
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

/// A wrk for the benchmark: one on the PATH, or one that apt installs.
///
/// # Errors
/// When there is none and none can be installed.
pub fn load_generator() -> Result<PathBuf> {
    if on_path("wrk").is_none() {
        apt_install("Installing a load generator for the benchmark", "wrk")
            .context("the benchmark needs wrk: install it")?;
    }
    on_path("wrk").context("apt installed wrk, but it is not on the PATH")
}

/// A Python that has the official client, in an environment of its own in cargo's target folder; `None` where there is no
/// Python at all.
///
/// # Errors
/// When the environment cannot be made, or the client not be installed.
pub fn official_client() -> Result<Option<PathBuf>> {
    let environment = checkout::target("official-client");
    let python = environment.join("bin/python");
    let requirements = checkout::path("tests/e2e/official_client/requirements.txt");
    let stamp = Stamp::new(environment.join("stamp"), std::slice::from_ref(&requirements));
    if stamp.holds(&python) {
        return Ok(Some(python));
    }
    if on_path("python3").is_none() {
        return Ok(None);
    }
    // Debian has it in a package of its own.
    if output("python3", &["-c", "import ensurepip, venv"]).is_err() {
        apt_install("Installing what Python's environments need", "python3-venv")
            .context("the test of the official client needs Python's venv module")?;
    }
    let mut venv = checkout::command("python3");
    venv.args(["-m", "venv", "--clear"]).arg(&environment);
    progress::run("Making a Python environment", venv)?;
    let mut pip = checkout::command(&python);
    pip.args(["-m", "pip", "install", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement"]);
    pip.arg(&requirements);
    progress::run("Installing the official client", pip)
        .context("the official client cannot be installed from PyPI")?;
    stamp.set()?;
    Ok(Some(python))
}

fn find_browser() -> Option<PathBuf> {
    let named = env::var_os("CHROME").map(PathBuf::from);
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

/// The version of a crate that `Cargo.lock` names.
fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(checkout::path("Cargo.lock")).context("cannot read Cargo.lock")?;
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
    version.map(str::to_owned).with_context(|| format!("Cargo.lock does not name {package}"))
}

fn tool_objects() -> PathBuf {
    checkout::tool_cache().join("build")
}

struct Tool {
    program: &'static str,
    package: &'static str,
    version: String,
}

impl Tool {
    fn find_or_install(&self) -> Result<PathBuf> {
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
        // It runs for a second: less optimisation halves the wait for it.
        cargo.env("CARGO_TARGET_DIR", tool_objects());
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        progress::run(&format!("Installing {} {} (once, some minutes)", self.package, self.version), cargo)
    }
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
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// What `program` writes.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = checkout::command(program).args(arguments).output();
    let output = output.with_context(|| format!("{program} is not on the PATH"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
