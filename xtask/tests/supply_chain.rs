//! What others have written and is linked in: under which licence, and from where. `npm run audit` looks further.

use serde_json::Value;
use std::{fs, process::Command};
use xtask::checkout;

/// The packages that are compiled for `target`, as cargo resolves them by the lock file as it is. A new machine has not fetched
/// all that it then reads.
fn packages(target: &str) -> Vec<Value> {
    let mut cargo = checkout::command("cargo");
    cargo.args(["metadata", "--format-version", "1", "--locked", "--filter-platform", target]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let resolved: Vec<&str> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.filter(|package| resolved.contains(&package["id"].as_str().unwrap())).cloned().collect()
}

/// Those for this machine and those for WebAssembly.
fn all() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    [packages(host), packages("wasm32-unknown-unknown")].concat()
}

/// Whether an SPDX expression can be met with `allowed` licences alone: brackets are around choices only.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    expression.split(" AND ").all(|choice| {
        let choice = choice.trim().trim_matches(['(', ')']).replace(" / ", " OR ").replace('/', " OR ");
        choice.split(" OR ").any(|licence| allowed.iter().any(|allowed| allowed == licence.trim()))
    })
}

#[test]
fn every_crate_has_a_licence_that_deny_toml_allows_and_comes_from_one_registry() {
    let deny = fs::read_to_string(checkout::path("deny.toml")).unwrap();
    let deny: Value = basic_toml::from_str(&deny).unwrap();
    let allowed: Vec<String> = serde_json::from_value(deny["licenses"]["allow"].clone()).unwrap();
    let all = all();
    let others: Vec<&Value> = all.iter().filter(|package| !package["source"].is_null()).collect();
    assert!(others.len() > 200, "{}", others.len());
    for package in &others {
        let (name, licence) = (&package["name"], package["license"].as_str().unwrap_or_default());
        assert!(is_met(licence, &allowed), "{name}: {licence}");
        assert_eq!(package["source"], others[0]["source"], "{name}");
        assert!(package["source"].as_str().unwrap().starts_with("registry+"), "{name}");
    }
    assert!(!is_met("GPL-3.0", &allowed) && !is_met("MIT AND GPL-3.0", &allowed) && is_met("GPL-3.0 OR MIT", &allowed));
}

#[test]
fn every_package_of_npm_is_locked_by_its_contents() {
    let lock = fs::read(checkout::path("package-lock.json")).unwrap();
    let lock: Value = serde_json::from_slice(&lock).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 50);
    for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
        assert!(package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")), "{path}");
    }
}

/// Another one would bring the tables of all of Unicode into the upload.
#[test]
fn no_update_can_bring_another_idna_adapter() {
    let all = all();
    let find = |name: &str| all.iter().filter(|package| package["name"] == name).collect::<Vec<_>>();
    assert!(find("idna_adapter").iter().all(|package| package["version"] == "1.0.0"));
    let edge = find("edge")[0]["dependencies"].as_array().unwrap();
    let pin = edge.iter().find(|dependency| dependency["name"] == "idna_adapter").expect("the pin");
    assert_eq!(pin["req"], "=1.0.0");
}
