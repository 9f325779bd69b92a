//! `npm run audit` and `npm run update`: what others have written and is linked in.

use crate::{checkout, progress, setup};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

/// Checks licences, sources and duplicates by `deny.toml`, and asks for known holes where they can be asked for.
///
/// # Errors
/// When something is not as it should be, after all was looked at.
pub fn audit() -> Result<()> {
    let deny = setup::deny()?;
    let check = |what: &[&str]| {
        let mut command = checkout::command(&deny);
        command.args(["--locked"]).args(what);
        command
    };
    let mut faults = Vec::new();
    if progress::pass_through(check(&["check", "licenses", "bans", "sources"])).is_err() {
        faults.push("licences, sources or duplicates");
    }
    let fetched = check(&["fetch", "db"]).output().is_ok_and(|fetched| fetched.status.success());
    if !fetched {
        progress::say("advisories of crates: skipped, their database cannot be had from here");
    } else if progress::pass_through(check(&["check", "--disable-fetch", "advisories"])).is_err() {
        faults.push("advisories of crates");
    }
    match npm_holes()? {
        None => progress::say("advisories of npm's packages: skipped, they cannot be had from here"),
        Some(0) => println!("advisories of npm's packages ok"),
        Some(count) => {
            progress::say(&format!("npm knows {count} holes: see `npm audit`"));
            faults.push("advisories of npm's packages");
        }
    }
    if faults.is_empty() { Ok(()) } else { bail!("not as it should be: {}", faults.join(", ")) }
}

/// How many holes npm knows of, or `None` where it cannot ask.
fn npm_holes() -> Result<Option<u64>> {
    let output = checkout::command("npm").args(["audit", "--json"]).output().context("cannot run npm")?;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Ok(told["metadata"]["vulnerabilities"]["total"].as_u64())
}

/// The versions of each package that a lock file names.
type Locked = BTreeMap<String, BTreeSet<String>>;

/// Brings both lock files to the newest versions that the manifests allow, and says what changed.
///
/// # Errors
/// When cargo or npm fails.
pub fn update() -> Result<()> {
    let before = (crates()?, npm_packages()?);
    progress::run("Asking for newer crates", with(checkout::command("cargo"), &["update"]))?;
    let npm = ["update", "--package-lock-only", "--no-audit", "--no-fund"];
    progress::run("Asking for newer packages of npm", with(checkout::command("npm"), &npm))?;
    let after = (crates()?, npm_packages()?);
    let mut count = 0;
    for (name, was, is) in [("Cargo.lock", &before.0, &after.0), ("package-lock.json", &before.1, &after.1)] {
        let changes = changes(was, is);
        println!("{name}: {} changed", changes.len());
        changes.iter().for_each(|change| println!("  {change}"));
        count += changes.len();
    }
    if count > 0 {
        println!(
            "\nNow `npm test` and `npm run audit`. What the manifests pin stays: see `cargo update --dry-run --verbose` and `npm outdated`."
        );
    }
    Ok(())
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn crates() -> Result<Locked> {
    let lock = fs::read_to_string(checkout::path("Cargo.lock")).context("cannot read Cargo.lock")?;
    let lock: Value = basic_toml::from_str(&lock).context("Cargo.lock is not TOML")?;
    let packages = lock["package"].as_array().into_iter().flatten();
    Ok(gathered(packages.map(|package| (package["name"].as_str(), &package["version"]))))
}

fn npm_packages() -> Result<Locked> {
    let lock = fs::read(checkout::path("package-lock.json")).context("cannot read package-lock.json")?;
    let lock: Value = serde_json::from_slice(&lock).context("package-lock.json is not JSON")?;
    let packages = lock["packages"].as_object().into_iter().flatten();
    // What stands behind the last folder is the name; the one without a folder is this project.
    Ok(gathered(packages.map(|(path, package)| (path.rsplit("node_modules/").next(), &package["version"]))))
}

fn gathered<'a>(packages: impl Iterator<Item = (Option<&'a str>, &'a Value)>) -> Locked {
    let mut locked = Locked::new();
    for (name, version) in packages {
        if let (Some(name), Some(version)) = (name.filter(|name| !name.is_empty()), version.as_str()) {
            locked.entry(name.to_owned()).or_default().insert(version.to_owned());
        }
    }
    locked
}

/// A line for each package whose versions are others now.
fn changes(was: &Locked, is: &Locked) -> Vec<String> {
    let none = BTreeSet::new();
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let versions = |locked: &Locked, name| {
        let versions: Vec<String> = locked.get(name).unwrap_or(&none).iter().cloned().collect();
        if versions.is_empty() { "none".to_owned() } else { versions.join(" and ") }
    };
    let both = names.into_iter().map(|name| (name, versions(was, name), versions(is, name)));
    both.filter(|(_, was, is)| was != is).map(|(name, was, is)| format!("{name}: {was} → {is}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_between_two_lock_files_is_said_package_by_package() {
        let locked = |packages: &[(&str, &str)]| {
            let versions: Vec<_> = packages.iter().map(|(name, version)| (*name, Value::from(*version))).collect();
            gathered(versions.iter().map(|(name, version)| (Some(*name), version)))
        };
        let was =
            locked(&[("same", "1.0.0"), ("newer", "1.0.0"), ("gone", "2.0.0"), ("two", "1.0.0"), ("two", "2.0.0")]);
        let is = locked(&[("same", "1.0.0"), ("newer", "1.0.1"), ("new", "3.0.0"), ("two", "2.0.0")]);
        let expected =
            ["gone: 2.0.0 → none", "new: none → 3.0.0", "newer: 1.0.0 → 1.0.1", "two: 1.0.0 and 2.0.0 → 2.0.0"];
        assert_eq!(changes(&was, &is), expected);
        assert_eq!(changes(&is, &is), [""; 0]);
    }

    #[test]
    fn the_lock_files_of_this_checkout_are_read() {
        assert!(crates().unwrap()["worker"].len() == 1 && npm_packages().unwrap()["wrangler"].len() == 1);
    }
}
