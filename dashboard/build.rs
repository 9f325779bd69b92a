//! Takes out of `wrangler.toml`, where alone it is declared, for how long finished jobs are kept: the page says so.

use serde::Deserialize;
use std::{collections::BTreeMap, error::Error, fs};

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
    Ok(())
}
