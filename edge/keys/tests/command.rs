//! The command as an operator runs it, on a local KV of its own.

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
    for cell in [id, "acme", "team", "memories:read"] {
        assert!(row.contains(cell), "{table}");
    }
    assert!(!table.contains("umbrella") && !table.contains(secret));
    let mut listed = minted.clone();
    listed.as_object_mut().unwrap().remove("key");
    assert_eq!(json(state, &["list", "--account", "acme"]), Value::Array(vec![listed.clone()]));
    assert_eq!(json(state, &["list"]).as_array().map(Vec::len), Some(2));

    assert_eq!(json(state, &["revoke", id]), listed);
    assert_eq!(json(state, &["list", "--account", "acme"]), serde_json::json!([]));
    let again = key(state, &["revoke", id]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains(&format!("there is no {id}")));
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
        ("mint --account acme --colour red", "--colour"),
        ("list --remote", "cannot be used with"),
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
