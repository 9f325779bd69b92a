//! The operators' command against the running server.

use crate::support::{job, server, state};
use ::stack::checkout;
use serde_json::Value;
use std::{
    thread,
    time::{Duration, Instant, SystemTime},
};

const PACE: Duration = Duration::from_millis(200);

fn key(arguments: &[&str]) -> Value {
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
    let minted = key(&["mint", "--account", "brief", "--expires", "25s"]);
    let secret = minted["key"].as_str().unwrap();
    assert_eq!(server().get("/v1/ping", secret).status, 200);
    let refused = wait_until_refused(secret, Duration::from_secs(30));
    let end = SystemTime::UNIX_EPOCH + Duration::from_millis(minted["expires_at"].as_u64().unwrap());
    // Clocks that stand still within a request may be a little behind.
    assert!(refused + Duration::from_millis(100) >= end, "refused before its end");
}
