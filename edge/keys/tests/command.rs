//! The command as an operator runs it, on a local KV of its own.

use keys::{entry::Entry, kv::Namespace};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Output},
};

fn key(state: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keys"));
    command.args(arguments).arg("--persist-to").arg(state).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(state: &Path, arguments: &[&str]) -> String {
    let output = key(state, arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

fn json(state: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(&key(state, &[arguments, &["--json"]].concat()))).unwrap()
}

#[test]
fn a_key_is_minted_listed_and_revoked() {
    let state = tempfile::tempdir().unwrap();
    let state = state.path();
    let minted = json(
        state,
        &[
            "mint",
            "--account",
            "acme",
            "--tier",
            "team",
            "--scopes",
            "memories:read",
            "--expires",
            "90d",
            "--agents",
            "7",
        ],
    );
    let (secret, id) = (minted["key"].as_str().unwrap(), minted["id"].as_str().unwrap());
    assert!(secret.starts_with("kor_self_") && keys::secret::has_valid_checksum(secret));
    for (field, value) in [("account", Value::from("acme")), ("tier", "team".into()), ("agents", 7.into())] {
        assert_eq!(minted[field], value);
    }
    assert_eq!(minted["scopes"], serde_json::json!(["memories:read"]));
    let length = minted["expires_at"].as_u64().unwrap().abs_diff(minted["created_at"].as_u64().unwrap());
    assert!(length.abs_diff(90 * 24 * 60 * 60 * 1000) < 60_000, "{length}");

    let other = stdout(&key(state, &["mint", "--account", "umbrella", "--prefix", "kor_live_"]));
    assert!(other.starts_with("kor_live_") && keys::secret::has_valid_checksum(other.trim_end()));
    assert_eq!(other.lines().count(), 1, "a script reads the key and nothing else");

    let table = stdout(&key(state, &["list", "--account", "acme"]));
    let row = table.lines().nth(1).unwrap();
    for cell in [id, &secret[secret.len() - 4..], "acme", "team", "tier's", "7", "memories:read"] {
        assert!(row.split_whitespace().any(|word| word == cell), "{table}");
    }
    assert!(!table.contains("umbrella") && !table.contains(secret));
    let mut listed = minted.clone();
    listed.as_object_mut().unwrap().remove("key");
    assert_eq!(json(state, &["list", "--account", "acme"]), Value::Array(vec![listed.clone()]));
    assert_eq!(json(state, &["list"]).as_array().map(Vec::len), Some(2));

    assert_eq!(json(state, &["revoke", id]), listed);
    assert_eq!(json(state, &["list", "--account", "acme"]), serde_json::json!([]));
    assert!(refused(state, &["revoke", id]).contains(&format!("there is no {id}")));
}

#[test]
fn tier_and_limits_are_those_of_all_of_an_accounts_keys() {
    let state = tempfile::tempdir().unwrap();
    let state = state.path();
    let limits = |key: &Value| ["tier", "monthly_writes", "agents"].map(|field| key[field].clone());
    let mint = |flags: &[&str]| json(state, &[&["mint", "--account", "acme"], flags].concat());
    let first = mint(&["--tier", "developer", "--agents", "7"]);
    assert_eq!(limits(&first), [Value::from("developer"), Value::Null, 7.into()]);
    assert_eq!(limits(&mint(&["--scopes", "memories:read"])), limits(&first), "a second key is like the first");
    for flags in [["--tier", "hobby"], ["--agents", "8"], ["--agents", "tier"], ["--monthly-writes", "25000"]] {
        let said = refused(state, &[&["mint", "--account", "acme"], &flags[..]].concat());
        assert!(said.contains("tier developer, agents 7") && said.contains("--unlike-others"), "{said}");
    }
    let other = json(state, &["mint", "--account", "umbrella"]);
    let unlike = mint(&["--unlike-others", "--tier", "scale"]);
    assert_eq!(limits(&unlike), [Value::from("scale"), Value::Null, Value::Null]);
    assert!(refused(state, &["mint", "--account", "acme"]).contains("`change`"), "which of the two?");

    let changed =
        json(state, &["change", "--account", "acme", "--tier", "team", "--monthly-writes", "5000", "--agents", "tier"]);
    let keys = json(state, &["list", "--account", "acme"]);
    let keys = keys.as_array().unwrap();
    assert_eq!((changed.as_array().unwrap().len(), keys.len()), (3, 3));
    for key in keys {
        assert_eq!(limits(key), [Value::from("team"), 5_000.into(), Value::Null]);
        assert!(changed.as_array().unwrap().contains(key));
    }
    // All else of a key is as it was, and other accounts are too.
    let mut as_before = first.clone();
    as_before
        .as_object_mut()
        .unwrap()
        .retain(|field, _| !["key", "tier", "monthly_writes", "agents"].contains(&&**field));
    let same = keys.iter().find(|key| key["id"] == first["id"]).unwrap();
    for (field, value) in as_before.as_object().unwrap() {
        assert_eq!(&same[field], value);
    }
    assert_eq!(limits(&json(state, &["list", "--account", "umbrella"])[0]), limits(&other));
    assert!(refused(state, &["change", "--account", "nobody", "--tier", "team"]).contains("has no keys"));
}

#[test]
fn a_key_that_was_minted_before_endings_were_kept_is_listed_without_one_and_changed_as_the_others() {
    let state = tempfile::tempdir().unwrap();
    let metadata = r#"{"account":"old","tier":"hobby","scopes":["memories:read"],"created_at":1500000000000}"#;
    let entry = Entry::of("0".repeat(64), serde_json::from_str(metadata).unwrap()).unwrap();
    Namespace::Local { persist_to: Some(state.path().to_owned()) }.put(&entry).unwrap();

    let table = stdout(&key(state.path(), &["list"]));
    assert!(table.contains("key_0000000000000000  ") && table.contains("old"), "{table}");
    let changed = json(state.path(), &["change", "--account", "old", "--tier", "scale"]);
    assert_eq!((&changed[0]["tier"], changed[0].get("ending")), (&Value::from("scale"), None));
}

#[test]
fn bad_flags_end_with_exit_code_2_and_say_what_is_wrong() {
    let state = tempfile::tempdir().unwrap();
    for (flags, told) in [
        ("", "Usage"),
        ("mint", "--account <NAME>"),
        ("mint --account a/b", "letters, digits"),
        ("mint --account acme --tier huge", "[possible values: hobby, developer, team, scale]"),
        ("mint --account acme --scopes memories:read,root", "[possible values: memories:read, memories:write]"),
        ("mint --account acme --scopes=", "possible values"),
        ("mint --account acme --prefix sk_", "[possible values: kor_live_, kor_self_]"),
        ("mint --account acme --expires soon", "90d"),
        ("mint --account acme --expires 2020-01-01", "over already"),
        ("mint --account acme --agents -1", "'-1'"),
        ("mint --account acme --agents many", "--agents <N>"),
        ("mint --account acme --agents 9007199254740993", "9007199254740992"),
        ("mint --account acme --colour red", "--colour"),
        ("change --account acme", "--tier <TIER>"),
        ("change --tier team", "--account <NAME>"),
        ("list --env staging", "cannot be used with"),
        ("revoke", "<KEY ID>"),
        ("revoke kor_self_abc", "a key id is key_"),
    ] {
        let output = key(state.path(), &flags.split_whitespace().collect::<Vec<_>>());
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{flags}: {error}");
        assert!(error.contains(told), "{flags}: {error}");
    }
    assert_eq!(state.path().read_dir().unwrap().count(), 0, "nothing was stored");
}
