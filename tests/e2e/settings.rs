//! What `wrangler.toml` declares is what the contract promises.

use serde_json::Value;
use std::collections::BTreeSet;
use xtask::checkout;

/// `wrangler.toml`.
pub fn config() -> Value {
    let config = std::fs::read_to_string(checkout::path("wrangler.toml")).unwrap();
    basic_toml::from_str(&config).unwrap()
}

#[test]
fn the_limits_in_wrangler_toml_are_those_of_the_contract() {
    let config = config();
    let limits = config["ratelimits"].as_array().unwrap();
    for (name, requests) in [("HOBBY", 20), ("DEVELOPER", 100), ("TEAM", 400), ("SCALE", 2_000)] {
        let name = format!("LIMIT_{name}");
        let limit = limits.iter().find(|limit| limit["name"].as_str() == Some(&name)).unwrap();
        let simple = &limit["simple"];
        assert_eq!((simple["limit"].as_u64(), simple["period"].as_u64()), (Some(requests), Some(10)), "{name}");
    }
    let namespaces: BTreeSet<_> = limits.iter().map(|limit| limit["namespace_id"].as_str().unwrap()).collect();
    assert_eq!(namespaces.len(), limits.len(), "limits that share a namespace share their counters");
}
