//! From a crate to the WebAssembly module and the JavaScript that binds it: cargo → wasm-bindgen → wasm-opt.

use crate::{checkout, progress, setup};
use anyhow::Result;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the Worker and the dashboard are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What rustc and wasm-bindgen assume of an engine; wasm-opt is told no more than that.
const FEATURES: [&str; 7] = [
    "bulk-memory",
    "exception-handling",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// What crates export to JavaScript and nothing here calls. An export keeps alive whatever it reaches.
const UNUSED_EXPORTS: [&str; 6] = [
    "*containerstartupoptions*",
    "*intounderlyingbytesource*",
    "*intounderlyingsink*",
    "*intounderlyingsource*",
    "*minifyconfig*",
    "*r2range*",
];

/// Compiles the Worker and the dashboard, in one call so that what they share is compiled once.
pub fn compile() -> Result<()> {
    let mut cargo = checkout::command("cargo");
    cargo.args(["build", "--release", "--package", "edge", "--package", "dashboard", "--target", TARGET]);
    cargo.arg("--target-dir").arg(checkout::target(""));
    let mut flags = anonymous()?;
    // Leptos' switch for views of one type each, in place of a type for every element and code for each type.
    flags.push("--cfg=erase_components".to_owned());
    add_flags(&mut cargo, &flags);
    progress::run("Compiling the Worker and the dashboard", cargo)
}

/// The flags that keep this machine out of the modules, whose panics name the files that they come from.
fn anonymous() -> Result<Vec<String>> {
    let home = env::home_dir().unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let sysroot = setup::output("rustc", &["--print", "sysroot"])?;
    // Of those that fit, rustc takes the last.
    let mut folders = vec![
        (home, "home"),
        (checkout::target(""), "target"),
        (checkout::path(""), "checkout"),
        (cargo_home.clone(), "cargo"),
        (PathBuf::from(sysroot.trim()), "rust"),
    ];
    // A folder for each registry, named after it: whichever that is here.
    let registries = fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten().flatten();
    folders.extend(registries.map(|registry| (registry.path(), "crates")));
    folders.retain(|(folder, _)| folder.parent().is_some());
    Ok(folders.iter().map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display())).collect())
}

/// Adds to the flags that a person has set for rustc: cargo takes them from one place alone.
fn add_flags(cargo: &mut Command, flags: &[String]) {
    let set = env::var("CARGO_ENCODED_RUSTFLAGS")
        .or_else(|_| env::var("RUSTFLAGS").map(|flags| flags.split_whitespace().collect::<Vec<_>>().join("\x1f")));
    match set {
        Ok(set) => {
            let all = set.split('\x1f').chain(flags.iter().map(String::as_str)).filter(|flag| !flag.is_empty());
            cargo.env("CARGO_ENCODED_RUSTFLAGS", all.collect::<Vec<_>>().join("\x1f"));
        }
        Err(_) => _ = cargo.arg("--config").arg(format!("target.{TARGET}.rustflags = {flags:?}")),
    }
}

/// Where [`compile`] leaves a package's module.
pub fn module(package: &str) -> PathBuf {
    checkout::target(TARGET).join("release").join(package).with_extension("wasm")
}

/// Writes `<package>.js` and `<package>_bg.wasm` into `folder`, optimised at `level`.
pub fn bind(bindgen: &Path, module: &Path, folder: &Path, options: &[&str], level: &str, name: &str) -> Result<()> {
    let mut command = checkout::command(bindgen);
    command.args(["--target", "web", "--no-typescript", "--omit-default-module-path"]).args(options);
    command.arg("--out-dir").arg(folder).arg(module);
    progress::run(&format!("Binding {name}"), command)?;

    let bound = folder.join(format!("{}_bg.wasm", module.file_stem().unwrap_or_default().display()));
    optimise(&bound, level, name)
}

/// Makes a module smaller, at `level`, in its place.
pub fn optimise(module: &Path, level: &str, name: &str) -> Result<()> {
    let mut optimise = checkout::command(checkout::npm_program("wasm-opt"));
    // What has a single caller compresses better where it is.
    optimise.arg("--one-caller-inline-max-function-size=0");
    // Which compilers and which of their features: nobody reads it.
    optimise.args(["--strip-producers", "--strip-target-features"]);
    // The first kilobyte, where there is but the end of the stack.
    optimise.arg("--low-memory-unused");
    optimise.args(UNUSED_EXPORTS.map(|pattern| format!("--remove-exports={pattern}")));
    optimise.arg(level).args(FEATURES.map(|feature| format!("--enable-{feature}"))).arg(module).arg("-o").arg(module);
    progress::run(&format!("Optimising {name}"), optimise)
}
