//! The environments in `wrangler.toml`, which inherit nothing: each is declared as the one that the tests run on.

use crate::settings::config;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use xtask::deploy::ENVIRONMENTS;

/// What names something in an account of Cloudflare, and so must differ.
const NAMES: [&str; 8] =
    ["id", "database_id", "database_name", "namespace_id", "queue", "dead_letter_queue", "dataset", "name"];

/// The bindings, consumers and settings of a section, without what an environment has of its own.
fn declared(section: &Value) -> BTreeMap<String, Value> {
    let kinds = section.as_object().unwrap().iter().filter(|(kind, _)| {
        // What is inherited, and the environments themselves.
        ![
            "name",
            "main",
            "compatibility_date",
            "compatibility_flags",
            "workers_dev",
            "minify",
            "keep_names",
            "build",
            "assets",
        ]
        .contains(&kind.as_str())
            && !["triggers", "observability", "env", "route", "routes"].contains(&kind.as_str())
    });
    kinds.map(|(kind, value)| (kind.clone(), without_names(kind, value))).collect()
}

fn without_names(kind: &str, value: &Value) -> Value {
    match value {
        // Each environment may have its own values: the build holds them to their ranges.
        Value::Object(settings) if kind == "vars" => settings.keys().cloned().collect(),
        // An environment may have more databases.
        Value::Array(all) if kind == "d1_databases" => all[..1].iter().map(|one| without_names("", one)).collect(),
        Value::Array(all) => all.iter().map(|one| without_names(kind, one)).collect(),
        Value::Object(fields) => {
            // A limit is bound by its name.
            let differs = |field: &str| NAMES.contains(&field) && !(kind == "ratelimits" && field == "name");
            let same = fields.iter().filter(|(field, _)| !differs(field));
            Value::Object(same.map(|(field, value)| (field.clone(), without_names(kind, value))).collect())
        }
        value => value.clone(),
    }
}

/// All names in `section` of things in an account.
fn names(section: &Value) -> Vec<String> {
    match section {
        Value::Array(all) => all.iter().flat_map(names).collect(),
        Value::Object(fields) => {
            let named = |(field, value): (&String, &Value)| match value.as_str() {
                Some(name) if NAMES.contains(&field.as_str()) && field != "name" => vec![name.to_owned()],
                _ => names(value),
            };
            fields.iter().flat_map(named).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_environment_declares_the_bindings_consumers_and_settings_of_the_top_and_no_others() {
    let config = config();
    let top = declared(&config);
    for binding in ["kv_namespaces", "d1_databases", "ratelimits", "queues", "vars"] {
        assert!(top.contains_key(binding), "{binding}");
    }
    assert_eq!(config["env"].as_object().unwrap().keys().collect::<Vec<_>>(), ["production", "staging"]);
    for name in ENVIRONMENTS {
        let (mut environment, metrics) = (declared(&config["env"][name]), "analytics_engine_datasets");
        // These may be left out, and be no others.
        environment.entry(metrics.to_owned()).or_insert_with(|| top[metrics].clone());
        assert_eq!(environment, top, "{name}");
    }
    // And a difference would be one.
    let mut other = config["env"]["staging"].clone();
    other["vars"]["RETENTION_DAYS"] = json!("31");
    assert_eq!(declared(&other), top);
    other["vars"].as_object_mut().unwrap().remove("RETENTION_DAYS");
    assert_ne!(declared(&other), top);
}

#[test]
fn no_environment_shares_a_database_a_queue_or_a_limit_with_another() {
    let config = config();
    let mut top = config.clone();
    top.as_object_mut().unwrap().remove("env");
    let [staging, production] = ENVIRONMENTS.map(|name| names(&config["env"][name]));
    assert!(staging.len() > 10 && !names(&top).is_empty());
    for (one, other) in [(&staging, &production), (&staging, &names(&top)), (&production, &names(&top))] {
        assert!(one.iter().all(|name| !other.contains(name)), "{one:?} {other:?}");
    }
}
