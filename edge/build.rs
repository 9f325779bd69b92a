//! Takes the rate limits out of `wrangler.toml`, their only declaration, so that `RateLimit-Policy` cannot say anything
//! else than what the bindings enforce.

use std::{env, fs, path::Path};

fn main() {
    let config = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../wrangler.toml");
    println!("cargo::rerun-if-changed={}", config.display());
    let text = fs::read_to_string(&config).expect("wrangler.toml lies beside the folder edge");
    let config: toml::Table = text.parse().expect("wrangler.toml is TOML");

    let mut source = String::from("const LIMITS: &[(&str, u32, u32)] = &[\n");
    for binding in config["ratelimits"].as_array().expect("[[ratelimits]] is a list") {
        let (name, simple) = (binding["name"].as_str().expect("a limit has a name"), &binding["simple"]);
        let number = |name| simple[name].as_integer().expect("a limit and a period are whole numbers");
        source += &format!("    ({name:?}, {}, {}),\n", number("limit"), number("period"));
    }
    source += "];\n";
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("limits.rs");
    fs::write(out, source).expect("cargo's folder is writable");
}
