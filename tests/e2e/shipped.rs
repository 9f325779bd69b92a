//! What ships is small, and tells nothing of the machine that it was built on.

use std::{env, fs, path::PathBuf, process::Command};
use tests::assert_built;
use xtask::{checkout, wrangler};

/// The most that is uploaded, in KiB, packed. An isolate that starts reads all of it first.
const LARGEST_UPLOAD: f64 = 160.0;

/// The folders whose names say whose machine it was.
fn folders() -> Vec<PathBuf> {
    let home = env::home_dir().unwrap();
    let cargo = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let rustc = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    let sysroot = PathBuf::from(String::from_utf8(rustc.stdout).unwrap().trim());
    vec![checkout::path("Cargo.toml").parent().unwrap().to_owned(), checkout::target(""), home, cargo, sysroot]
}

#[test]
fn no_module_names_a_folder_of_the_machine_that_it_was_built_on() {
    assert_built();
    let dist = fs::read_dir(checkout::path("dashboard/dist")).unwrap().map(|file| file.unwrap().path());
    let mut modules: Vec<_> =
        dist.filter(|file| file.extension().is_some_and(|extension| extension == "wasm")).collect();
    modules.push(checkout::path("edge/build/edge_bg.wasm"));
    assert_eq!(modules.len(), 3, "{modules:?}");
    for module in modules {
        let bytes = fs::read(&module).unwrap();
        for folder in folders() {
            let folder = format!("{}/", folder.display());
            let found = bytes.windows(folder.len()).position(|window| window == folder.as_bytes());
            let place = found.map(|at| String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 120)]));
            assert_eq!(place, None, "{} names {folder}", module.display());
        }
    }
}

#[test]
fn what_is_uploaded_is_small() {
    assert_built();
    let output = wrangler::command(&["deploy", "--env", "staging", "--dry-run"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let packed = said.split_once("gzip: ").and_then(|(_, rest)| rest.split_whitespace().next()?.parse::<f64>().ok());
    let packed = packed.unwrap_or_else(|| panic!("{said}"));
    eprintln!("{packed} KiB, packed");
    assert!(packed <= LARGEST_UPLOAD, "{packed} KiB");
}
