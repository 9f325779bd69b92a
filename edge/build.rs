//! Takes the rate limits and the settings out of `wrangler.toml`, their only declaration, so that `RateLimit-Policy` cannot
//! say anything else than what the bindings enforce, and a setting that is out of its range stops the build, and with it
//! the start or the deploy.

use serde::Deserialize;
use std::{collections::BTreeMap, env, error::Error, fmt::Write, fs, ops::RangeInclusive, path::Path};

#[derive(Deserialize)]
struct Config {
    ratelimits: Vec<Binding>,
    vars: BTreeMap<String, String>,
    env: BTreeMap<String, Environment>,
}

/// What is deployed: it inherits nothing.
#[derive(Deserialize)]
struct Environment {
    ratelimits: Vec<Binding>,
    vars: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Binding {
    name: String,
    simple: Rate,
}

#[derive(Deserialize)]
struct Rate {
    limit: u32,
    period: u32,
}

/// What each setting may be.
const RANGES: &[(&str, RangeInclusive<u32>)] = include!("src/settings_ranges.rs");

fn main() -> Result<(), Box<dyn Error>> {
    let config = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../wrangler.toml");
    println!("cargo::rerun-if-changed={}", config.display());
    println!("cargo::rerun-if-changed=src/settings_ranges.rs");
    let config: Config = basic_toml::from_str(&fs::read_to_string(&config)?)?;
    let out = env::var("OUT_DIR")?;
    let limits = limits(&config.ratelimits);
    fs::write(Path::new(&out).join("limits.rs"), &limits)?;
    match settings(&config.vars) {
        Ok(source) => fs::write(Path::new(&out).join("settings.rs"), source)?,
        Err(problem) => println!("cargo::error=wrangler.toml: {problem}"),
    }
    for (name, environment) in &config.env {
        if self::limits(&environment.ratelimits) != limits {
            println!("cargo::error=wrangler.toml: the limits of env.{name} are not those that the Worker tells of");
        }
        if let Err(problem) = settings(&environment.vars) {
            println!("cargo::error=wrangler.toml: env.{name}: {problem}");
        }
    }
    Ok(())
}

fn limits(limits: &[Binding]) -> String {
    let mut source = String::from("const LIMITS: &[(&str, u32, &str)] = &[\n");
    for Binding { name, simple: Rate { limit, period } } in limits {
        let tier = name.trim_start_matches("LIMIT_").to_lowercase();
        let policy = format!("\"{tier}\";q={limit};w={period}");
        let _ = writeln!(source, "    ({name:?}, {period}, {policy:?}),");
    }
    source + "];\n"
}

/// Each setting as it is declared, with its range.
fn settings(vars: &BTreeMap<String, String>) -> Result<String, String> {
    let mut source = String::from("const SETTINGS: &[(&str, u32, std::ops::RangeInclusive<u32>)] = &[\n");
    for (name, range) in RANGES {
        let number = vars.get(*name).and_then(|value| value.parse().ok()).filter(|it| range.contains(it));
        let (least, most) = (range.start(), range.end());
        let number =
            number.ok_or_else(|| format!("{name} must be a whole number from {least} to {most}, in quotes"))?;
        let _ = writeln!(source, "    ({name:?}, {number}, {range:?}),");
    }
    Ok(source + "];\n")
}
