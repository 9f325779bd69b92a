//! Takes out of `wrangler.toml`, where alone it is declared, for how long finished jobs are kept: the page says so. Has the
//! linker leave in the module what it needs to be split.

use serde::Deserialize;
use std::{collections::BTreeMap, env, error::Error, fs};

#[derive(Deserialize)]
struct Config {
    vars: BTreeMap<String, String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let config = "../wrangler.toml";
    println!("cargo::rerun-if-changed={config}");
    let config: Config = basic_toml::from_str(&fs::read_to_string(config)?)?;
    let days: u32 = config.vars.get("RETENTION_DAYS").ok_or("wrangler.toml lacks RETENTION_DAYS")?.parse()?;
    let unit = if days == 1 { "day" } else { "days" };
    println!("cargo::rustc-env=JOBS_ARE_KEPT={days} {unit}");
    if env::var_os("CARGO_CFG_TARGET_ARCH").is_some_and(|target| target == "wasm32") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    Ok(())
}
