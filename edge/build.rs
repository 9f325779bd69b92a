//! Takes the rate limits out of `wrangler.toml`, their only declaration, so that `RateLimit-Policy` cannot say anything
//! else than what the bindings enforce.

use serde::Deserialize;
use std::{env, fs, path::Path};

#[derive(Deserialize)]
struct Config {
    ratelimits: Vec<Binding>,
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

fn main() {
    let config = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../wrangler.toml");
    println!("cargo::rerun-if-changed={}", config.display());
    let text = fs::read_to_string(&config).expect("wrangler.toml lies beside the folder edge");
    let config: Config = basic_toml::from_str(&text).expect("wrangler.toml declares [[ratelimits]]");

    let mut source = String::from("const LIMITS: &[(&str, u32, &str)] = &[\n");
    for Binding { name, simple: Rate { limit, period } } in config.ratelimits {
        let tier = name.trim_start_matches("LIMIT_").to_lowercase();
        let policy = format!("\"{tier}\";q={limit};w={period}");
        source += &format!("    ({name:?}, {period}, {policy:?}),\n");
    }
    source += "];\n";
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("limits.rs");
    fs::write(out, source).expect("cargo's folder is writable");
}
