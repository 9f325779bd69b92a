//! The operators' command against the running server.

use serde_json::Value;
use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime},
};
use tests::{job, server, state};
use xtask::checkout;

const PACE: Duration = Duration::from_millis(200);

/// One at a time: the local KV refuses what comes while somebody else writes.
fn key(arguments: &[&str]) -> Value {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut command = checkout::command("npm");
    command.args(["run", "--silent", "key", "--"]).args(arguments);
    let output = command.args(["--json", "--persist-to"]).arg(state().folder()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Asks until the key is refused, and returns when that was.
fn wait_until_refused(secret: &str, patience: Duration) -> SystemTime {
    let begin = Instant::now();
    loop {
        let answer = server().get("/v1/ping", secret);
        if answer.status != 200 {
            answer.assert_error(401, "invalid_key");
            return SystemTime::now();
        }
        assert!(begin.elapsed() < patience, "still good after {} s", begin.elapsed().as_secs());
        thread::sleep(PACE);
    }
}

#[test]
fn a_minted_key_is_good_at_once_and_dead_within_about_a_minute_of_being_revoked() {
    let minted = key(&["mint", "--account", "acme", "--tier", "team", "--scopes", "memories:read"]);
    let (secret, id) = (minted["key"].as_str().unwrap(), minted["id"].as_str().unwrap());
    let answer = server().get("/v1/ping", secret);
    assert_eq!(answer.text(), r#"{"ok":true,"tier":"team","scopes":["memories:read"]}"#);
    assert_eq!(server().get("/v1/batch", secret).text(), r#"{"jobs":[],"next":null}"#);
    server().get(&format!("/v1/batch/{}", job::EXAMPLE), secret).assert_error(404, "not_found");

    assert_eq!(key(&["revoke", id])["id"], id);
    wait_until_refused(secret, Duration::from_secs(70));
    assert_eq!(key(&["list", "--account", "acme"]), serde_json::json!([]));
}

#[test]
fn a_minted_key_dies_on_the_second_that_it_was_minted_to() {
    // The look at the account's other keys would take some of the 25 seconds.
    let minted = key(&["mint", "--account", "brief", "--expires", "25s", "--unlike-others"]);
    let secret = minted["key"].as_str().unwrap();
    assert_eq!(server().get("/v1/ping", secret).status, 200);
    let refused = wait_until_refused(secret, Duration::from_secs(30));
    let end = SystemTime::UNIX_EPOCH + Duration::from_millis(minted["expires_at"].as_u64().unwrap());
    // Clocks that stand still within a request may be a little behind.
    assert!(refused + Duration::from_millis(100) >= end, "refused before its end");
}

#[test]
fn a_change_holds_for_every_key_of_the_account_within_about_a_minute() {
    let mint = |scopes| key(&["mint", "--account", "grown", "--scopes", scopes])["key"].as_str().unwrap().to_owned();
    let keys = [mint("memories:read"), mint("memories:read,memories:write")];
    let usage = |secret: &str| server().get("/v1/usage", secret).json();
    for secret in &keys {
        let usage = usage(secret);
        assert_eq!((&usage["tier"], &usage["writes"]["limit"]), (&Value::from("hobby"), &Value::from(1_000)));
    }
    key(&["change", "--account", "grown", "--tier", "team", "--monthly-writes", "5000"]);
    let begin = Instant::now();
    for secret in &keys {
        while usage(secret)["writes"]["limit"] != 5_000 {
            assert!(begin.elapsed() < Duration::from_secs(70), "{}", usage(secret));
            thread::sleep(Duration::from_secs(1));
        }
        let usage = usage(secret);
        assert_eq!((&usage["tier"], &usage["agents"]["limit"]), (&Value::from("team"), &Value::from(100)));
        assert_eq!(usage["received"]["limit"], 50_000);
    }
}
